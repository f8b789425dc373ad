// Reset, change of password and address, invitations, deletion and "not me": what mailed tokens do, once (T15 to T17, T20).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { advance, freshEmail, goodPassword, person, signIn, signUp, tally, times } from "../support/people.mjs";
import { startServer, temporaryFolder } from "../support/server.mjs";
import { sql } from "../support/database.mjs";

const data = temporaryFolder();
let server, admin;
before(async () => {
  server = await startServer({ data, config: "[throttle]\nmails_per_address = 1000\nsign_ups_per_network = 1000\nnetwork_failures = 100000\n" });
  admin = await person(server, { roles: ["admin"] });
});
after(() => server.stop());

async function resetToken(email) {
  await server.client.post("/v1/password/forgot", { email });
  return server.mailbox.token(email, "reset_password");
}
const reset = (token, password = goodPassword()) => server.client.post("/v1/password/reset", { token, password });

test("T15 one reset token completed 100 times at once with 100 passwords sets one of them", { timeout: 60_000 }, async () => {
  const who = await signUp(server);
  const token = await resetToken(who.email);
  const passwords = Array.from({ length: 100 }, goodPassword);
  const answers = await Promise.all(passwords.map((password) => reset(token, password)));
  const accepted = answers.flatMap(({ status }, index) => (status === 204 ? [index] : []));
  assert.equal(accepted.length, 1, JSON.stringify(tally(answers)));
  assert.equal((await signIn(server, { email: who.email, password: passwords[accepted[0]] })).status, 200);
  assert.equal((await signIn(server, { email: who.email, password: passwords[(accepted[0] + 1) % 100] })).status, 401);
  assert.equal((await signIn(server, who)).status, 401, "the old one is gone");
  const events = sql(data, `SELECT count(*) AS n FROM outbox_events WHERE topic = 'identity.password.reset' AND subject = '${who.id}'`);
  assert.equal(events[0].n, 1, "one event");
});

test("T15 one confirmation, invitation and change of address are each good once of 100 at once", { timeout: 60_000 }, async () => {
  const email = freshEmail();
  await server.client.post("/v1/sign-up", { email, password: goodPassword() });
  const token = await server.mailbox.token(email, "verify_email");
  assert.equal(tally(await times(100, () => server.client.post("/v1/email/verify", { token })))[200], 1);

  const invited = freshEmail("invited");
  assert.equal((await admin.client.post("/v1/admin/users", { email: invited })).status, 201);
  const invitation = await server.mailbox.token(invited, "invitation");
  assert.equal(tally(await times(100, () => server.client.post("/v1/invitations/accept", { token: invitation, password: goodPassword() })))[200], 1);

  const who = await person(server);
  const to = freshEmail("moved");
  assert.equal((await who.client.post("/v1/me/email", { email: to })).status, 202);
  const change = await server.mailbox.token(to, "confirm_email_change");
  assert.equal(tally(await times(100, () => server.client.post("/v1/email/change/confirm", { token: change })))[204], 1);
});

test("T16 only the newest unexpired reset token of an address is good, and none after the password changed", async () => {
  const who = await signUp(server);
  const old = await resetToken(who.email);
  await advance(server, "6m");
  const newest = await resetToken(who.email);
  assert.notEqual(newest, old, "after five minutes a new link is mailed");
  assert.equal((await reset(old)).body.code, "invalid_token");
  assert.equal((await reset(newest)).status, 204);
  assert.equal((await reset(newest)).body.code, "invalid_token");

  await advance(server, "6m");
  const other = await person(server);
  const unused = await resetToken(other.email);
  assert.equal((await other.client.post("/v1/me/password", { current_password: other.password, new_password: goodPassword() })).status, 204);
  assert.equal((await reset(unused)).body.code, "invalid_token");

  const late = await signUp(server);
  const expiring = await resetToken(late.email);
  await advance(server, "61m");
  assert.equal((await reset(expiring)).body.code, "invalid_token");
});

test("T16 a refused password doesn't spend the token", async () => {
  const who = await signUp(server);
  const token = await resetToken(who.email);
  assert.equal((await reset(token, "short")).body.code, "password_rejected");
  assert.equal((await reset(token)).status, 204);
});

