// What Resend reports of a mail, signed by Svix's own library: believed once, in any order, and seen by support.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { until } from "../support/nats.mjs";
import { freshEmail, goodPassword, person, signIn, times } from "../support/people.mjs";
import { ResendStandIn } from "../support/resend.mjs";
import { startServer } from "../support/server.mjs";

const stand = new ResendStandIn();
const hard = { bounce: { type: "Permanent", subType: "General", message: "There is no such mailbox." } };
let server, support;

before(async () => {
  await stand.start("re_stand_in_key_1");
  server = await startServer({
    config: `[mail]\nprovider = "resend"\nfrom = "Gatehouse <id@example.com>"\nresend_api_key = "${stand.apiKey}"\nresend_base_url = "${stand.url}"\nresend_webhook_secret = "${stand.webhookSecret}"\n`,
  });
  server.secrets.add(stand.apiKey);
  server.secrets.add(stand.webhookSecret);
  support = await person(server, { roles: ["support"] });
});
after(async () => {
  try {
    await server.stop();
  } finally {
    await stand.stop();
  }
});

const row = async (to) => (await support.client.get("/v1/admin/mails", { query: { to } })).body.items[0];
const report = (type, to, options) => stand.report(server.url, type, to, options);

/** Somebody whose mail for a new password was taken by Resend. */
async function mailed() {
  const someone = await person(server, { email: freshEmail() });
  await askForReset(someone);
  return someone;
}
async function askForReset({ email }) {
  const before = stand.sent.length;
  assert.equal((await server.client.post("/v1/password/forgot", { email })).status, 202);
  await until(() => stand.sent.slice(before).some(({ to }) => [to].flat().includes(email)), "Resend to take the mail");
}

test("a delivery is told by the row, also when it is reported before we noted the sending", async () => {
  const { email } = await mailed();
  assert.equal((await report("delivered", email)).status, 204);
  await until(async () => (await row(email)).provider_id, "the sending to be noted");
  const seen = await row(email);
  assert.equal(seen.state, "delivered");
  assert.equal(seen.provider_id, stand.sent.findLast(({ to }) => [to].flat().includes(email)).id);
});

test("what is not signed by the secret, for this body, now, is refused", async () => {
  const { email } = await mailed();
  for (const [why, options] of Object.entries({
    "another secret": { secret: "whsec_" + Buffer.alloc(32, 7).toString("base64") },
    "an altered body": { alter: (body) => body.replace("delivered", "bounced  ") },
    "the same JSON in other bytes": { alter: (body) => JSON.stringify(JSON.parse(body)) },
    "six minutes old": { at: new Date(Date.now() - 360_000) },
    "six minutes early": { at: new Date(Date.now() + 360_000) },
  })) {
    const { status, body } = await report("delivered", email, options);
    assert.deepEqual([status, body.code], [403, "forbidden"], why);
  }
  const bare = await server.client.post("/v1/webhooks/resend", { type: "email.delivered", data: {} });
  assert.equal(bare.status, 400);
  assert.match(JSON.stringify(bare.body.errors), /svix-id/);
  assert.notEqual((await row(email)).state, "delivered");
});

test("a hard bounce marks the address, whatever order and however often it is reported", async () => {
  const someone = await mailed();
  const id = "msg_the_same_each_time";
  const answers = await times(8, () => report("bounced", someone.email, { id, more: hard }));
  assert.deepEqual(answers.map(({ status }) => status), Array(8).fill(204));
  assert.equal((await report("delivered", someone.email)).status, 204);
  assert.equal((await report("sent", someone.email)).status, 204);
  const seen = await row(someone.email);
  assert.deepEqual([seen.state, seen.last_error], ["bounced", "Permanent General: There is no such mailbox."]);
  assert.equal((await support.client.get(`/v1/admin/users/${someone.id}`)).body.mail_undeliverable, true);
  const auditor = await person(server, { roles: ["admin"] });
  const { body } = await auditor.client.get("/v1/admin/audit", { query: { subject_id: someone.id, action: "user.mail_undeliverable" } });
  assert.equal(body.items.length, 1);
});

test("to a marked address notices stop, and a link that was asked for still goes", async () => {
  const someone = await mailed();
  assert.equal((await report("complained", someone.email)).status, 204);
  const before = stand.sent.length;
  const changed = await someone.client.post("/v1/me/password", { current_password: someone.password, new_password: (someone.password = goodPassword()) });
  assert.equal(changed.status, 204, changed.text);
  const notice = await row(someone.email);
  assert.deepEqual([notice.template, notice.state], ["password_changed", "failed"]);
  assert.match(notice.last_error, /came back/);
  assert.equal((await server.client.post("/dev/clock", { advance: "6m" })).status, 200);
  await askForReset(someone);
  const mail = stand.sent.findLast(({ to }) => [to].flat().includes(someone.email));
  assert.ok(stand.sent.indexOf(mail) >= before);
  const [token] = mail.text.match(/gthv_[A-Za-z0-9_-]+/);
  server.secrets.add(token);
  assert.equal((await server.client.post("/v1/password/reset", { token, password: (someone.password = goodPassword()) })).status, 204);
  assert.equal((await support.client.get(`/v1/admin/users/${someone.id}`)).body.mail_undeliverable, false, "the link did arrive");
  assert.equal((await signIn(server, someone)).status, 200);
});

test("without Resend there is no such route", async () => {
  const other = await startServer();
  try {
    const { email } = await mailed();
    assert.equal((await stand.report(other.url, "delivered", email)).status, 404);
  } finally {
    await other.stop();
  }
});

test("nothing of all this was a mistake in Resend's eyes", () => assert.deepEqual(stand.complaints, []));
