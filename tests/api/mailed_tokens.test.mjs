// Mailed tokens and challenges under fuzzing, at their edges and all at once: a password or a factor changes only by its
// own valid token (T14 to T17, T19, T27).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "../support/database.mjs";
import { advance, freshEmail, goodPassword, person, personWithTotp, signIn, signUp, tally, times } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

const data = temporaryFolder();
let server;
before(async () => {
  server = await startServer({ data, config: "[password]\nargon2_memory_kib = 8192\nargon2_iterations = 1\n[throttle]\nenabled = false\n" });
});
after(() => server.stop());

const post = (path, json, options) => server.client.post(path, json, options);
async function resetToken(email) {
  await post("/v1/password/forgot", { email });
  return server.mailbox.token(email, "reset_password");
}
/** The tests move the clock by weeks, past the end of any session: each asks for staff of its own. */
const administrator = () => person(server, { roles: ["admin"] });
const reset = (token, password = goodPassword()) => post("/v1/password/reset", { token, password });
const rowsOf = (id) => ["users", "user_mfa_secrets", "mfa_backup_codes", "accounts", "sessions", "role_assignments"].map((table) => sql(data, `SELECT * FROM ${table} WHERE ${table === "users" ? "id" : "user_id"} = '${id}'`).map(({ last_seen_at, last_sign_in_at, ends_at, ...row }) => row));

/** One address a mailed token of each purpose, and how it is used: `{purpose: {token, use(token), good, about}}`. */
async function oneOfEach() {
  const password = goodPassword();
  const fresh = freshEmail("fresh");
  await post("/v1/sign-up", { email: fresh, password });
  const invited = freshEmail("invited");
  const admin = await administrator();
  const { body: invitee } = await admin.client.post("/v1/admin/users", { email: invited });
  const forgetful = await signUp(server);
  const moving = await person(server);
  const moved = freshEmail("moved");
  await moving.client.post("/v1/me/email", { email: moved });
  const undoing = await person(server);
  const elsewhere = freshEmail("elsewhere");
  await undoing.client.post("/v1/me/email", { email: elsewhere });
  await post("/v1/email/change/confirm", { token: await server.mailbox.token(elsewhere, "confirm_email_change") });
  const robbed = await person(server);
  await signIn(server, robbed);
  const leaving = await person(server);
  await leaving.client.delete("/v1/me");
  const use = (path, more = {}) => (token) => post(path, { token, ...more });
  return {
    verify: { token: await server.mailbox.token(fresh, "verify_email"), use: use("/v1/email/verify"), good: 200, action: "identity.sign_up.completed" },
    invitation: { token: await server.mailbox.token(invited, "invitation"), use: use("/v1/invitations/accept", { password }), good: 200, about: invitee.id },
    reset: { token: await resetToken(forgetful.email), use: use("/v1/password/reset", { password }), good: 204, about: forgetful.id },
    "change of address": { token: await server.mailbox.token(moved, "confirm_email_change"), use: use("/v1/email/change/confirm"), good: 204, about: moving.id },
    undo: { token: await server.mailbox.token(undoing.email, "email_change_notice"), use: use("/v1/email/change/undo"), good: 204, about: undoing.id },
    "not me": { token: await server.mailbox.token(robbed.email, "new_device"), use: use("/v1/not-me"), good: 204, about: robbed.id },
    "keeping the account": { token: await server.mailbox.token(leaving.email, "deletion"), use: use("/v1/deletion/cancel"), good: 204, about: leaving.id },
  };
}