test("T17 after a reset every session, challenge and pending change is dead, and the owner is told", async () => {
  const who = await signUp(server);
  const sessions = await times(3, async () => (await signIn(server, who)).body.session.token);
  const to = freshEmail("pending");
  assert.equal((await server.client.as(sessions[0]).post("/v1/me/email", { email: to })).status, 202);
  const change = await server.mailbox.token(to, "confirm_email_change");
  assert.equal((await reset(await resetToken(who.email))).status, 204);
  for (const token of sessions) assert.equal((await server.client.as(token).get("/v1/session")).status, 401);
  assert.equal((await server.client.post("/v1/email/change/confirm", { token: change })).body.code, "invalid_token");
  await server.mailbox.newest(who.email, "password_changed");
});

test("changing the password needs the current one, ends every other session, keeps this one, and tells the owner", async () => {
  const who = await person(server);
  const other = (await signIn(server, who)).body.session.token;
  const password = goodPassword();
  assert.equal((await who.client.post("/v1/me/password", { current_password: "a wrong quiet harbour", new_password: password })).body.code, "invalid_credentials");
  assert.equal((await who.client.post("/v1/me/password", { current_password: who.password, new_password: password })).status, 204);
  assert.equal((await who.client.get("/v1/session")).status, 200);
  assert.equal((await server.client.as(other).get("/v1/session")).status, 401);
  assert.equal((await signIn(server, { ...who, password })).status, 200);
  await server.mailbox.newest(who.email, "password_changed");
});

test("T20 a new address holds once it confirms; the old one is told and may take it back within seven days", async () => {
  const who = await person(server);
  const to = freshEmail("new");
  assert.equal((await who.client.post("/v1/me/email", { email: to })).status, 202);
  assert.equal((await who.client.get("/v1/me")).body.email, who.email, "the old one stays until confirmed");
  assert.equal((await server.client.post("/v1/email/change/confirm", { token: await server.mailbox.token(to, "confirm_email_change") })).status, 204);
  assert.equal((await who.client.get("/v1/me")).body.email, to);
  const undo = (await server.mailbox.of(who.email)).find((mail) => mail.links.some((link) => link.includes("undo")));
  assert.ok(undo, "the old address has a link that undoes it");
  assert.equal((await server.client.post("/v1/email/change/undo", { token: undo.token })).status, 204);
  assert.equal((await who.client.get("/v1/session")).status, 401, "sessions end");
  assert.equal((await signIn(server, who)).status, 200, "the old address and password hold again");
  assert.equal((await signIn(server, { ...who, email: to })).status, 401);
  const told = await server.mailbox.newest(to, "email_change_undone");
  assert.match(told.text, /Until\s+\d+\s+\w+\s+\d{4}/, "the address that it left learns until when the guard on resets holds");
  assert.ok(!told.text.includes(who.email) && !told.token, "and neither the other address nor a way in");
});

test("an undo takes back the deletion that an intruder asked for, and not one that staff made", async () => {
  const [robbed, abuser] = [await person(server), await person(server)];
  const thief = freshEmail("thief");
  assert.equal((await robbed.client.post("/v1/me/email", { email: thief })).status, 202);
  assert.equal((await server.client.post("/v1/email/change/confirm", { token: await server.mailbox.token(thief, "confirm_email_change") })).status, 204);
  assert.equal((await robbed.client.delete("/v1/me")).status, 204);
  assert.equal((await server.client.post("/v1/email/change/undo", { token: await server.mailbox.token(robbed.email, "email_change_notice") })).status, 204);
  assert.equal((await signIn(server, robbed)).status, 200);

  // The link is mailed at once, before any address has changed.
  assert.equal((await abuser.client.post("/v1/me/email", { email: freshEmail("next") })).status, 202);
  assert.equal((await admin.client.delete(`/v1/admin/users/${abuser.id}?reason=abuse`)).status, 204);
  assert.equal((await server.client.post("/v1/email/change/undo", { token: await server.mailbox.token(abuser.email, "email_change_notice") })).status, 204);
  assert.equal((await admin.client.get(`/v1/admin/users/${abuser.id}`)).body.status, "pending_deletion");
  assert.equal((await signIn(server, abuser)).body.code, "account_disabled");
});

test("an address that is taken can't be moved to, and nobody learns that it is", async () => {
  const [who, other] = [await person(server), await person(server)];
  const asked = await who.client.post("/v1/me/email", { email: other.email });
  assert.equal(asked.status, 202);
  assert.equal((await who.client.get("/v1/me")).body.email, who.email);
  assert.equal((await server.mailbox.of(other.email)).filter((mail) => mail.template === "confirm_email_change").length, 0);
});

