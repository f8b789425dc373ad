// What staff and services may do, and what they may not: roles, users, lists, idempotency, compliance (T35, T48 to T52).
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { operations } from "../support/contract.mjs";
import { root } from "../support/paths.mjs";
import { freshEmail, person, signIn, signUp, tally, times } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

const data = temporaryFolder();
let server, admin, support;
before(async () => {
  server = await startServer({ data, config: '[roles.seller]\npermissions = ["shop.sell"]\n[roles.auditor]\npermissions = ["identity.audit.read"]\n[roles.clerk]\npermissions = ["identity.users.read", "identity.users.write", "identity.users.delete", "identity.roles.assign", "identity.sessions.revoke", "identity.recovery.start"]\n' });
  admin = await person(server, { roles: ["admin"] });
  support = await person(server, { roles: ["support"] });
});
after(() => server.stop());
const users = (id = "") => `/v1/admin/users${id && `/${id}`}`;

test("T50 the matrix of roles and operations is the one that is checked in", async () => {
  const callers = { nobody: server.client, user: (await person(server)).client, support: support.client, admin: admin.client };
  const filled = (path) => path.replace("{role}", "seller").replace("{code}", "not_found").replace(/\{\w+\}/g, "0199c7a2-0000-7000-8000-000000000000");
  const lines = [];
  for (const { id, method, path, body, access } of operations.filter((each) => ["admin", "service"].includes(each.access))) {
    const verdicts = [];
    for (const [name, client] of Object.entries(callers)) {
      const { status, body: answer } = await client.call(method, filled(path), { json: body ? {} : undefined, wrong: true });
      const refused = status === 401 || answer?.code === "forbidden";
      verdicts.push(`${name}=${refused ? "no" : "yes"}`);
    }
    lines.push(`${method} ${path} ${id} ${access} ${verdicts.join(" ")}`);
  }
  const file = join(root, "tests/contract/role_access.txt");
  const text = `${lines.sort().join("\n")}\n`;
  if (process.env.WRITE_ROLE_MATRIX) writeFileSync(file, text);
  assert.ok(existsSync(file), "write it with WRITE_ROLE_MATRIX=1");
  assert.equal(text, readFileSync(file, "utf8"));
});

test("T50 nobody gives what they lack, changes their own roles, or touches somebody above them", async () => {
  const clerk = await person(server, { roles: ["clerk"] });
  const target = await person(server);
  const give = (client, id, role) => client.post(`${users(id)}/roles`, { role, reason: "a test" });
  assert.equal((await give(clerk.client, target.id, "admin")).body.code, "forbidden");
  assert.equal((await give(clerk.client, target.id, "auditor")).body.code, "forbidden");
  assert.equal((await give(clerk.client, clerk.id, "seller")).status, 403, "not oneself");
  assert.equal((await give(admin.client, admin.id, "seller")).status, 403);
  for (const call of [
    clerk.client.patch(users(admin.id), { status: "disabled", reason: "a test" }),
    clerk.client.delete(users(admin.id)),
    clerk.client.delete(`${users(admin.id)}/roles/admin`),
    clerk.client.post(`${users(admin.id)}/password-reset`, { reason: "a test" }),
    clerk.client.post(`${users(admin.id)}/mfa-reset`, { reason: "a test" }),
    clerk.client.delete(`${users(admin.id)}/sessions`),
    clerk.client.delete(`/v1/admin/sessions/${admin.session.id}`),
  ]) {
    const { status, body, text } = await call;
    assert.equal(status, 403, text);
    assert.equal(body.code, "forbidden");
  }
  assert.equal((await admin.client.get("/v1/session")).status, 200);
});

test("T50 the last administrator stays", async () => {
  const alone = await startServer();
  try {
    const only = await person(alone, { roles: ["admin"] });
    assert.equal((await only.client.delete("/v1/me")).body.code, "last_admin");
    const second = await person(alone, { roles: ["admin"] });
    assert.equal((await second.client.delete(`${users(only.id)}/roles/admin`)).status, 204);
    assert.equal((await second.client.delete("/v1/me")).body.code, "last_admin");
  } finally {
    await alone.stop();
  }
});

test("T51 a role given and taken holds at the next check, in the next token and on admin calls", async () => {
  const who = await person(server);
  assert.equal((await admin.client.post(`${users(who.id)}/roles`, { role: "auditor", reason: "quarterly" })).status, 201);
  assert.ok((await who.client.get("/v1/session")).body.permissions.includes("identity.audit.read"));
  assert.equal((await who.client.get("/v1/admin/audit")).status, 200);
  const [given] = (await admin.client.get(`${users(who.id)}/roles`)).body.items.filter(({ role }) => role === "auditor");
  assert.equal(given.granted_by, admin.id);
  assert.equal(given.reason, "quarterly");
  assert.equal((await admin.client.delete(`${users(who.id)}/roles/auditor?reason=over`)).status, 204);
  assert.equal((await who.client.get("/v1/admin/audit")).status, 403);
  assert.ok(!(await who.client.get("/v1/session")).body.roles.includes("auditor"));
});