test("T14 in 2,000 random walks over every call that takes a mailed token, challenge or proof, nothing of another person changes", { timeout: 240_000 }, async (t) => {
  const victim = await personWithTotp(server);
  const thief = await personWithTotp(server);
  const own = await oneOfEach();
  const spare = { reset: await resetToken(thief.email), challenge: (await signIn(server, thief)).body.challenge.id };
  const before = rowsOf(victim.id);
  const { challenge } = (await signIn(server, victim)).body;
  const password = goodPassword();
  const paths = ["/v1/password/reset", "/v1/email/verify", "/v1/email/change/confirm", "/v1/email/change/undo", "/v1/invitations/accept", "/v1/not-me", "/v1/deletion/cancel", `/v1/mfa/challenges/${challenge.id}/verify`, `/v1/mfa/challenges/${spare.challenge}/verify`, "/v1/mfa/challenges/gthc_x/verify", "/v1/reauthenticate", "/v1/me/password", "/v1/me/mfa/totp", "/v1/me/mfa/totp/confirm", "/v1/me/mfa/backup-codes", "/v1/me/email"];
  // A wrong code would spend one of the five tries of the victim's challenge: that is T25's; here nothing is right in shape.
  const bodies = [{}, { token: "" }, { token: null }, { token: [own.verify.token] }, { token: spare.reset.slice(0, -2) + "xx", password }, { token: own.verify.token.replace("gthv_", "gths_") }, { password }, { new_password: password }, { code: "" }, { method: "totp" }, { method: "none", code: "123456" }, { user_id: victim.id, password }, { token: challenge.id, password }, { email: victim.email }, { id: challenge.id, token: spare.challenge, password }];
  const types = [undefined, undefined, undefined, "text/plain", "application/x-www-form-urlencoded", ""];
  const callers = [server.client, server.client.as(spare.challenge), server.client.as(own.verify.token), server.client.as(`${victim.token}x`)];
  let seed = Number(process.env.SEED ?? 20261125);
  t.diagnostic(`SEED=${seed}`);
  const pick = (list) => list[(seed = (seed * 48_271) % 2_147_483_647) % list.length];
  const seen = {};
  const walk = async () => {
    for (let step = 0; step < 5; ++step) {
      const [path, body, type, caller] = [pick(paths), pick(bodies), pick(types), pick(callers)];
      const options = type === undefined ? { json: body } : { raw: pick([JSON.stringify(body), "", "null", "token=x"]), headers: { "Content-Type": type || undefined } };
      const { status, text } = await caller.call("POST", path, { ...options, unchecked: true });
      seen[status] = (seen[status] ?? 0) + 1;
      assert.ok([400, 401, 403, 404, 410, 415].includes(status), `${path} ${JSON.stringify(options)}: ${status} ${text}`);
    }
  };
  for (let round = 0; round < 250; ++round) await times(8, walk);
  t.diagnostic(JSON.stringify(seen));
  assert.deepEqual(rowsOf(victim.id), before);
  assert.equal((await victim.client.get("/v1/session")).status, 200);
  assert.equal((await signIn(server, victim)).body.status, "mfa_required", "the password is the same");
  assert.equal((await post(`/v1/mfa/challenges/${challenge.id}/verify`, { method: "totp", code: await victim.code() })).status, 200, "the challenge is untouched");
  for (const [name, { token, use, good }] of Object.entries(own)) assert.equal((await use(token)).status, good, `${name} was spent by nobody`);
});

test("T15 each kind of mailed token used 100 times at once is good once, with one audit row and its events once", { timeout: 120_000 }, async () => {
  for (const [name, { token, use, good, about }] of Object.entries(await oneOfEach())) {
    const ledger = () => sql(data, `SELECT (SELECT count(*) FROM auth_audit_log WHERE outcome = 'success' AND subject_id = '${about}') AS audit, (SELECT count(*) FROM outbox_events WHERE subject = '${about}' AND topic <> 'identity.audit.recorded') AS events`)[0];
    const before = about && ledger();
    const answers = await times(100, () => use(token));
    assert.deepEqual(tally(answers), { [good]: 1, 400: 99 }, name);
    assert.ok(answers.every(({ status, body }) => status === good || body.code === "invalid_token"), name);
    if (!about) continue;
    const after = ledger();
    const distinct = sql(data, `SELECT action, count(*) AS n FROM auth_audit_log WHERE outcome = 'success' AND subject_id = '${about}' AND action NOT LIKE '%session%' GROUP BY action, request_id HAVING count(*) > 1`);
    assert.deepEqual(distinct, [], `${name}: an action twice by one request`);
    const requests = sql(data, `SELECT count(DISTINCT request_id) AS n FROM auth_audit_log WHERE outcome = 'success' AND subject_id = '${about}' AND position > (SELECT max(position) - ${after.audit - before.audit + 400} FROM auth_audit_log) AND request_id IN (${answers.filter(({ status }) => status === good).map(({ headers }) => `'${headers["x-request-id"]}'`).join(",")})`);
    assert.equal(requests[0].n, 1, `${name}: one request made all of its rows`);
    assert.ok(after.events > before.events, name);
  }
});

test("T16 a token is good a second before its end and not a second after it, whatever it is for", async () => {
  const seconds = { verify: 24 * 3600, invitation: 48 * 3600, reset: 3600, "change of address": 24 * 3600, undo: 7 * 24 * 3600, "not me": 7 * 24 * 3600, "keeping the account": 30 * 24 * 3600 };
  for (const [name, lifetime] of Object.entries(seconds)) {
    const early = (await oneOfEach())[name];
    // Making the others takes a moment of real time, which the server's clock counts too.
    await advance(server, `${lifetime - 15}s`);
    assert.equal((await early.use(early.token)).status, early.good, `${name} before its end`);
    const late = (await oneOfEach())[name];
    await advance(server, `${lifetime + 1}s`);
    assert.equal((await late.use(late.token)).body.code, "invalid_token", `${name} after its end`);
  }
});

