// Who may make an account: anybody, only those invited, or nobody ([sign_up] mode); also for links that were mailed
// before the mode was changed.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { freshEmail, goodPassword, person, signIn } from "../support/people.mjs";
import { startServer, temporaryFolder } from "../support/server.mjs";

const data = temporaryFolder();
const mailed = { pending: freshEmail("pending"), invited: freshEmail("invited") };
let admin, confirmation, invitation;

const started = (mode) => startServer({ data, config: `[sign_up]\nmode = "${mode}"\n` });
const accept = (server, token) => server.client.post("/v1/invitations/accept", { token, password: goodPassword() });

before(async () => {
  const open = await started("open");
  admin = await person(open, { roles: ["admin"] });
  await open.client.post("/v1/sign-up", { email: mailed.pending, password: goodPassword() });
  await admin.client.post("/v1/admin/users", { email: mailed.invited });
  confirmation = await open.mailbox.token(mailed.pending, "verify_email");
  invitation = await open.mailbox.token(mailed.invited, "invitation");
  await open.stop();
});

test("closed: nobody signs up, confirms a sign-up, is invited or accepts an invitation; administrators still make accounts", async () => {
  const server = await started("closed");
  try {
    const staff = server.client.as(admin.token);
    for (const email of [freshEmail(), admin.email]) assert.equal((await server.client.post("/v1/sign-up", { email, password: goodPassword() })).body.code, "sign_up_closed", "whether or not the address is taken");
    assert.equal((await server.client.post("/v1/email/verify", { token: confirmation })).body.code, "sign_up_closed");
    assert.equal((await accept(server, invitation)).body.code, "sign_up_closed");
    const refused = await staff.post("/v1/admin/users", { email: freshEmail() });
    assert.equal(refused.body.code, "sign_up_closed");
    assert.match(refused.body.detail, /invite: false/);
    assert.equal((await staff.post("/v1/admin/users", { email: freshEmail(), invite: false })).status, 201);
    assert.equal((await signIn(server, admin)).status, 200, "those who have an account sign in as ever");
  } finally {
    await server.stop();
  }
});

test("invite: those invited come in, and nobody else", async () => {
  const server = await started("invite");
  try {
    assert.equal((await server.client.post("/v1/sign-up", { email: freshEmail(), password: goodPassword() })).body.code, "sign_up_closed");
    assert.equal((await server.client.post("/v1/email/verify", { token: confirmation })).body.code, "sign_up_closed");
    assert.equal((await accept(server, invitation)).status, 200, "the refusal before spent nothing");
  } finally {
    await server.stop();
  }
});

test("open again: the sign-up that waited is confirmed", async () => {
  const server = await started("open");
  try {
    assert.equal((await server.client.post("/v1/email/verify", { token: confirmation })).status, 200);
  } finally {
    await server.stop();
  }
});
