// Second factors: enrolling, challenges, backup codes, and that each code is good once (T15, T24 to T27, T29, T30).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { advance, freshEmail, person, personWithTotp, serverTime, signIn, tally, times } from "../support/people.mjs";
import { startServer } from "../support/server.mjs";
import { totp } from "../support/totp.mjs";

let server;
before(async () => (server = await startServer()));
after(() => server.stop());

const verify = (challenge, code, method = "totp") => server.client.post(`/v1/mfa/challenges/${challenge}/verify`, { method, code });
async function challengeOf(who) {
  const { body } = await signIn(server, who);
  assert.equal(body.status, "mfa_required", JSON.stringify(body));
  return body.challenge.id;
}
const codeNow = async (secret, steps = 0) => totp(secret, await serverTime(server), steps);

/** Enrols through the API: `{…person, secret, backupCodes, client}` with the new session. */
async function enrolled() {
  const who = await person(server);
  const begun = (await who.client.post("/v1/me/mfa/totp")).body;
  const confirmed = await who.client.post("/v1/me/mfa/totp/confirm", { code: await codeNow(begun.secret) });
  assert.equal(confirmed.status, 200, confirmed.text);
  await advance(server, "60s");
  return { ...who, secret: begun.secret, backupCodes: confirmed.body.backup_codes, client: server.client.as(confirmed.body.session.token), begun };
}

test("enrolling shows a secret, an otpauth address and a QR code, and its confirmation ten codes and a new token", async () => {
  const who = await person(server);
  const begun = (await who.client.post("/v1/me/mfa/totp")).body;
  assert.match(begun.otpauth_uri, new RegExp(`^otpauth://totp/.*secret=${begun.secret}`));
  assert.match(begun.qr_svg, /^<(\?xml|svg)/);
  assert.equal((await signIn(server, who)).body.status, "signed_in", "not confirmed, so not asked for");
  assert.equal((await who.client.post("/v1/me/mfa/totp/confirm", { code: "000000" })).body.code, "invalid_code");
  const confirmed = await who.client.post("/v1/me/mfa/totp/confirm", { code: await codeNow(begun.secret) });
  assert.equal(confirmed.status, 200, confirmed.text);
  assert.equal(new Set(confirmed.body.backup_codes).size, 10);
  assert.equal((await who.client.get("/v1/session")).status, 401, "the old token is dead");
  const client = server.client.as(confirmed.body.session.token);
  assert.equal((await client.get("/v1/session")).body.acr, "aal2");
  const status = (await client.get("/v1/me/mfa")).body;
  assert.equal(status.backup_codes_left, 10);
  assert.equal((await client.post("/v1/me/mfa/totp")).body.code, "already_enrolled");
});

test("a right password with a second factor enrolled answers a challenge and no session; the code finishes the sign-in", async () => {
  const who = await enrolled();
  const challenge = await challengeOf(who);
  const finished = await verify(challenge, await codeNow(who.secret));
  assert.equal(finished.status, 200, finished.text);
  assert.equal(finished.body.status, "signed_in");
  assert.equal(finished.body.actor.acr, "aal2");
  assert.deepEqual([...finished.body.actor.amr].sort(), ["mfa", "otp", "pwd"]);
  assert.equal((await verify(challenge, await codeNow(who.secret, 1))).status, 410, "a challenge is answered once");
});

