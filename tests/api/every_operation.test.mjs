// What must hold of every operation, made from the route table of the contract: step-up (T29, T30), ids of others (T49),
// half-finished sign-ins (T23), headers (T60). A new operation is held to it without a new test.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { document, operations } from "../support/contract.mjs";
import { freshEmail, person, advance, serverTime, signIn } from "../support/people.mjs";
import { sendRaw } from "../support/raw.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";
import { totp } from "../support/totp.mjs";

const data = temporaryFolder();
const nobody = "0199c7a2-0000-7000-8000-000000000000";
let server;
before(async () => (server = await startServer({ data, config: '[roles.seller]\npermissions = ["shop.sell"]\n[mfa]\nrequired_roles = ["support"]\n' })));
after(() => server.stop());

const sensitive = operations.filter(({ stepUp, access }) => stepUp || access === "step_up");
// Flows with a provider need one: tests/conformance/oauth_* ask the same of them.
const known = operations.filter(({ path }) => !path.startsWith("/v1/oauth/") && !path.startsWith("/dev/"));

/** A body that the contract holds for right. */
function example({ body }) {
  const schema = body?.content?.["application/json"]?.schema;
  if (!schema) return undefined;
  const found = schema.$ref ? document.components.schemas[schema.$ref.split("/").pop()] : schema;
  return structuredClone(found.examples?.[0] ?? {});
}
const filled = (path, id = nobody) => path.replace("{role}", "seller").replace("{code}", "not_found").replace(/\{\w+\}/g, id);

