// createIdentityService: every call it makes is one of the contract's operations, with the right body, query and caller.
import assert from "node:assert/strict";
import { test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { document } from "../generate/openapi.mjs";
import { compiled } from "./compiled.mjs";

const { createIdentityService, IdentityError } = await compiled("api/identity.js");
const doc = document();
const ajv = addFormats(new Ajv2020({ allErrors: true, strict: false, coerceTypes: "array" }));
ajv.addSchema({ $id: "contract", components: doc.components });
const problem = doc.components.schemas.Problem.examples[0];

/** The operation of a request, by matching its path with the document's templates. */
function operationOf(method, path) {
  for (const [template, methods] of Object.entries(doc.paths)) {
    const pattern = new RegExp(`^${template.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/]+")}$`);
    if (pattern.test(path) && methods[method.toLowerCase()]) return methods[method.toLowerCase()];
  }
  assert.fail(`${method} ${path} is no operation of the contract`);
}

function check(schema, value, what) {
  const validate = ajv.compile({ $id: `check-${Math.random()}`, ...JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"contract#/components')) });
  assert.ok(validate(value), `${what}: ${ajv.errorsText(validate.errors)}`);
}

/** A fetch that checks each request against the contract and answers with its example; `seen` collects the requests. */
function contractFetch(seen, answer) {
  return async (url, init) => {
    const { pathname, searchParams } = new URL(url);
    const path = pathname.replace(/^\/id/, "");
    const op = operationOf(init.method, path);
    const authorization = init.headers.get("authorization");
    seen.push({ id: op.operationId, authorization, headers: init.headers, body: init.body, query: Object.fromEntries(searchParams) });
    for (const [name, value] of searchParams) {
      const parameter = op.parameters?.find((p) => p.name === name && p.in === "query");
      assert.ok(parameter, `${op.operationId} has no query parameter ${name}`);
      check(parameter.schema, value, `${op.operationId}?${name}`);
    }
    if (init.body === undefined) assert.ok(!op.requestBody?.required, `${op.operationId} needs a body`);
    else {
      const type = init.headers.get("content-type");
      const body = type === "application/json" ? JSON.parse(init.body) : Object.fromEntries(new URLSearchParams(init.body));
      check(op.requestBody.content[type].schema, body, op.operationId);
    }
    if (op["x-access"] === "public" && op.security.length === 0) assert.equal(authorization, null, op.operationId);
    if (answer) return answer(op);
    const [status, success] = Object.entries(op.responses).find(([code]) => code.startsWith("2"));
    const schema = success.content?.["application/json"]?.schema;
    return new Response(schema ? JSON.stringify(exampleOf(schema)) : null, { status: Number(status) });
  };
}

function exampleOf(schema) {
  const target = schema.$ref ? doc.components.schemas[schema.$ref.split("/").pop()] : schema;
  return target.examples?.[0] ?? exampleOf(target.oneOf[0]);
}

const user = "0199c7a2-7b1e-7c11-8d0a-3f0f6f0a9b01";
const calls = (s, person) => ({
  getActorBySessionToken: () => s.getActorBySessionToken("gths_x"),
  signInWithCredentials: () => s.signInWithCredentials({ email: "ada@example.com", password: "long enough", device_token: undefined }),
  initiateMfaChallenge: () => s.initiateMfaChallenge(user, { purpose: "payouts.approve" }),
  verifyMfa: () => s.verifyMfa("gthc_x", "123 456"),
  assignRole: () => s.assignRole(user, "support", { token: "gths_admin", reason: "joined" }),
  listUserSessions: () => s.listUserSessions(user),
  revokeSession: () => s.revokeSession("sid", { reason: "stolen" }),
  signUp: () => s.signUp({ email: "ada@example.com", password: "long enough", name: "Ada" }),
  verifyEmail: () => s.verifyEmail("gthv_x"),
  resendVerification: () => s.resendVerification({ email: "ada@example.com" }),
  createChallenge: () => s.createChallenge(user, "payouts.approve"),
  getChallenge: () => s.getChallenge("gthc_x"),
  forgotPassword: () => s.forgotPassword({ email: "ada@example.com", client_id: "web" }),
  resetPassword: () => s.resetPassword("gthv_x", "another long one"),
  confirmEmailChange: () => s.confirmEmailChange("gthv_x"),
  undoEmailChange: () => s.undoEmailChange("gthv_x"),
  acceptInvitation: () => s.acceptInvitation({ token: "gthv_x", password: "long enough" }),
  reportNotMe: () => s.reportNotMe("gthv_x"),
  cancelDeletion: () => s.cancelDeletion("gthv_x"),
  listProviders: () => s.listProviders(),
  authorizeWithProvider: () => s.authorizeWithProvider("google", { redirect_to: "com.example.app:/in", intent: "sign_in", code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" }),
  exchangeProviderCode: () => person.exchangeProviderCode({ code: "gthx_x" }),
  createProviderNonce: () => s.createProviderNonce("google"),
  signInWithIdToken: () => s.signInWithIdToken("google", { id_token: "e.e.e", client_id: "ios", name: undefined }),
  signOut: () => person.signOut(),
  reauthenticate: () => person.reauthenticate({ password: "long enough" }),
  createToken: () => person.createToken("platform"),
  createServiceToken: () => s.createServiceToken("platform"),
  getMe: () => person.getMe(),
  updateMe: () => person.updateMe({ name: "Ada King", picture: null }, { ifMatch: '"1"' }),
  deleteMe: () => person.deleteMe(),
  exportMe: () => person.exportMe(),
  listMySessions: () => person.listMySessions({ limit: 10 }),
  revokeMySession: () => person.revokeMySession("sid"),
  revokeMySessions: () => person.revokeMySessions("others"),
  changeMyEmail: () => person.changeMyEmail("ada.king@example.com"),
  changeMyPassword: () => person.changeMyPassword({ current_password: "a", new_password: "b" }),
  listMyAccounts: () => person.listMyAccounts(),
  unlinkMyAccount: () => person.unlinkMyAccount("aid"),
  getMyMfa: () => person.getMyMfa(),
  enrollTotp: () => person.enrollTotp(),
  confirmTotp: () => person.confirmTotp("287082"),
  removeTotp: () => person.removeTotp(),
  createBackupCodes: () => person.createBackupCodes(),
  listUsers: () => s.listUsers({ id: ["a", "b"], status: "active", role: "support", limit: 5 }),
  createUser: () => s.createUser({ email: "grace@example.com", roles: ["support"] }, { idempotencyKey: "k" }),
  getUser: () => s.getUser(user),
  updateUser: () => s.updateUser(user, { status: "disabled", reason: "fraud" }),
  deleteUser: () => s.deleteUser(user, { reason: "asked" }),
  listUserRoles: () => s.listUserRoles(user),
  revokeRole: () => s.revokeRole(user, "support", { reason: "left" }),
  revokeUserSessions: () => s.revokeUserSessions(user),
  listUserAccounts: () => s.listUserAccounts(user),
  startPasswordReset: () => s.startPasswordReset(user, "asked"),
  resetUserMfa: () => s.resetUserMfa(user, "lost"),
  unlockUser: () => s.unlockUser(user, "asked"),
  updateCompliance: () => s.updateCompliance(user, { screening: "clear", reference: "c-1", reason: "checked" }),
  listAudit: () => s.listAudit({ action: "sign_in", from: "2026-11-01T00:00:00Z" }),
  listLoginAttempts: () => s.listLoginAttempts({ outcome: "failure" }),
  listMails: () => s.listMails({ state: "bounced" }),
  listRoles: () => s.listRoles(),
  getStats: () => s.getStats(),
  introspect: () => s.introspect("gths_x"),
  listRevocations: () => s.listRevocations({ cursor: "c", wait: 10 }),
  listEvents: () => s.listEvents({ after: "17", topic: "identity.user.signed_up", wait: 10 }),
  getJwks: () => s.getJwks(),
  getMetadata: () => s.getMetadata(),
});

function services(seen, answer) {
  const service = createIdentityService({ baseUrl: "https://id.example.com/id/", serviceKey: "gthk_key", fetch: contractFetch(seen, answer) });
  return [service, service.withToken("gths_person")];
}

test("each method makes the call of the contract that it names", async () => {
  const seen = [];
  const [service, person] = services(seen);
  for (const [name, call] of Object.entries(calls(service, person))) {
    const before = seen.length;
    await call();
    assert.ok(seen.length > before, `${name} made no call`);
  }
});

test("the methods of the interface and the calls tried here are the same", () => {
  const [service, person] = services([]);
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(service)).filter((name) => !["constructor", "withToken"].includes(name));
  assert.deepEqual(Object.keys(calls(service, person)).sort(), methods.sort());
});

test("every operation for people, admins and services has a method", async () => {
  const seen = [];
  const [service, person] = services(seen);
  for (const call of Object.values(calls(service, person))) await call();
  const called = new Set(seen.map((call) => call.id));
  // A browser walks through start and callback itself, and Resend reports on mail.
  const missing = Object.entries(doc.paths)
    .filter(([path]) => !/^\/(dev|healthz|readyz|metrics|v1\/(errors|openapi|oauth\/\{provider\}\/(start|callback)|webhooks\/))/.test(path))
    .flatMap(([, methods]) => Object.values(methods).map((op) => op.operationId))
    .filter((id) => !called.has(id) && id !== "deleteSession"); // the same as signOut
  assert.deepEqual(missing, []);
});

test("a session token is sent as Bearer, and the service key where no token is given", async () => {
  const seen = [];
  const [service, person] = services(seen);
  await service.getActorBySessionToken("gths_theirs");
  await service.getUser(user);
  await person.getUser(user);
  await service.assignRole(user, "support", { token: "gths_admin" });
  assert.deepEqual(seen.map((call) => call.authorization), ["Bearer gths_theirs", "Bearer gthk_key", "Bearer gths_person", "Bearer gths_admin"]);
});

test("the browser's address is forwarded with the service key, and never without one", async () => {
  const seen = [];
  const [service] = services(seen);
  const options = { clientIp: "203.0.113.7", clientUserAgent: "Firefox" };
  await service.signInWithCredentials({ email: "ada@example.com", password: "long enough" }, options);
  await createIdentityService({ baseUrl: "https://id.example.com", fetch: contractFetch(seen) }).signUp({ email: "a@example.com", password: "long enough" }, options);
  assert.equal(seen[0].headers.get("gatehouse-service-key"), "gthk_key");
  assert.equal(seen[0].headers.get("gatehouse-client-ip"), "203.0.113.7");
  assert.equal(seen[0].headers.get("gatehouse-client-user-agent"), "Firefox");
  assert.equal(seen[1].headers.get("gatehouse-client-ip"), null);
});

test("a token that is no session gives null; any other failure is an error", async () => {
  const answers = [401, 503];
  const [service] = services([], () => new Response(JSON.stringify({ ...problem, code: "x" }), { status: answers.shift(), headers: { "retry-after": "3" } }));
  assert.equal(await service.getActorBySessionToken("gths_old"), null);
  assert.equal(await service.getActorBySessionToken(""), null);
  await assert.rejects(service.getActorBySessionToken("gths_new"), (error) => error instanceof IdentityError && error.status === 503 && error.retryAfter === 3);
});

test("an error carries code, status, request id and field errors", async () => {
  const [service] = services([], () => new Response(JSON.stringify(problem), { status: 400, headers: { "content-type": "application/problem+json" } }));
  await assert.rejects(service.signUp({ email: "ada@example.com", password: "short" }), (error) => {
    assert.ok(error instanceof IdentityError);
    assert.deepEqual([error.code, error.status, error.requestId, error.errors], ["password_rejected", 400, problem.request_id, problem.errors]);
    return true;
  });
});

test("RFC 6749's errors, answers of a proxy and no answer at all are errors with a code", async () => {
  const answers = [
    () => new Response('{"error":"invalid_client","error_description":"no"}', { status: 401 }),
    () => new Response("<html>", { status: 502 }),
    () => { throw new TypeError("fetch failed"); },
  ];
  const [service] = services([], () => answers.shift()());
  for (const [code, status] of [["invalid_client", 401], ["http_502", 502], ["unreachable", 0]])
    await assert.rejects(service.createServiceToken(), (error) => error instanceof IdentityError && error.code === code && error.status === status);
});

test("listUserSessions follows the cursor to the end", async () => {
  const page = doc.components.schemas.Session.examples[0];
  const answers = [{ items: [page], next_cursor: "next" }, { items: [page, page], next_cursor: null }];
  const seen = [];
  const [service] = services(seen, () => Response.json(answers.shift()));
  assert.equal((await service.listUserSessions(user)).length, 3);
  assert.deepEqual(seen.map((call) => call.query.cursor), [undefined, "next"]);
});