test("T16 a token is its own account's, whoever sends it and whatever stands beside it", async () => {
  const [one, other] = [await signUp(server), await signUp(server)];
  const token = await resetToken(one.email);
  for (const beside of [{ email: other.email }, { user_id: other.id }, { id: other.id }]) assert.equal((await post("/v1/password/reset", { token, password: goodPassword(), ...beside }, { wrong: true })).body.code, "unknown_field");
  const password = goodPassword();
  const theirs = server.client.as((await signIn(server, other)).body.session.token);
  assert.equal((await theirs.post("/v1/password/reset", { token, password })).status, 204, "a session beside it means nothing");
  assert.equal((await signIn(server, { email: one.email, password })).status, 200);
  assert.equal((await signIn(server, other)).status, 200);
  assert.equal((await theirs.get("/v1/session")).status, 200);
});

test("T17 a reset ends challenges begun before and known devices; disabling and deletion end every link", async () => {
  const who = await personWithTotp(server);
  const { challenge } = (await signIn(server, who)).body;
  const password = goodPassword();
  assert.equal((await reset(await resetToken(who.email), password)).status, 204);
  assert.equal((await post(`/v1/mfa/challenges/${challenge.id}/verify`, { method: "totp", code: await who.code() })).status, 410, "the challenge of the old password");

  const known = await signUp(server);
  const device = (await signIn(server, known)).body.device_token;
  const next = goodPassword();
  assert.equal((await reset(await resetToken(known.email), next)).status, 204);
  const again = await signIn(server, { ...known, password: next }, { device_token: device });
  assert.notEqual(again.body.device_token, device, "the old device is a new one now");

  const admin = await administrator();
  for (const end of [(id) => admin.client.patch(`/v1/admin/users/${id}`, { status: "disabled", reason: "test" }), (id) => admin.client.delete(`/v1/admin/users/${id}?reason=test`)]) {
    const gone = await person(server);
    const to = freshEmail("moving");
    await gone.client.post("/v1/me/email", { email: to });
    const tokens = { "/v1/password/reset": await resetToken(gone.email), "/v1/email/change/confirm": await server.mailbox.token(to, "confirm_email_change") };
    assert.ok([200, 204].includes((await end(gone.id)).status));
    for (const [path, token] of Object.entries(tokens)) assert.equal((await post(path, path.includes("reset") ? { token, password: goodPassword() } : { token })).body.code, "invalid_token", path);
    assert.equal((await gone.client.get("/v1/session")).status, 401);
  }
});

test("T19 no token of any kind is good when it is cut, lengthened, altered in case or anywhere else", async () => {
  const flip = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
  const variants = (token) => [token.slice(0, -1), token.slice(0, 40), token.slice(0, 5), `${token}A`, `${token}=`, `${token} `, ` ${token}`, token.toUpperCase(), token.toLowerCase(), encodeURIComponent(token).replace("_", "%5F"), token.replace(/_/, "-"), ...Array.from({ length: 14 }, (_, i) => flip(token, 5 + i * 5))].filter((each) => each !== token);
  const own = await oneOfEach();
  for (const [name, { token, use }] of Object.entries(own)) for (const bad of variants(token)) assert.ok([400, 401].includes((await use(bad)).status), `${name}: ${bad.length} characters`);
  for (const [name, { token, use, good }] of Object.entries(own)) assert.equal((await use(token)).status, good, `${name} itself is still good`);
  const made = gatehouse(["service", "create", "t19", "--permission", "identity.events.read", "--dev", "--data", data]).stdout.match(/gthk_[A-Za-z0-9_-]+/)[0];
  server.secrets.add(made);
  // HTTP takes the blanks around a field's value away.
  for (const bad of variants(made).filter((each) => !each.includes(" "))) assert.equal((await server.client.as(bad).get("/v1/events")).status, 401);
  assert.equal((await server.client.as(made).get("/v1/events")).status, 200);
  const who = await personWithTotp(server);
  const { challenge } = (await signIn(server, who)).body;
  const code = await who.code();
  for (const bad of variants(challenge.id)) assert.ok([401, 404, 410].includes((await post(`/v1/mfa/challenges/${encodeURIComponent(bad)}/verify`, { method: "totp", code }, { unchecked: true })).status), bad.length);
  assert.equal((await post(`/v1/mfa/challenges/${challenge.id}/verify`, { method: "totp", code })).status, 200);
});
