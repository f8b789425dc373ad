// Mail by Resend, against a strict stand-in: nothing is sent twice, nothing is lost, and the ledger says what happened.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freePort, pause, until } from "../support/nats.mjs";
import { readiness } from "../support/ops.mjs";
import { advance, freshEmail, goodPassword, person } from "../support/people.mjs";
import { ResendStandIn } from "../support/resend.mjs";
import { startServer } from "../support/server.mjs";

const stand = new ResendStandIn();
let server, admin, ops;

before(async () => {
  await stand.start("re_stand_in_key_1");
  ops = `localhost:${await freePort()}`;
  server = await startServer({ config: `[server]\nops_listen = "${ops}"\n[mail]\nprovider = "resend"\nfrom = "Gatehouse <id@example.com>"\nresend_api_key = "${stand.apiKey}"\nresend_base_url = "${stand.url}"\n` });
  server.secrets.add(stand.apiKey);
  admin = await person(server, { roles: ["admin"] });
});
after(async () => {
  try {
    await server.stop();
  } finally {
    await stand.stop();
  }
});

const row = async (to) => (await admin.client.get("/v1/admin/mails", { query: { to } })).body.items[0];
const attemptsTo = (address) => stand.attempts.filter(({ to }) => to === address);
const sentTo = (address) => stand.sent.filter(({ to }) => [to].flat().includes(address));
const reaches = (to, attempts) => until(async () => (await row(to))?.attempts === attempts, `attempt ${attempts}`);

/** A sign-up whose mail meets these faults, one an attempt. */
async function signUp(...faults) {
  const email = freshEmail();
  stand.faults.set(email, faults.map((each) => [each].flat()));
  assert.equal((await server.client.post("/v1/sign-up", { email, password: goodPassword() })).status, 202);
  return email;
}

test("a mail is sent once with the ledger's id as its key, and its link works", async () => {
  const email = await signUp();
  await until(async () => (await row(email))?.state === "sent", "the mail to be sent");
  const { id, attempts, template } = await row(email);
  assert.equal(attempts, 1);
  assert.equal(attemptsTo(email)[0].key, id);
  const [mail, ...more] = sentTo(email);
  assert.equal(more.length, 0);
  assert.equal(mail.from, "Gatehouse <id@example.com>");
  assert.deepEqual(mail.tags, [{ name: "template", value: template }, { name: "mail_id", value: id }]);
  const [token] = mail.text.match(/gthv_[A-Za-z0-9_-]+/);
  server.secrets.add(token);
  assert.equal((await server.client.post("/v1/email/verify", { token })).status, 200);
});

test("faults, a busy key and no answer are tried again with the same key and the same bytes", async () => {
  const email = await signUp("fault", "concurrent", "lost");
  for (let attempt = 1; attempt <= 3; ++attempt) {
    await reaches(email, attempt);
    assert.equal((await row(email)).state, "queued");
    await advance(server, "10m");
  }
  await until(async () => (await row(email)).state === "sent", "the fourth attempt");
  const attempts = attemptsTo(email);
  assert.equal(attempts.length, 4);
  assert.equal(new Set(attempts.map(({ key }) => key)).size, 1);
  assert.equal(new Set(attempts.map(({ bytes }) => bytes)).size, 1);
  assert.equal(sentTo(email).length, 1, "the one whose answer was lost is not sent again");
});

test("a rate limit is waited for as long as it says", async () => {
  const email = await signUp(["rate", 600]);
  await reaches(email, 1);
  await advance(server, "5m");
  await pause(1_500);
  assert.equal(attemptsTo(email).length, 1, "ten minutes have not passed");
  await advance(server, "6m");
  await until(async () => (await row(email)).state === "sent", "the second attempt");
});

test("a used-up quota parks a mail for an hour, and readiness says so", async () => {
  const mail = async () => (await readiness(ops)).dependencies.mail;
  const email = await signUp("quota");
  await reaches(email, 1);
  await until(async () => /daily_quota_exceeded/.test((await mail()).detail), "readiness to name the quota");
  assert.equal((await readiness(ops)).status, 200);
  assert.equal((await row(email)).state, "queued");
  await advance(server, "50m");
  await pause(1_500);
  assert.equal(attemptsTo(email).length, 1);
  await advance(server, "15m");
  await until(async () => (await row(email)).state === "sent", "the second attempt");
  await until(async () => (await mail()).status === "ok", "readiness to recover");
});

test("what is refused for good is not tried again, and holds up no other", async () => {
  const refused = await signUp("invalid");
  const fine = await signUp();
  await until(async () => (await row(refused))?.state === "failed" && (await row(fine))?.state === "sent", "both to be settled");
  await advance(server, "2h");
  await pause(1_500);
  assert.equal(attemptsTo(refused).length, 1);
  assert.equal(sentTo(refused).length, 0);
});

test("nothing of all this was a mistake in Resend's eyes", () => assert.deepEqual(stand.complaints, []));