test("T30 every operation that the contract calls sensitive wants a proof of the last fifteen minutes, and nothing but a proof renews it", async () => {
  assert.ok(sensitive.length >= 8, "the contract names them");
  const ada = await person(server, { roles: ["admin"] });
  const target = await person(server);
  const proved = (await ada.client.get("/v1/session")).body.authenticated_at;
  await advance(server, "16m");
  for (let i = 0; i < 3; ++i) {
    await ada.client.get("/v1/session");
    await ada.client.post("/v1/token");
    await ada.client.get("/v1/me/sessions");
  }
  assert.equal((await ada.client.get("/v1/session")).body.authenticated_at, proved, "use and minting move no time of proof");
  for (const operation of sensitive) {
    const answer = await ada.client.call(operation.method, filled(operation.path, target.id), { json: example(operation), wrong: true });
    assert.equal(answer.status, 403, `${operation.id}: ${answer.text}`);
    assert.equal(answer.body.code, "reauthentication_required", operation.id);
    assert.equal(answer.body.max_age, 900);
    assert.match(answer.headers["www-authenticate"], /error="insufficient_user_authentication".*max_age="?900/, "RFC 9470");
  }
  const renewed = await ada.client.post("/v1/reauthenticate", { password: ada.password });
  const fresh = server.client.as(renewed.body.session.token);
  for (const operation of sensitive.filter(({ id }) => id !== "deleteMe")) {
    const answer = await fresh.call(operation.method, filled(operation.path, target.id), { json: example(operation), wrong: true });
    assert.notEqual(answer.body?.code, "reauthentication_required", `${operation.id} right after a proof: ${answer.text}`);
    assert.ok(answer.status !== 401 || answer.body.code === "invalid_credentials", `${operation.id}: ${answer.text}`);
  }
});

test("T29 a session of one factor, however fresh, does nothing sensitive to an account that has two", async () => {
  const ada = await person(server, { roles: ["admin"] });
  const weak = server.client.as((await signIn(server, ada)).body.session.token);
  const begun = (await ada.client.post("/v1/me/mfa/totp")).body;
  const confirmed = await ada.client.post("/v1/me/mfa/totp/confirm", { code: totp(begun.secret, await serverTime(server)) });
  assert.equal(confirmed.status, 200, confirmed.text);
  assert.equal((await weak.get("/v1/session")).body.acr, "aal1", "the other session is what it was");
  for (const operation of sensitive) {
    const answer = await weak.call(operation.method, filled(operation.path), { json: example(operation), wrong: true });
    assert.equal(answer.body?.code, "reauthentication_required", `${operation.id}: ${answer.text}`);
    assert.equal(answer.body.acr_values, "aal2", operation.id);
  }
  const strong = server.client.as(confirmed.body.session.token);
  assert.match((await strong.get("/v1/me/mfa")).text, /totp/, "the factor is still there");
});

test("T29 the last factor of somebody who must have one stays, and an enrolment token opens nothing but enrolment (T23)", async () => {
  const helper = await person(server, { roles: ["support"] });
  const { body } = await signIn(server, helper);
  assert.equal(body.status, "mfa_enrollment_required");
  const enrolling = server.client.as(body.enrollment.token);
  for (const operation of known.filter(({ access, id }) => access !== "public" && !["enrollTotp", "confirmTotp"].includes(id))) {
    const answer = await enrolling.call(operation.method, filled(operation.path), { json: example(operation), wrong: true });
    assert.equal(answer.status, 401, `${operation.id}: ${answer.text}`);
  }
  const begun = (await enrolling.post("/v1/me/mfa/totp")).body;
  const confirmed = await enrolling.post("/v1/me/mfa/totp/confirm", { code: totp(begun.secret, await serverTime(server)) });
  const client = server.client.as(confirmed.body.session.token);
  const refused = await client.delete("/v1/me/mfa/totp");
  assert.ok(refused.status >= 400, refused.text);
  assert.equal((await signIn(server, helper)).body.status, "mfa_required", "the factor is still asked for");
});

test("T29 a role that needs a second factor is worth nothing in a session of one factor that was there before the role", async () => {
  const admin = await person(server, { roles: ["admin"] });
  const helper = await person(server);
  const other = server.client.as((await signIn(server, helper)).body.session.token);
  assert.equal((await helper.client.post("/v1/token")).status, 200, "nothing asks for a factor yet");
  assert.equal((await admin.client.post(`/v1/admin/users/${helper.id}/roles`, { role: "support", reason: "a test" })).status, 201);
  const { acr, permissions } = (await helper.client.get("/v1/session")).body;
  assert.equal(acr, "aal1");
  assert.ok(permissions.includes("identity.users.read"));
  for (const operation of known.filter(({ access }) => access === "admin")) {
    const answer = await helper.client.call(operation.method, filled(operation.path), { json: example(operation), wrong: true });
    assert.equal(answer.status, 403, `${operation.id}: ${answer.text}`);
    assert.equal(answer.body.code, permissions.includes(operation.permission) ? "mfa_required" : "forbidden", operation.id);
  }
  assert.equal((await helper.client.post("/v1/token")).body.code, "mfa_required", "no JWT tells of the role");

  assert.equal((await helper.client.get("/v1/me")).status, 200);
  assert.equal((await other.post("/v1/sign-out")).status, 204);
  const begun = (await helper.client.post("/v1/me/mfa/totp")).body;
  const confirmed = await helper.client.post("/v1/me/mfa/totp/confirm", { code: totp(begun.secret, await serverTime(server)) });
  assert.equal(confirmed.status, 200, confirmed.text);
  const client = server.client.as(confirmed.body.session.token);
  assert.equal((await client.get("/v1/admin/users")).status, 200);
  assert.equal((await client.post("/v1/token")).status, 200);
});

test("T49 wherever one's own things are named by an id, another person's answers exactly as one that isn't there", async () => {
  const [one, other] = [await person(server), await person(server)];
  const plain = ({ status, body }) => ({ status, ...body, request_id: undefined, instance: undefined });
  const own = known.filter(({ path, access }) => /\{\w+\}/.test(path) && ["session", "step_up", "access_token_ok"].includes(access));
  assert.ok(own.length >= 1);
  for (const operation of own) {
    const ask = async (id) => plain(await one.client.call(operation.method, filled(operation.path, id), { json: example(operation), wrong: true }));
    const [theirs, nobodys] = [await ask(other.session.id), await ask(nobody)];
    assert.equal(theirs.status, 404, `${operation.id} answered ${theirs.status}`);
    assert.deepEqual(theirs, nobodys, operation.id);
    assert.deepEqual(await ask(other.id), nobodys, operation.id);
  }
  assert.equal((await other.client.get("/v1/session")).status, 200);
});

test("T49 no query, header or cookie of another person changes whom an operation on oneself is about", async () => {
  const [one, other] = [await person(server), await person(server)];
  for (const path of ["/v1/me", "/v1/session", "/v1/me/sessions", "/v1/me/mfa", "/v1/me/export"]) {
    const own = await one.client.get(path);
    for (const [name, id] of [["user_id", other.id], ["id", other.id], ["session_id", other.session.id]]) {
      const asked = await one.client.get(path, { query: { [name]: id }, unchecked: true });
      assert.ok(asked.status === 400 || !asked.text.includes(other.email), `${path}?${name}`);
    }
    const headers = { "X-User-Id": other.id, "X-Forwarded-User": other.email, "X-Remote-User": other.email, "Gatehouse-User-Id": other.id, Cookie: `gatehouse-session=${other.token}` };
    const asked = await one.client.get(path, { headers });
    assert.equal(asked.status, own.status);
    assert.ok(!asked.text.includes(other.email) && !asked.text.includes(other.id), path);
  }
  for (const [path, json] of [["/v1/me/email", { email: freshEmail() }], ["/v1/token", {}], ["/v1/reauthenticate", { password: one.password }]])
    for (const member of ["user_id", "id", "session_id", "sub"]) assert.equal((await one.client.post(path, { ...json, [member]: other.id }, { wrong: true })).body.code, "unknown_field", `${path} with ${member}`);
});

test("T49 without the permission an administrator's operation tells nothing of which ids exist", async () => {
  const [one, other] = [await person(server), await person(server)];
  const plain = ({ status, body }) => ({ status, ...body, request_id: undefined });
  for (const operation of known.filter(({ access, path }) => access === "admin" && /\{\w+\}/.test(path))) {
    const ask = async (id) => plain(await one.client.call(operation.method, filled(operation.path, id), { json: example(operation), wrong: true }));
    const theirs = await ask(other.id);
    assert.equal(theirs.status, 403, `${operation.id} answered ${theirs.status}`);
    assert.deepEqual(theirs, await ask(nobody), operation.id);
  }
});

test("T49 a challenge is its own service's: to another one it is as if it were not there", async () => {
  const keys = ["first", "second"].map((name) => gatehouse(["service", "create", name, "--permission", "identity.mfa.challenge", "--dev", "--data", data]).stdout.match(/gthk_[A-Za-z0-9_-]+/)[0]);
  const [mine, theirs] = keys.map((key) => (server.secrets.add(key), server.client.as(key)));
  const who = await person(server, { totp_secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" });
  const { body } = await mine.post("/v1/mfa/challenges", { user_id: who.id, purpose: "payouts.approve" });
  assert.equal((await mine.get(`/v1/mfa/challenges/${body.id}`)).status, 200);
  const unknown = `${body.id.slice(0, -1)}${body.id.endsWith("A") ? "B" : "A"}`;
  const [seen, none] = [await theirs.get(`/v1/mfa/challenges/${body.id}`), await theirs.get(`/v1/mfa/challenges/${unknown}`)];
  assert.ok(seen.status >= 400);
  assert.equal(seen.status, none.status);
  assert.equal(seen.body.code, none.body.code);
});

test("T60 every operation answers with nosniff, no-store where it is about somebody, and no token in any address", async () => {
  const who = await person(server, { roles: ["admin"] });
  for (const operation of known.filter(({ id, access }) => !["deleteMe", "signOut", "deleteSession", "revokeMySessions"].includes(id) && access !== "service")) {
    const answer = await (operation.access === "public" ? server.client : who.client).call(operation.method, filled(operation.path), { json: example(operation), wrong: true });
    assert.equal(answer.headers["x-content-type-options"], "nosniff", operation.id);
    if (operation.access !== "public" || answer.status >= 400) assert.match(answer.headers["cache-control"] ?? "", /no-store/, operation.id);
    assert.doesNotMatch(answer.headers.location ?? "", /gth[a-z]_/, operation.id);
  }
  for (const method of ["TRACE", "CONNECT", "PROPFIND", "TRACK"]) {
    const { statuses } = await sendRaw(server, `${method} /v1/session HTTP/1.1\r\nHost: localhost:${server.port}\r\n\r\n`);
    assert.ok([400, 405, 501].includes(statuses[0]), `${method}: ${statuses}`);
  }
});