test("support looks, ends sessions and starts resets, and never sets or sees a password", async () => {
  const who = await signUp(server);
  const theirs = server.client.as((await signIn(server, who)).body.session.token);
  const { text } = await support.client.get(users(who.id));
  assert.doesNotMatch(text, /password_hash|argon2/);
  assert.equal((await support.client.patch(users(who.id), { password: "x" }, { wrong: true })).status >= 400, true);
  assert.equal((await support.client.delete(`${users(who.id)}/sessions?reason=asked`)).status, 204);
  assert.equal((await theirs.get("/v1/session")).status, 401);
  assert.equal((await support.client.post(`${users(who.id)}/password-reset`, { reason: "asked" })).status, 204);
  assert.equal((await signIn(server, who)).body.code, "password_reset_required");
  assert.ok(await server.mailbox.token(who.email, "reset_password"));
});

test("T35 disabling, revoking and deleting hold at once, everywhere", async () => {
  const cases = {
    disabled: (id) => admin.client.patch(users(id), { status: "disabled", reason: "a test" }),
    revoked: (id, session) => admin.client.delete(`/v1/admin/sessions/${session}?reason=a+test`),
    deleted: (id) => admin.client.delete(`${users(id)}?reason=a+test`),
  };
  for (const [name, act] of Object.entries(cases)) {
    const who = await person(server);
    assert.equal((await who.client.get("/v1/session")).status, 200);
    const { status, text } = await act(who.id, who.session.id);
    assert.ok([200, 204].includes(status), text);
    assert.equal((await who.client.get("/v1/session")).status, 401, name);
    assert.equal((await who.client.post("/v1/token")).status, 401, name);
    if (name !== "revoked") assert.equal((await signIn(server, who)).body.code, "account_disabled");
  }
});

test("T52 lists go by signed cursors, which no other list, filter or hand takes", async () => {
  for (let i = 0; i < 7; ++i) await person(server, { email: freshEmail("listed") });
  const seen = [];
  let cursor;
  do {
    const { body } = await admin.client.get(users(), { query: { query: "listed.", limit: 3, ...(cursor ? { cursor } : {}) } });
    assert.ok(body.items.length <= 3);
    seen.push(...body.items.map(({ id }) => id));
    cursor = body.next_cursor;
    if (seen.length === 3) {
      for (const forged of [`${cursor.slice(0, -1)}${cursor.endsWith("A") ? "B" : "A"}`, cursor.slice(1), `${cursor}x`])
        assert.equal((await admin.client.get(users(), { query: { query: "listed.", limit: 3, cursor: forged } })).body.code, "invalid_cursor");
      assert.equal((await admin.client.get(users(), { query: { query: "other", limit: 3, cursor } })).body.code, "invalid_cursor", "another filter");
      assert.equal((await admin.client.get("/v1/admin/audit", { query: { cursor } })).body.code, "invalid_cursor", "another list");
    }
  } while (cursor);
  assert.equal(seen.length, 7);
  assert.equal(new Set(seen).size, 7);
});

test("users are found by prefix, address, ids, status and role, with a count", async () => {
  const who = await person(server, { email: "findable.person@example.com", name: "Findable Person", roles: ["seller"] });
  const found = async (query) => (await admin.client.get(users(), { query })).body;
  for (const query of [{ query: "FINDABLE" }, { email: "Findable.Person@Example.com" }, { id: `${who.id},0199c7a2-0000-7000-8000-000000000000` }, { role: "seller" }]) {
    const { items, total } = await found(query);
    assert.deepEqual(items.map(({ id }) => id), [who.id], JSON.stringify(query));
    assert.equal(total.value, 1);
  }
  assert.ok((await found({ status: "disabled" })).items.every(({ status }) => status === "disabled"));
});

test("an Idempotency-Key makes a repeat answer as the first did, and another body is 422", async () => {
  const email = freshEmail("once");
  const headers = { "Idempotency-Key": "key-1" };
  const answers = [await admin.client.post(users(), { email }, { headers }), await admin.client.post(users(), { email }, { headers })];
  assert.deepEqual(answers.map(({ status }) => status), [201, 201]);
  assert.equal(answers[0].body.id, answers[1].body.id);
  assert.equal((await admin.client.post(users(), { email: freshEmail() }, { headers })).body.code, "idempotency_key_reused");
  const racing = freshEmail("racing");
  const raced = await times(20, () => admin.client.post(users(), { email: racing }, { headers: { "Idempotency-Key": "key-2" } }));
  assert.ok(raced.every(({ status }) => [201, 409].includes(status)), JSON.stringify(tally(raced)));
  assert.equal((await admin.client.get(users(), { query: { email: racing } })).body.items.length, 1);
  assert.equal((await admin.client.post(users(), { email: racing })).body.code, "email_taken");
});

