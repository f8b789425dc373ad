// Text that means harm: addresses that collide, members that only the server may set, naughty strings as passwords and
// names, forged cursors, and what of it all reaches logs, mails and the database (T20, T21, T26, T48, T52, T53, T58).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { databaseFile, rowCounts, sql } from "../support/database.mjs";
import { root } from "../support/paths.mjs";
import { advance, freshEmail, goodPassword, person, personWithTotp, serverTime, signIn, signUp, times } from "../support/people.mjs";
import { startServer, temporaryFolder } from "../support/server.mjs";
import { totp } from "../support/totp.mjs";

const data = temporaryFolder();
const naughty = JSON.parse(readFileSync(join(root, "tests/vectors/blns/blns.json"), "utf8"));
let server, admin;
before(async () => {
  server = await startServer({ data, config: "[password]\nargon2_memory_kib = 8192\nargon2_iterations = 1\n[throttle]\nenabled = false\n" });
  admin = await person(server, { roles: ["admin"] });
});
after(() => server.stop());

test("T20 nobody marks an address as theirs: not at sign-up, not in the profile, not by a link for another", async () => {
  const victim = await signUp(server);
  const thief = await person(server);
  for (const more of [{ email_verified: true }, { verified_at: "2020-01-01T00:00:00Z" }, { user_id: victim.id }, { email: victim.email, email_verified: true }]) {
    assert.equal((await thief.client.patch("/v1/me", more, { wrong: true })).body.code, "unknown_field");
    if (!more.email) assert.equal((await server.client.post("/v1/sign-up", { email: freshEmail(), password: goodPassword(), ...more }, { wrong: true })).body.code, "unknown_field");
  }
  const to = freshEmail("to");
  await thief.client.post("/v1/me/email", { email: to });
  assert.equal((await thief.client.get("/v1/me")).body.email, thief.email, "the old address holds until the new one confirms");
  assert.equal((await thief.client.post("/v1/me/email", { email: victim.email })).status, 202, "and a taken one is not told apart");
  assert.equal((await server.mailbox.of(victim.email)).filter(({ template }) => template === "confirm_email_change").length, 0);
  await advance(server, "16m");
  assert.equal((await thief.client.post("/v1/me/email", { email: freshEmail() })).body.code, "reauthentication_required");
});

