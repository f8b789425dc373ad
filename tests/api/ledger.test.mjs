// Each change of state, its audit row and its events are one transaction (T61): made over the whole surface, with either
// table broken underneath, and counted afterwards.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { operations } from "../support/contract.mjs";
import { breakInserts, rowCounts, sql } from "../support/database.mjs";
import { freshEmail, goodPassword, person, personWithTotp, serverTime, signIn, signUp } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";
import { totp } from "../support/totp.mjs";

const data = temporaryFolder();
let server, admin, service;
before(async () => {
  server = await startServer({ data, config: "[password]\nargon2_memory_kib = 8192\nargon2_iterations = 1\n[throttle]\nenabled = false\n[roles.seller]\npermissions = [\"shop.sell\"]\n" });
  admin = await person(server, { roles: ["admin"] });
  const made = gatehouse(["service", "create", "payouts", "--permission", "identity.mfa.challenge", "--dev", "--data", data]);
  service = server.client.as(made.stdout.match(/gthk_[A-Za-z0-9_-]+/)[0]);
});
after(() => server.stop());

const users = (id, rest = "") => `/v1/admin/users/${id}${rest}`;
const mailed = async (who, act, template, to = who.email) => (await act(who), server.mailbox.token(to, template));

/** Every operation that changes something, as `[operation, prepare, call]`; `prepare` runs while nothing is broken. */
const changes = [
  ["signUp", async () => freshEmail(), (email) => server.client.post("/v1/sign-up", { email, password: goodPassword() })],
  ["verifyEmail", async () => { const email = freshEmail(); await server.client.post("/v1/sign-up", { email, password: goodPassword() }); return server.mailbox.token(email, "verify_email"); }, (token) => server.client.post("/v1/email/verify", { token })],
  ["resendVerification", async () => { const email = freshEmail(); await server.client.post("/v1/sign-up", { email, password: goodPassword() }); return email; }, (email) => server.client.post("/v1/email/verify/resend", { email })],
  ["signIn", () => person(server), (who) => signIn(server, who)],
  ["signIn of one with a factor", () => personWithTotp(server), (who) => signIn(server, who)],
  ["verifyChallenge", async () => { const who = await personWithTotp(server); return { id: (await signIn(server, who)).body.challenge.id, code: await who.code() }; }, ({ id, code }) => server.client.post(`/v1/mfa/challenges/${id}/verify`, { method: "totp", code })],
  ["createChallenge", () => personWithTotp(server), (who) => service.post("/v1/mfa/challenges", { user_id: who.id, purpose: "payouts.approve" })],
  ["forgotPassword", () => person(server), (who) => server.client.post("/v1/password/forgot", { email: who.email })],
  ["resetPassword", async () => mailed(await person(server), (who) => server.client.post("/v1/password/forgot", { email: who.email }), "reset_password"), (token) => server.client.post("/v1/password/reset", { token, password: goodPassword() })],
  ["changeMyEmail", () => person(server), (who) => who.client.post("/v1/me/email", { email: freshEmail() })],
  ["confirmEmailChange", async () => { const to = freshEmail(); return mailed(await person(server), (who) => who.client.post("/v1/me/email", { email: to }), "confirm_email_change", to); }, (token) => server.client.post("/v1/email/change/confirm", { token })],
  ["undoEmailChange", async () => { const who = await person(server); const to = freshEmail(); const token = await mailed(who, () => who.client.post("/v1/me/email", { email: to }), "confirm_email_change", to); await server.client.post("/v1/email/change/confirm", { token }); return server.mailbox.token(who.email, "email_change_notice"); }, (token) => server.client.post("/v1/email/change/undo", { token })],
  ["reportNotMe", async () => mailed(await person(server), (who) => signIn(server, who), "new_device"), (token) => server.client.post("/v1/not-me", { token })],
  ["deleteMe", () => person(server), (who) => who.client.delete("/v1/me")],
  ["cancelDeletion", async () => mailed(await person(server), (who) => who.client.delete("/v1/me"), "deletion"), (token) => server.client.post("/v1/deletion/cancel", { token })],
  ["updateMe", () => person(server), (who) => who.client.patch("/v1/me", { name: "Another Name" })],
  ["changeMyPassword", () => person(server), (who) => who.client.post("/v1/me/password", { current_password: who.password, new_password: goodPassword() })],
  ["reauthenticate", () => person(server), (who) => who.client.post("/v1/reauthenticate", { password: who.password })],
  ["signOut", () => person(server), (who) => who.client.post("/v1/sign-out")],
  ["deleteSession", () => person(server), (who) => who.client.delete("/v1/session")],
  ["revokeMySession", async () => { const who = await signUp(server); const [own, other] = [(await signIn(server, who)).body, (await signIn(server, who)).body]; return { client: server.client.as(own.session.token), id: other.session.id }; }, ({ client, id }) => client.delete(`/v1/me/sessions/${id}`)],
  ["revokeMySessions", () => person(server), (who) => who.client.delete("/v1/me/sessions?scope=all")],
  ["enrollTotp", () => person(server), (who) => who.client.post("/v1/me/mfa/totp")],
  ["confirmTotp", async () => { const who = await person(server); const { secret } = (await who.client.post("/v1/me/mfa/totp")).body; return { ...who, code: totp(secret, await serverTime(server)) }; }, (who) => who.client.post("/v1/me/mfa/totp/confirm", { code: who.code })],
  ["createBackupCodes", enrolled, (client) => client.post("/v1/me/mfa/backup-codes")],
  ["removeTotp", enrolled, (client) => client.delete("/v1/me/mfa/totp")],
  ["createUser", async () => freshEmail(), (email) => admin.client.post("/v1/admin/users", { email })],
  ["acceptInvitation", async () => { const email = freshEmail(); await admin.client.post("/v1/admin/users", { email }); return server.mailbox.token(email, "invitation"); }, (token) => server.client.post("/v1/invitations/accept", { token, password: goodPassword() })],
  ["updateUser", () => person(server), (who) => admin.client.patch(users(who.id), { status: "disabled", reason: "test" })],
  ["deleteUser", () => person(server), (who) => admin.client.delete(users(who.id, "?reason=test"))],
  ["assignRole", () => person(server), (who) => admin.client.post(users(who.id, "/roles"), { role: "seller", reason: "test" })],
  ["revokeRole", async () => { const who = await person(server); await admin.client.post(users(who.id, "/roles"), { role: "seller", reason: "test" }); return who; }, (who) => admin.client.delete(users(who.id, "/roles/seller?reason=test"))],
  ["revokeUserSessions", () => person(server), (who) => admin.client.delete(users(who.id, "/sessions?reason=test"))],
  ["revokeSession", () => person(server), (who) => admin.client.delete(`/v1/admin/sessions/${who.session.id}?reason=test`)],
  ["startPasswordReset", () => person(server), (who) => admin.client.post(users(who.id, "/password-reset"), { reason: "test" })],
  ["resetUserMfa", () => personWithTotp(server), (who) => admin.client.post(users(who.id, "/mfa-reset"), { reason: "test" })],
  ["unlockUser", () => person(server), (who) => admin.client.post(users(who.id, "/unlock"), { reason: "test" })],
  ["updateCompliance", () => person(server), (who) => admin.client.patch(users(who.id, "/compliance"), { screening: "pending", reference: "case", reason: "test" })],
];