test("T24 a code is good once: again, with spaces, in other digits, from an earlier step, or with seven digits it is refused", async () => {
  const who = await personWithTotp(server);
  const code = await who.code();
  assert.equal((await verify(await challengeOf(who), code)).status, 200);
  const spelled = [code, ` ${code}`, `${code.slice(0, 3)} ${code.slice(3)}`, `+${code}`, `0${code}`, [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join("")];
  for (const spelling of spelled.slice(0, 4)) assert.notEqual((await verify(await challengeOf(who), spelling)).status, 200, spelling);
  assert.notEqual((await verify(await challengeOf(who), await codeNow(who.secret, -1))).status, 200, "the step before");
  await advance(server, "60s");
  assert.equal((await verify(await challengeOf(who), await codeNow(who.secret))).status, 200);
  for (const spelling of spelled.slice(4)) assert.notEqual((await verify(await challengeOf(who), spelling)).status, 200, spelling);
});

test("T24 one code in 50 challenges at once makes one session", async () => {
  const who = await personWithTotp(server);
  const challenges = await times(50, () => challengeOf(who));
  const code = await who.code();
  const answers = await Promise.all(challenges.map((each) => verify(each, code)));
  assert.equal(tally(answers)[200], 1, JSON.stringify(tally(answers)));
});

test("T27 one challenge answered 100 times at once with the right code makes one session", async () => {
  const who = await personWithTotp(server);
  const challenge = await challengeOf(who);
  const code = await who.code();
  const answers = await times(100, () => verify(challenge, code));
  assert.equal(tally(answers)[200], 1, JSON.stringify(tally(answers)));
  const token = answers.find(({ status }) => status === 200).body.session.token;
  assert.equal((await server.client.as(token).get("/v1/me/sessions")).body.items.length, 2, "the first one and the new one");
});

test("T27 an expired challenge, and another person's code, are refused", async () => {
  const [one, other] = [await personWithTotp(server), await enrolled()];
  const challenge = await challengeOf(one);
  const wrong = await verify(challenge, await codeNow(other.secret));
  assert.equal(wrong.body.code, "invalid_code");
  const late = await challengeOf(one);
  await advance(server, "1h");
  assert.equal((await verify(late, await codeNow(one.secret))).body.code, "challenge_expired");
});

test("T25 the fifth wrong code ends a challenge, and a right password doesn't forgive wrong codes", async () => {
  const who = await personWithTotp(server);
  const challenge = await challengeOf(who);
  const codes = [];
  for (let i = 0; i < 5; ++i) codes.push((await verify(challenge, "000000")).status);
  assert.ok(codes.every((each) => [401, 410, 429].includes(each)), String(codes));
  assert.ok([410, 429].includes((await verify(challenge, await who.code())).status));
  for (let i = 0; i < 5; ++i) await verify(await challengeOf(who), "000000");
  const exposed = await signIn(server, who);
  assert.equal(exposed.status, 403, exposed.text);
  assert.equal(exposed.body.code, "password_reset_required", "ten wrong codes: the password counts as exposed (decision 9)");
});

test("T25 200 guesses at once never have more than the budget evaluated", async () => {
  const who = await personWithTotp(server);
  const challenges = await times(8, () => challengeOf(who));
  const answers = await times(200, (i) => verify(challenges[i % challenges.length], String(i).padStart(6, "9")));
  const evaluated = answers.filter(({ body }) => body.code === "invalid_code").length;
  assert.ok(evaluated <= 50, `${evaluated} codes were looked at`);
  assert.equal(answers.filter(({ status }) => status === 200).length, 0);
});

test("T26 one backup code used 100 times at once signs in once, and one fewer is left", async () => {
  const who = await enrolled();
  const [code, another] = who.backupCodes;
  const challenges = await times(20, () => challengeOf(who));
  const answers = await times(100, (i) => verify(challenges[i % 20], code, "backup_code"));
  assert.equal(tally(answers)[200], 1, JSON.stringify(tally(answers)));
  const client = server.client.as(answers.find(({ status }) => status === 200).body.session.token);
  assert.equal((await client.get("/v1/me/mfa")).body.backup_codes_left, 9);
  await server.mailbox.newest(who.email, "backup_code_used");
  assert.ok(another);
});

test("T26 a new set of backup codes voids the one before", async () => {
  const who = await enrolled();
  const made = await who.client.post("/v1/me/mfa/backup-codes");
  assert.equal(made.status, 200, made.text);
  assert.equal((await verify(await challengeOf(who), who.backupCodes[3], "backup_code")).status, 401);
  assert.equal((await verify(await challengeOf(who), made.body.backup_codes[3], "backup_code")).status, 200);
  assert.equal((await verify(await challengeOf(who), made.body.backup_codes[3], "backup_code")).status, 401, "good once");
});

test("T30 sensitive calls need a recent proof at the account's highest level, and step-up gives it with a new token", async () => {
  const who = await enrolled();
  await advance(server, "16m");
  const sensitive = [
    ["POST", "/v1/me/mfa/backup-codes"],
    ["DELETE", "/v1/me/mfa/totp"],
    ["POST", "/v1/me/email", { email: freshEmail() }],
    ["POST", "/v1/me/password", { current_password: who.password, new_password: "another quiet harbour" }],
    ["DELETE", "/v1/me"],
  ];
  for (const [method, path, json] of sensitive) {
    const answer = await who.client.call(method, path, { json });
    assert.equal(answer.status, 403, `${path} ${answer.text}`);
    assert.equal(answer.body.code, "reauthentication_required");
    assert.equal(answer.body.acr_values, "aal2");
    assert.equal(answer.body.max_age, 900);
    assert.match(answer.headers["www-authenticate"], /insufficient_user_authentication/);
  }
  await who.client.get("/v1/session");
  assert.equal((await who.client.post("/v1/reauthenticate", { password: who.password })).status !== 200, true, "the password alone is not enough");
  const proved = await who.client.post("/v1/reauthenticate", { password: who.password, method: "totp", code: await codeNow(who.secret) });
  assert.equal(proved.status, 200, proved.text);
  assert.equal((await who.client.get("/v1/session")).status, 401, "the old token is dead");
  const client = server.client.as(proved.body.session.token);
  assert.equal((await client.delete("/v1/me/mfa/totp")).status, 204);
  assert.equal((await signIn(server, who)).body.status, "signed_in");
});

test("T18 a reset by mail makes no session and leaves the second factor as it was", async () => {
  const who = await enrolled();
  await server.client.post("/v1/password/forgot", { email: who.email });
  const token = await server.mailbox.token(who.email, "reset_password");
  const password = "yet another quiet harbour";
  const reset = await server.client.post("/v1/password/reset", { token, password });
  assert.equal(reset.status, 204, reset.text);
  assert.deepEqual(reset.setCookies, []);
  assert.equal((await signIn(server, { ...who, password })).body.status, "mfa_required");
  await server.mailbox.newest(who.email, "password_changed");
});

test("an administrator who must have a second factor is made to enrol one and does nothing before", async () => {
  const strict = await startServer({ config: '[mfa]\nrequired_roles = ["admin"]\n' });
  try {
    const admin = await person(strict, { roles: ["admin"] });
    const { body } = await signIn(strict, admin);
    assert.equal(body.status, "mfa_enrollment_required");
    const enrolling = strict.client.as(body.enrollment.token);
    assert.notEqual((await enrolling.get("/v1/session")).status, 200);
    assert.notEqual((await enrolling.get("/v1/admin/users")).status, 200);
    const begun = await enrolling.post("/v1/me/mfa/totp");
    assert.equal(begun.status, 200, begun.text);
    const confirmed = await enrolling.post("/v1/me/mfa/totp/confirm", { code: totp(begun.body.secret, await serverTime(strict)) });
    assert.equal(confirmed.status, 200, confirmed.text);
    assert.equal((await strict.client.as(confirmed.body.session.token).get("/v1/admin/users")).status, 200);
  } finally {
    await strict.stop();
  }
});
