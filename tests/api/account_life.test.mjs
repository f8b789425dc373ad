// A person's account over HTTP, every exchange held against the contract: second factor, step-up, profile, address,
// password, export, deletion; and the same for a client that uses cookies.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Jar } from "../support/client.mjs";
import { advance, freshEmail, goodPassword, person, personWithTotp, serverTime, signIn, tally, times } from "../support/people.mjs";
import { startServer } from "../support/server.mjs";
import { totp } from "../support/totp.mjs";

let server;
before(async () => (server = await startServer()));
after(() => server.stop());

const verify = (challenge, method, code, options) => server.client.post(`/v1/mfa/challenges/${challenge}/verify`, { method, code }, options);
const challengeOf = async (somebody) => (await signIn(server, somebody)).body.challenge.id;

test("an app is enrolled, asked for, replaced by backup codes and removed", async () => {
  const ada = await person(server);
  const begun = await ada.client.post("/v1/me/mfa/totp");
  assert.equal(begun.status, 200);
  assert.ok(begun.body.qr_svg.startsWith("<svg"));
  const now = await serverTime(server);
  const code = totp(begun.body.secret, now, -1);
  assert.equal((await ada.client.post("/v1/me/mfa/totp/confirm", { code: code === "000000" ? "000001" : "000000" })).body.code, "invalid_code");
  const confirmed = await ada.client.post("/v1/me/mfa/totp/confirm", { code });
  assert.equal(confirmed.status, 200, confirmed.text);
  assert.equal((await ada.client.get("/v1/session")).status, 401, "the earlier token is dead");
  const client = server.client.as(confirmed.body.session.token);
  assert.equal((await client.get("/v1/session")).body.acr, "aal2");
  assert.equal((await client.get("/v1/me/mfa")).body.backup_codes_left, 10);
  assert.equal((await client.post("/v1/me/mfa/totp")).body.code, "already_enrolled");

  const finished = await verify(await challengeOf(ada), "totp", totp(begun.body.secret, now));
  assert.deepEqual(finished.body.actor.amr, ["pwd", "otp", "mfa"]);
  const answers = await times(16, async () => verify(await challengeOf(ada), "backup_code", confirmed.body.backup_codes[0].toUpperCase()));
  assert.deepEqual(tally(answers)[200], 1);
  assert.equal((await server.mailbox.of(ada.email)).filter((mail) => mail.template === "backup_code_used").length, 1);

  const renewed = await client.post("/v1/me/mfa/backup-codes");
  assert.equal(renewed.body.backup_codes.length, 10);
  assert.equal((await client.delete("/v1/me/mfa/totp")).status, 204);
  assert.equal((await client.delete("/v1/me/mfa/totp")).body.code, "not_found");
});

test("a stale session is told what it needs, and a step-up gives it", async () => {
  const ada = await personWithTotp(server);
  await advance(server, "16m");
  const refused = await ada.client.delete("/v1/me/mfa/totp");
  assert.equal(refused.status, 403);
  assert.equal(refused.body.acr_values, "aal2");
  assert.match(refused.headers["www-authenticate"], /insufficient_user_authentication/);
  const again = await ada.client.post("/v1/reauthenticate", { password: ada.password, method: "totp", code: await ada.code() });
  assert.equal(again.status, 200, again.text);
  assert.equal(again.body.acr, "aal2");
  assert.equal((await ada.client.get("/v1/session")).status, 401);
  assert.equal((await server.client.as(again.body.session.token).delete("/v1/me/mfa/totp")).status, 204);
});

test("only a service may ask for proof of a person", async () => {
  const ada = await personWithTotp(server);
  const bob = await person(server);
  assert.equal((await server.client.post("/v1/mfa/challenges", { user_id: ada.id, purpose: "payouts.approve" })).status, 401);
  const unknown = await server.client.as("gthk_unknown").post("/v1/mfa/challenges", { user_id: ada.id, purpose: "payouts.approve" });
  assert.equal(unknown.status, 401);
  assert.equal((await bob.client.post("/v1/mfa/challenges", { user_id: ada.id, purpose: "payouts.approve" })).status, 401);
});

test("the profile changes by merge patch and by the version that was read", async () => {
  const ada = await person(server, { name: "Ada" });
  const read = await ada.client.get("/v1/me");
  const patched = await ada.client.patch("/v1/me", { name: "Ada King", locale: "en-GB" }, { headers: { "If-Match": read.headers.etag, "Content-Type": "application/merge-patch+json" } });
  assert.equal(patched.status, 200, patched.text);
  assert.notEqual(patched.headers.etag, read.headers.etag);
  assert.equal((await ada.client.patch("/v1/me", { name: null }, { headers: { "If-Match": read.headers.etag } })).status, 412);
  assert.equal((await ada.client.patch("/v1/me", { name: null })).body.name, null);
  for (const wrong of [{ email_verified: true }, { id: "x" }, { roles: ["admin"] }, { picture: "javascript:alert(1)" }, { name: "" }])
    assert.equal((await ada.client.patch("/v1/me", wrong, { wrong: true })).status, 400, JSON.stringify(wrong));
});