test("If-Match holds for staff: a stale version is 412 and changes nothing", async () => {
  const who = await person(server, { name: "First" });
  const { headers } = await admin.client.get(users(who.id));
  assert.equal((await admin.client.patch(users(who.id), { name: "Second" }, { headers: { "If-Match": headers.etag } })).status, 200);
  assert.equal((await admin.client.patch(users(who.id), { name: "Third" }, { headers: { "If-Match": headers.etag } })).status, 412);
  assert.equal((await admin.client.get(users(who.id))).body.name, "Second");
});

test("compliance moves by legal steps only; a confirmed match ends the sessions and isn't told to the person", async () => {
  const who = await person(server);
  const set = (json) => admin.client.patch(`${users(who.id)}/compliance`, { reference: "case-1", reason: "a test", ...json });
  assert.equal((await set({ identity_verification: "pending" })).status, 200);
  assert.equal((await set({ identity_verification: "verified" })).status, 200);
  assert.equal((await who.client.get("/v1/session")).body.identity_verification, "verified");
  assert.equal((await set({ screening: "pending" })).status, 200);
  assert.equal((await set({ screening: "possible_match" })).status, 200);
  assert.equal((await who.client.get("/v1/session")).body.screening, "pending", "a possible match reads pending");
  assert.equal((await set({ screening: "unscreened" })).body.code, "illegal_transition");
  assert.equal((await set({ screening: "confirmed_match" })).status, 200);
  assert.equal((await who.client.get("/v1/session")).status, 401);
  const answer = await signIn(server, who);
  assert.equal(answer.body.code, "account_disabled");
  assert.doesNotMatch(answer.text, /screening|match|sanction/i);
});

test("the audit log answers who did what to whom, also as NDJSON", async () => {
  const who = await person(server);
  const done = await admin.client.patch(users(who.id), { status: "disabled", reason: "audited reason" });
  assert.equal(done.status, 200);
  let entry;
  for (let i = 0; i < 50 && !entry; ++i) {
    const { body } = await admin.client.get("/v1/admin/audit", { query: { subject_id: who.id, actor_id: admin.id } });
    entry = body.items.find(({ reason }) => reason === "audited reason");
    if (!entry) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(entry, "the row is sealed and found");
  assert.equal(entry.actor_type, "user");
  assert.equal(entry.request_id, done.headers["x-request-id"]);
  const lines = (await admin.client.get("/v1/admin/audit", { query: { subject_id: who.id }, headers: { Accept: "application/x-ndjson" } })).text.trim().split("\n");
  assert.ok(lines.map((line) => JSON.parse(line)).some(({ id }) => id === entry.id));
});

test("services introspect, follow revocations and events, and take their own tokens", async () => {
  const made = gatehouse(["service", "create", "gateway", "--permission", "identity.introspect", "--permission", "identity.revocations.read", "--permission", "identity.events.read", "--dev", "--data", data]);
  assert.equal(made.status, 0, made.stderr);
  const key = made.stdout.match(/gthk_[A-Za-z0-9_-]+/)[0];
  const gateway = server.client.as(key);
  const who = await person(server);
  const live = await gateway.post("/v1/introspect", { token: who.token });
  assert.equal(live.body.active, true);
  assert.equal(live.body.sub, who.id);
  assert.equal((await gateway.call("POST", "/v1/introspect", { form: { token: who.token } })).body.active, true);
  await who.client.post("/v1/sign-out");
  assert.deepEqual((await gateway.post("/v1/introspect", { token: who.token })).body, { active: false });
  assert.deepEqual((await gateway.post("/v1/introspect", { token: "nonsense" })).body, { active: false });
  let ended;
  for (let i = 0; i < 50 && !ended; ++i) {
    let cursor;
    for (;;) {
      const { body } = await gateway.get("/v1/revocations", { query: cursor ? { cursor } : {} });
      ended ??= body.items.find((each) => each.session_id === who.session.id);
      if (!body.next_cursor || body.items.length === 0 || body.next_cursor === cursor) break;
      cursor = body.next_cursor;
    }
    if (!ended) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(ended, "the sign-out is in the feed");
  const token = await server.client.call("POST", "/v1/token", { form: { grant_type: "client_credentials", client_id: "gateway", client_secret: key } });
  assert.equal(token.status, 200, token.text);
  const claims = JSON.parse(Buffer.from(token.body.access_token.split(".")[1], "base64url"));
  assert.equal(claims.sub, "service:gateway");
  assert.equal("sid" in claims, false);
  const refused = await server.client.call("POST", "/v1/token", { form: { grant_type: "client_credentials", client_id: "gateway", client_secret: "gthk_wrong" } });
  assert.equal(refused.status, 401);
  assert.equal(refused.body.error, "invalid_client");
});