test("T21 spellings of one address are one account, others are refused, and each mail has one recipient, as it is stored", async () => {
  const plain = `collide.${Date.now()}@example.com`;
  const { id } = await signUp(server, { email: plain });
  for (const spelling of [plain.toUpperCase(), `Collide${plain.slice(7)}`]) {
    assert.equal((await server.client.post("/v1/sign-up", { email: spelling, password: goodPassword() })).status, 202);
    assert.equal((await server.client.post("/v1/password/forgot", { email: spelling })).status, 202);
  }
  const strange = ["collide\u212a@example.com", "\uff43ollide@example.com", `${plain},evil@example.com`, `${plain}\nBcc: evil@example.com`, `evil@example.com,${plain}`, `"${plain}"`, `<${plain}>`, `mailto:${plain}`, `${plain} `, ` ${plain}`, plain.replace("@", "\uff20"), plain.replace("@", "%40"), plain.replace("example", "ex\u0430mple"), plain.replace(".com", ".com."), plain.replace("@", "@@"), `${plain}\0`, "a@[127.0.0.1]", "a@localhost\r\n"];
  for (const email of strange)
    for (const path of ["/v1/sign-up", "/v1/password/forgot", "/v1/email/verify/resend", "/v1/sign-in"]) {
      const answer = await server.client.post(path, { email, ...(path.includes("sign-") ? { password: goodPassword() } : {}) }, { wrong: true });
      // An address in another script is its own domain in ASCII, and so somebody else's.
      if (answer.status < 300 || answer.body.code === "invalid_credentials") assert.match(email, /[^\x20-\x7e]mple|\.com\.$/, `${path} took ${JSON.stringify(email)}`);
    }
  const stored = sql(data, `SELECT email FROM users WHERE id = '${id}'`)[0].email;
  for (const { to, subject } of (await server.client.get("/dev/mailbox")).body.items) {
    assert.doesNotMatch(to, /[,;\s\0<>"]/, to);
    assert.equal(to.split("@").length, 2);
    assert.doesNotMatch(subject, /[\r\n]/);
  }
  assert.ok((await server.mailbox.of(stored)).length >= 1, "byte for byte the stored one");
  assert.equal(sql(data, `SELECT count(*) AS n FROM users WHERE lower(email) = '${plain}'`)[0].n, 1);
});

test("T26 backup codes are nowhere in the database in clear, and none of an old set works while it is replaced", { timeout: 60_000 }, async () => {
  const who = await person(server);
  const { secret } = (await who.client.post("/v1/me/mfa/totp")).body;
  const confirmed = await who.client.post("/v1/me/mfa/totp/confirm", { code: totp(secret, await serverTime(server)) });
  const old = confirmed.body.backup_codes;
  const client = server.client.as(confirmed.body.session.token);
  // Fewer than the ten wrong codes after which the password itself counts as exposed.
  const challenges = await times(5, async () => (await signIn(server, who)).body.challenge.id);
  const [renewed, ...raced] = await Promise.all([client.post("/v1/me/mfa/backup-codes"), ...challenges.map((id, i) => server.client.post(`/v1/mfa/challenges/${id}/verify`, { method: "backup_code", code: old[i] }))]);
  assert.equal(renewed.status, 200, renewed.text);
  assert.ok(raced.every(({ status }) => [200, 401, 410].includes(status)), "each was before the new set, or is void");
  const answer = async (code) => (await server.client.post(`/v1/mfa/challenges/${(await signIn(server, who)).body.challenge.id}/verify`, { method: "backup_code", code })).status;
  for (const code of old.slice(0, 4)) assert.equal(await answer(code), 401, "an old code after the renewal");
  assert.equal(await answer(renewed.body.backup_codes[0]), 200);
  sql(data, "PRAGMA wal_checkpoint(FULL)");
  const bytes = readFileSync(databaseFile(data)).toString("latin1") + readFileSync(`${databaseFile(data)}-wal`).toString("latin1");
  for (const text of [...old, ...renewed.body.backup_codes, secret, who.password]) for (const spelling of [text, text.replaceAll("-", ""), text.toUpperCase(), Buffer.from(text).toString("base64").replace(/=+$/, "")]) assert.ok(!bytes.includes(spelling), "a secret lies in the database");
});

test("T48 what only the server may set is refused in every body, nested, twice, in another case or as a list", async () => {
  const who = await person(server);
  const before = (await admin.client.get(`/v1/admin/users/${who.id}`)).body;
  const members = { role: "admin", roles: ["admin"], is_admin: true, isAdmin: true, permissions: ["identity.users.read"], tenant_id: "x", aal: 2, acr: "aal2", created_at: "2020-01-01T00:00:00Z", banned: false, status: "active", password_hash: "$argon2id$", credential_version: 9, user: { role: "admin" }, ROLES: ["admin"], "role[]": "admin", __proto__x: {}, constructor: {} };
  const bodies = {
    "PATCH /v1/me": { name: "New" },
    "POST /v1/sign-in": { email: who.email, password: who.password },
    "POST /v1/password/forgot": { email: who.email },
    "POST /v1/me/email": { email: freshEmail() },
    "POST /v1/me/password": { current_password: who.password, new_password: goodPassword() },
    "POST /v1/invitations/accept": { token: "gthv_x", password: goodPassword() },
    "POST /v1/reauthenticate": { password: who.password },
  };
  for (const [call, body] of Object.entries(bodies))
    for (const [name, value] of Object.entries(members)) {
      const [method, path] = call.split(" ");
      const answer = await who.client.call(method, path, { json: { ...body, [name]: value }, wrong: true });
      assert.equal(answer.body?.code, "unknown_field", `${call} with ${name}: ${answer.text}`);
    }
  for (const raw of ['{"name":"a","name":"b"}', '{"name":{"$set":"x"}}', '{"name":["x"]}', '[{"name":"x"}]', '{"Name":"x"}']) assert.equal((await who.client.call("PATCH", "/v1/me", { raw, headers: { "Content-Type": "application/json" }, wrong: true })).status, 400, raw);
  assert.deepEqual((await admin.client.get(`/v1/admin/users/${who.id}`)).body, before);
});

test("T52 cursors that are forged, spliced, of another list or of another installation are 400, and tell no SQL", async () => {
  for (let i = 0; i < 4; ++i) await person(server);
  const lists = ["/v1/admin/users", "/v1/admin/users?status=active", "/v1/admin/audit", "/v1/admin/login-attempts", "/v1/admin/mails"];
  const at = (path, cursor) => `${path}${path.includes("?") ? "&" : "?"}limit=1&cursor=${encodeURIComponent(cursor)}`;
  const first = await Promise.all(lists.map(async (path) => (await admin.client.get(`${path}${path.includes("?") ? "&" : "?"}limit=1`)).body.next_cursor));
  assert.ok(first.every(Boolean));
  const counts = rowCounts(data);
  const elsewhere = await startServer();
  const theirs = await person(elsewhere, { roles: ["admin"] });
  await person(elsewhere);
  const foreign = (await theirs.client.get("/v1/admin/users?limit=1")).body.next_cursor;
  await elsewhere.stop();
  for (const [i, path] of lists.entries()) {
    assert.equal((await admin.client.get(at(path, first[i]))).status, 200);
    const own = first[i];
    const middle = Math.floor(own.length / 2);
    const forged = [...first.filter((_, k) => k !== i), foreign, own.slice(0, -1), `${own}A`, own.slice(1), own.slice(0, middle) + first[(i + 1) % lists.length].slice(middle), own.slice(0, middle) + (own[middle] === "A" ? "B" : "A") + own.slice(middle + 1), Buffer.from("e' OR 1=1 --").toString("base64url"), "' OR '1'='1", "0", "-1", ...naughty.filter((text) => text.length > 0 && text.length < 60).slice(0, 40)];
    for (const cursor of forged.filter((each) => each !== own)) {
      const { status, body, text } = await admin.client.get(at(path, cursor), { unchecked: true });
      assert.equal(status, 400, `${path} ${cursor}: ${text}`);
      assert.equal(body.code, "invalid_cursor");
      assert.doesNotMatch(text, /sqlite|select|syntax/i);
    }
  }
  assert.deepEqual(rowCounts(data), counts);
});

test("T53 each naughty string of at least 15 code points is a password like any other, and no other password", { timeout: 120_000 }, async () => {
  const usable = naughty.filter((text) => [...text].length >= 15 && [...text].length <= 256 && Buffer.byteLength(text) <= 2048);
  assert.ok(usable.length > 100);
  const refused = [];
  for (const text of usable) {
    const made = await server.client.post("/dev/users", { email: freshEmail("naughty"), password: text }, { unchecked: true });
    // A common one is refused with its reason, as anywhere.
    if (made.status !== 201) refused.push([text, made.body.code]) && assert.equal(made.body.code, "password_rejected", text);
    else {
      const { email } = made.body.user;
      assert.equal((await signIn(server, { email, password: text })).status, 200, text);
      assert.equal((await signIn(server, { email, password: `${text}x` })).status, 401, text);
    }
  }
  assert.ok(refused.length < usable.length / 2, `${refused.length} were refused`);
});

test("T58 naughty names and devices stay one log line, one subject, one JSON member each, and no secret is in log, event or audit", { timeout: 60_000 }, async () => {
  const names = naughty.filter((text) => text.length > 0 && [...text].length <= 200);
  const from = server.log.length;
  let accepted = 0;
  for (const name of [...names, "x".repeat(100_000), "\u001b[31mred", "a\r\nSet-Cookie: x=y"]) {
    const answer = await server.client.post("/v1/sign-up", { email: freshEmail("named"), password: goodPassword(), name }, { wrong: true });
    assert.ok([202, 400, 413].includes(answer.status), `${name.slice(0, 40)}: ${answer.status}`);
    accepted += Number(answer.status === 202);
  }
  assert.ok(accepted > 100);
  const who = await personWithTotp(server);
  for (const agent of names.filter((text) => /^[\x20-\xff]*$/.test(text)).slice(0, 80)) await server.client.post("/v1/sign-in", { email: who.email, password: who.password }, { headers: { "User-Agent": agent.trim() || "x" } });
  assert.ok(server.log.slice(from).every((line) => typeof line.event === "string"));
  const events = sql(data, "SELECT details FROM auth_audit_log").map(({ details }) => details).join("\n");
  assert.deepEqual(server.secrets.foundIn(events), [], "secrets in the audit log");
  for (const { subject } of (await server.client.get("/dev/mailbox")).body.items) assert.doesNotMatch(subject, /[\r\n\0\u001b]/);
});