test("an address moves once it confirms, and moves back by the old mailbox", async () => {
  const ada = await person(server);
  const next = freshEmail("new");
  assert.equal((await ada.client.post("/v1/me/email", { email: next })).status, 202);
  assert.equal((await ada.client.get("/v1/me")).body.email, ada.email);
  assert.equal((await server.client.post("/v1/email/change/confirm", { token: await server.mailbox.token(next, "confirm_email_change") })).status, 204);
  assert.equal((await ada.client.get("/v1/me")).body.email, next);
  const undo = await server.mailbox.token(ada.email, "email_change_notice");
  assert.equal((await server.client.post("/v1/email/change/undo", { token: undo })).status, 204);
  assert.equal((await ada.client.get("/v1/session")).status, 401);
  assert.equal((await signIn(server, ada)).body.actor.email, ada.email);
});

test("a password is reset by mail, changed by hand, and disowned by its owner", async () => {
  const ada = await person(server);
  assert.equal((await server.client.post("/v1/password/forgot", { email: ada.email })).status, 202);
  const token = await server.mailbox.token(ada.email, "reset_password");
  assert.equal((await server.client.post("/v1/password/reset", { token, password: "short" })).body.errors[0].code, "too_short");
  const passwords = Array.from({ length: 16 }, goodPassword);
  const resets = await times(16, (index) => server.client.post("/v1/password/reset", { token, password: passwords[index] }));
  assert.deepEqual(tally(resets), { 204: 1, 400: 15 });
  const password = passwords[resets.findIndex(({ status }) => status === 204)];
  assert.equal((await ada.client.get("/v1/session")).status, 401);

  const signedIn = (await signIn(server, { email: ada.email, password })).body;
  const other = (await signIn(server, { email: ada.email, password })).body;
  const client = server.client.as(signedIn.session.token);
  const chosen = goodPassword();
  assert.equal((await client.post("/v1/me/password", { current_password: "something else", new_password: chosen })).body.code, "invalid_credentials");
  assert.equal((await client.post("/v1/me/password", { current_password: password, new_password: chosen })).status, 204);
  assert.equal((await client.get("/v1/session")).status, 200);
  assert.equal((await server.client.as(other.session.token).get("/v1/session")).status, 401);

  assert.equal((await server.client.post("/v1/not-me", { token: await server.mailbox.token(ada.email, "password_changed") })).status, 204);
  assert.equal((await client.get("/v1/session")).status, 401);
  assert.equal((await signIn(server, { email: ada.email, password: chosen })).body.code, "password_reset_required");
});

test("an export is the person's, and a closed account can be kept", async () => {
  const ada = await person(server);
  const exported = await ada.client.get("/v1/me/export");
  assert.equal(exported.status, 200);
  assert.match(exported.headers["content-disposition"], /attachment/);
  assert.ok(!/screening|argon2|risk/.test(exported.text));
  assert.equal((await ada.client.delete("/v1/me")).status, 204);
  assert.equal((await ada.client.get("/v1/session")).status, 401);
  assert.equal((await signIn(server, ada)).body.code, "account_disabled");
  assert.equal((await server.client.post("/v1/deletion/cancel", { token: await server.mailbox.token(ada.email, "deletion") })).status, 204);
  assert.equal((await signIn(server, ada)).status, 200);
});

test("T31 a cookie client's challenge, session and step-up travel in cookies of that browser alone", async () => {
  const ada = await personWithTotp(server);
  const jar = new Jar();
  const headers = { Origin: server.url };
  const asked = await signIn(server, ada, { client_id: "pages" }, { jar, headers });
  assert.equal(asked.body.status, "mfa_required");
  const challenge = asked.body.challenge.id;
  const code = await ada.code();
  assert.equal((await verify(challenge, "totp", code, { headers })).body.code, "challenge_expired", "another browser");
  assert.equal((await verify(challenge, "totp", code, { jar, headers: { Origin: "https://evil.example" } })).body.code, "cross_origin");
  const finished = await verify(challenge, "totp", code, { jar, headers });
  assert.equal(finished.status, 200, finished.text);
  assert.equal(finished.body.session.token, undefined);
  assert.ok([...jar.values.keys()].some((name) => name.endsWith("gatehouse-session")));
  assert.ok(![...jar.values.keys()].some((name) => name.endsWith("gatehouse-challenge")));
  const planted = new Map(jar.values);
  const again = await server.client.post("/v1/reauthenticate", { password: ada.password, method: "totp", code: await ada.code() }, { jar, headers });
  assert.equal(again.status, 200, again.text);
  assert.equal(again.body.session.token, undefined);
  const old = new Jar();
  old.values = planted;
  assert.equal((await server.client.get("/v1/session", { jar: old })).status, 401);
  assert.equal((await server.client.get("/v1/session", { jar })).status, 200);
  assert.equal((await server.client.delete("/v1/me", { jar })).body.code, "cross_origin", "a cookie call says where it comes from");
  assert.equal((await server.client.delete("/v1/me", { jar, headers })).status, 204);
});
