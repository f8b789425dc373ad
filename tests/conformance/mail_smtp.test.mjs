// Mail by SMTP, judged by a real receiver and a parser that are not ours.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { simpleParser } from "mailparser";
import { SMTPServer } from "smtp-server";
import { until, pause } from "../support/nats.mjs";
import { advance, freshEmail, goodPassword, person } from "../support/people.mjs";
import { startServer } from "../support/server.mjs";

const taken = [];
const refusals = new Map();
let sink, server, admin;

before(async () => {
  sink = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    logger: false,
    onRcptTo({ address }, session, done) {
      const responseCode = refusals.get(address)?.shift();
      done(responseCode ? Object.assign(new Error("not now"), { responseCode }) : null);
    },
    onData(stream, { envelope }, done) {
      simpleParser(stream).then((mail) => (taken.push({ envelope, mail }), done()), done);
    },
  });
  await new Promise((resolve) => sink.listen(0, "127.0.0.1", resolve));
  const { port } = sink.server.address();
  server = await startServer({ config: `[mail]\nprovider = "smtp"\nfrom = "Gatehouse <id@example.com>"\nsmtp_url = "smtp://127.0.0.1:${port}"\n` });
  admin = await person(server, { roles: ["admin"] });
});
after(async () => {
  try {
    await server.stop();
  } finally {
    await new Promise((resolve) => sink.close(resolve));
  }
});

const signUp = async (email) => assert.equal((await server.client.post("/v1/sign-up", { email, password: goodPassword() })).status, 202);
const row = async (to) => (await admin.client.get("/v1/admin/mails", { query: { to } })).body.items[0];
const mailTo = (to) => taken.filter(({ envelope }) => envelope.rcptTo.some(({ address }) => address === to));

test("a mail has one recipient, both forms, the headers of an automatic one, and a link that works", async () => {
  const email = freshEmail();
  await signUp(email);
  await until(async () => (await row(email))?.state === "sent", "the mail to be sent");
  const [{ envelope, mail }, ...more] = mailTo(email);
  assert.equal(more.length, 0, "sent once");
  assert.deepEqual(envelope.rcptTo.map(({ address }) => address), [email]);
  assert.equal(envelope.mailFrom.address, "id@example.com");
  assert.deepEqual(mail.to.value.map(({ address }) => address), [email]);
  assert.deepEqual(mail.from.value, [{ address: "id@example.com", name: "Gatehouse" }]);
  assert.equal(mail.headers.get("content-type").value, "multipart/alternative");
  assert.equal(mail.headers.get("auto-submitted"), "auto-generated");
  assert.ok(mail.messageId && mail.date && mail.subject);
  assert.ok(!mail.headers.has("bcc") && !mail.headers.has("cc"));
  const [token] = mail.text.match(/gthv_[A-Za-z0-9_-]+/);
  assert.ok(mail.html.includes(token));
  assert.equal((await server.client.post("/v1/email/verify", { token })).status, 200);
});

test("a refusal for now is tried again later, and one for good is not", async () => {
  const [slow, gone] = [freshEmail("slow"), freshEmail("gone")];
  refusals.set(slow, [450]);
  refusals.set(gone, [550, 550]);
  await signUp(slow);
  await until(async () => (await row(slow))?.attempts === 1, "the first attempt");
  assert.equal((await row(slow)).state, "queued");
  await advance(server, "30s");
  await until(async () => (await row(slow)).state === "sent", "the second attempt");
  assert.equal(mailTo(slow).length, 1);

  await signUp(gone);
  await until(async () => (await row(gone))?.state === "failed", "the failure");
  await advance(server, "30s");
  await pause(1_500);
  assert.equal((await row(gone)).attempts, 1);
  assert.equal(refusals.get(gone).length, 1, "it was asked once");
});