/** A person who enrolled an app just now: the client of the session that came of it. */
async function enrolled() {
  const who = await person(server);
  const { secret } = (await who.client.post("/v1/me/mfa/totp")).body;
  const confirmed = await who.client.post("/v1/me/mfa/totp/confirm", { code: totp(secret, await serverTime(server)) });
  return server.client.as(confirmed.body.session.token);
}

/** Those that change nothing of anybody, or have their events elsewhere. */
const changeNothing = new Set(["createToken", "introspect"]);

test("T61 the list is whole: every operation of the contract that changes state is in it", () => {
  const done = new Set(changes.map(([name]) => name.split(" ")[0]));
  const missing = operations.filter(({ method, path, id, tag }) => method !== "GET" && tag !== "providers" && !path.startsWith("/dev/") && !path.includes("/oauth/") && !path.includes("/accounts/") && !path.includes("/webhooks") && !changeNothing.has(id) && !done.has(id));
  assert.deepEqual(missing.map(({ id }) => id), []);
});

for (const table of ["auth_audit_log", "outbox_events"])
  test(`T61 nothing changes when its row in ${table} can't be written, whatever the operation`, { timeout: 120_000 }, async () => {
    for (const [name, prepare, call] of changes) {
      const prepared = await prepare();
      const mend = breakInserts(data, table);
      const before = rowCounts(data);
      let answer;
      try {
        answer = await call(prepared);
        assert.ok(answer.status >= 500, `${name} answered ${answer.status} ${answer.text}`);
        assert.doesNotMatch(answer.text, /broken|sqlite|postgres|trigger|constraint/i, "the cause is for the log");
        assert.deepEqual(rowCounts(data), before, name);
      } finally {
        mend();
      }
      const again = await call(prepared);
      assert.ok(again.status < 300, `${name} once the table is whole again: ${again.status} ${again.text}`);
    }
  });

test("T61 each change is on record under its request id, and each row of the record is one event", async () => {
  for (const [name, prepare, call] of changes) {
    const prepared = await prepare();
    const answer = await call(prepared);
    assert.ok(answer.status < 300, `${name}: ${answer.text}`);
    const rows = sql(data, `SELECT action, subject_id, count(*) AS n FROM auth_audit_log WHERE request_id = '${answer.headers["x-request-id"]}' AND action NOT LIKE 'session.%' GROUP BY action, subject_id`);
    const sessions = sql(data, `SELECT count(*) AS n FROM auth_audit_log WHERE request_id = '${answer.headers["x-request-id"]}' AND action LIKE 'session.%'`)[0].n;
    assert.ok(rows.length + sessions >= 1, `${name} left nothing in the audit log`);
    assert.deepEqual(rows.filter(({ n }) => n !== 1), [], `${name} is on record more than once`);
  }
  const [{ audit, recorded }] = sql(data, "SELECT (SELECT count(*) FROM auth_audit_log) AS audit, (SELECT count(*) FROM outbox_events WHERE topic = 'identity.audit.recorded') AS recorded");
  assert.equal(recorded, audit, "one event for each row");
});