test("an invitation makes a user without a password, who sets one and has the roles only then", async () => {
  const email = freshEmail("invited");
  const admin = await person(server, { roles: ["admin"] });
  const made = await admin.client.post("/v1/admin/users", { email, name: "Invited", roles: ["support"] });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual((await signIn(server, { email, password: goodPassword() })).status, 401);
  const password = goodPassword();
  const token = await server.mailbox.token(email, "invitation");
  assert.equal((await server.client.post("/v1/invitations/accept", { token, password })).status, 200);
  const signedIn = await signIn(server, { email, password });
  assert.equal(signedIn.status, 200, signedIn.text);
  assert.ok(signedIn.body.actor.roles.includes("support"));

  const late = freshEmail("late");
  await admin.client.post("/v1/admin/users", { email: late });
  const expired = await server.mailbox.token(late, "invitation");
  await advance(server, "49h");
  assert.equal((await server.client.post("/v1/invitations/accept", { token: expired, password })).body.code, "invalid_token");
});

test("deleting oneself ends everything at once, and the mailed link takes it back within the grace period", async () => {
  const who = await person(server);
  assert.equal((await who.client.delete("/v1/me")).status, 204);
  assert.equal((await who.client.get("/v1/session")).status, 401);
  assert.equal((await signIn(server, who)).body.code, "account_disabled");
  const mail = await server.mailbox.newest(who.email);
  assert.ok(mail.token, mail.template);
  assert.equal((await server.client.post("/v1/deletion/cancel", { token: mail.token })).status, 204);
  assert.equal((await signIn(server, who)).status, 200);
});

test("the export holds what is held of the person, and neither compliance state nor staff", async () => {
  const who = await person(server, { name: "Export Me" });
  await admin.client.post(`/v1/admin/users/${who.id}/roles`, { role: "support", reason: "secret reason of staff" });
  const { status, body, text, headers } = await who.client.get("/v1/me/export");
  assert.equal(status, 200, text);
  assert.match(headers["content-disposition"], /attachment/);
  assert.equal(body.user.email, who.email);
  for (const absent of ["screening", "identity_verification", admin.email, admin.id]) assert.ok(!text.includes(absent), `${absent} is in the export`);
});

test("not-me ends the sessions of a person, forces a reset, mails the link and grants nothing", async () => {
  const who = await signUp(server);
  const first = (await signIn(server, who, {}, { headers: { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0" } })).body.session.token;
  await signIn(server, who, {}, { headers: { "User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0" } });
  const mail = (await server.mailbox.of(who.email)).find((each) => each.links.some((link) => link.includes("not-me")));
  if (!mail) return assert.fail(`no mail has a not-me link: ${(await server.mailbox.of(who.email)).map((each) => each.template)}`);
  const answer = await server.client.post("/v1/not-me", { token: mail.token });
  assert.equal(answer.status, 204);
  assert.deepEqual(answer.setCookies, []);
  assert.equal((await server.client.as(first).get("/v1/session")).status, 401);
  assert.equal((await signIn(server, who)).body.code, "password_reset_required");
  assert.equal((await reset(await server.mailbox.token(who.email, "reset_password"))).status, 204);
});

test("T14 no random walk over the mailed-token calls with wrong, foreign or missing tokens changes anything", async () => {
  const who = await signUp(server);
  const foreign = await resetToken((await signUp(server)).email);
  const before = sql(data, `SELECT * FROM users WHERE id = '${who.id}'`);
  const paths = ["/v1/password/reset", "/v1/email/verify", "/v1/email/change/confirm", "/v1/email/change/undo", "/v1/invitations/accept", "/v1/not-me", "/v1/deletion/cancel"];
  const bodies = [{}, { token: "" }, { token: "gthv_x" }, { password: goodPassword() }, { token: 1 }, { token: `${foreign.slice(0, -2)}xx`, password: goodPassword() }];
  let seed = 42;
  const pick = (list) => list[(seed = (seed * 48_271) % 2_147_483_647) % list.length];
  for (let step = 0; step < 1000; ++step) {
    const { status } = await server.client.post(pick(paths), pick(bodies), { wrong: true });
    assert.ok([400, 429].includes(status), `step ${step}: ${status}`);
  }
  assert.deepEqual(sql(data, `SELECT * FROM users WHERE id = '${who.id}'`), before);
  assert.equal((await signIn(server, who)).status, 200);
  assert.equal((await reset(foreign)).status, 204, "the foreign token is unspent");
});
