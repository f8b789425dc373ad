// Bad input to every operation, made from the OpenAPI document: what is missing, of the wrong type, too long, not UTF-8,
// unknown, twice, of another media type, and methods and paths that aren't there. Nothing may change.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { document, operations } from "../support/contract.mjs";
import { rowCounts } from "../support/database.mjs";
import { root } from "../support/paths.mjs";
import { person } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

const data = temporaryFolder();
const permissions = ["identity.mfa.challenge", "identity.introspect", "identity.revocations.read", "identity.events.read"];
let server, admin, service;

before(async () => {
  server = await startServer({ data, config: "[throttle]\nnetwork_failures = 100000\naccount_failures = 1000\npair_failures = 1000\nsign_ups_per_network = 100000\n" });
  const made = gatehouse(["service", "create", "all", ...permissions.flatMap((each) => ["--permission", each]), "--dev", "--data", data]);
  assert.equal(made.status, 0, made.stderr);
  admin = (await person(server, { roles: ["admin"] })).client;
  service = server.client.as(made.stdout.match(/gthk_[A-Za-z0-9_-]+/)[0]);
});
after(() => server.stop());

const callerOf = ({ access }) => (access === "service" ? service : access === "public" ? server.client : admin);
const somebody = "0199c7a2-0000-7000-8000-000000000000";
const filled = (path) => path.replace("{role}", "seller").replace("{code}", "not_found").replace(/\{\w+\}/g, somebody);
const resolved = (schema) => (schema?.$ref ? resolved(document.components.schemas[schema.$ref.split("/").pop()]) : (schema?.anyOf ? { ...resolved(schema.anyOf[0]), ...schema, anyOf: undefined } : schema));
const bodySchema = ({ body }) => resolved(body?.content?.["application/json"]?.schema);
// What this asks for can't be refused for its token, so the body is looked at.
// A mail provider's report is proved by its signature before it is read, and a server without that provider has no such path.
const withBody = operations.filter((each) => bodySchema(each) && !each.path.includes("{provider}") && each.id !== "receiveMailReport");

/** A body that the contract holds for right, from the schema's own example. */
const example = (operation) => structuredClone(bodySchema(operation).examples[0]);

async function refused(operation, options, wanted = [400]) {
  const answer = await callerOf(operation).call(operation.method, filled(operation.path), { wrong: true, ...options });
  assert.ok(wanted.includes(answer.status), `${operation.id} answered ${answer.status} ${answer.text} to ${JSON.stringify(options).slice(0, 300)}`);
  return answer;
}

/** Runs `each` for every operation with a body, and checks that no row came, went or moved. */
function nothingChanges(name, each) {
  test(name, async () => {
    const before = rowCounts(data);
    for (const operation of withBody) await each(operation);
    assert.deepEqual(rowCounts(data), before);
  });
}

nothingChanges("a body without a required member is refused, and the member is named", async (operation) => {
  for (const name of bodySchema(operation).required ?? []) {
    const json = example(operation);
    delete json[name];
    const { body } = await refused(operation, { json });
    if (operation.id !== "createToken") assert.ok(body.errors?.some(({ field }) => field === name), `${operation.id}: ${JSON.stringify(body)} names ${name}`);
  }
});

nothingChanges("members of the wrong type are refused, each named", async (operation) => {
  for (const [name, schema] of Object.entries(bodySchema(operation).properties)) {
    const type = [resolved(schema).type].flat()[0];
    for (const value of [12, "text", true, ["x"], { x: 1 }, 1e300, -0.5].filter((each) => (Array.isArray(each) ? "array" : typeof each) !== type && !(type === "integer" && typeof each === "number"))) {
      const { body } = await refused(operation, { json: { ...example(operation), [name]: value } });
      assert.ok(body.errors?.some(({ field }) => field.startsWith(name)), `${operation.id}: ${JSON.stringify(body)} names ${name}`);
    }
  }
});

nothingChanges("texts past their bound are refused", async (operation) => {
  for (const [name, schema] of Object.entries(bodySchema(operation).properties)) {
    const { type, maxLength } = resolved(schema);
    // A device token that is none only helps nobody, and a token that is none is not active: neither fails a call. The
    // password of reauthenticate's example is a wrong one, which goes on record.
    if (![type].flat().includes("string") || !maxLength || name === "device_token" || ["introspect", "reauthenticate"].includes(operation.id)) continue;
    await refused(operation, { json: { ...example(operation), [name]: "x".repeat(maxLength + 1) } }, [400, 401, 404, 410]);
  }
});

nothingChanges("unknown members are refused with unknown_field, also in another case", async (operation) => {
  const { body } = await refused(operation, { json: { ...example(operation), surprise: 1 } });
  assert.equal(body.code, "unknown_field");
  const [first] = Object.keys(example(operation));
  assert.equal((await refused(operation, { json: { ...example(operation), [first.toUpperCase()]: "x" } })).body.code, "unknown_field");
});

nothingChanges("T55 a member given twice is refused", async (operation) => {
  const [first] = Object.keys(example(operation));
  const text = JSON.stringify(example(operation));
  const raw = `${text.slice(0, -1)},${JSON.stringify(first)}:${JSON.stringify(example(operation)[first])}}`;
  assert.equal((await refused(operation, { raw, headers: { "Content-Type": "application/json" } })).body.code, "unknown_field");
});

nothingChanges("T55 what is not one JSON object in UTF-8 is refused", async (operation) => {
  const headers = { "Content-Type": "application/json" };
  const [first] = Object.keys(example(operation));
  const name = JSON.stringify(first);
  for (const raw of ["[]", "null", '"x"', "{", "{}{}", "{'a':1}", `{${name}:1e9999}`, `{${name}:NaN}`, `{${name}:"\\ud800"}`, Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), Buffer.concat([Buffer.from(`{${name}:"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]), `{${name}:${"[".repeat(5000)}${"]".repeat(5000)}}`])
    await refused(operation, { raw, headers });
});

nothingChanges("another media type is 415, and no browser form can send what JSON should", async (operation) => {
  for (const type of ["text/plain", "multipart/form-data; boundary=x", "application/xml", ...(operation.body.content["application/x-www-form-urlencoded"] ? [] : ["application/x-www-form-urlencoded"])])
    assert.equal((await refused(operation, { raw: JSON.stringify(example(operation)), headers: { "Content-Type": type } }, [415])).body.code, "unsupported_media_type");
});

nothingChanges("T55 a body over 64 KiB is 413", async (operation) => {
  const raw = JSON.stringify({ ...example(operation), surprise: "x".repeat(65_536) });
  assert.equal((await refused(operation, { raw, headers: { "Content-Type": "application/json" } }, [413])).body.code, "body_too_large");
});

const beyond = ({ minimum, maximum }) => ["x", "99999999999999999999", ...(minimum === undefined ? [] : [String(minimum - 1)]), ...(maximum === undefined ? [] : [String(maximum + 1)])];

test("query parameters out of range, unknown or twice, and cursors that were not given out, are refused", async () => {
  for (const operation of operations.filter(({ method, path }) => method === "GET" && !path.includes("{provider}"))) {
    const parameters = operation.parameters.filter((each) => each.in === "query");
    for (const { name, schema } of parameters) {
      const wrong = schema.type === "integer" ? beyond(resolved(schema)) : schema.enum ? ["nonsense"] : name === "cursor" ? ["nonsense", "'; DROP TABLE users; --"] : name === "from" ? ["yesterday"] : [];
      for (const value of wrong) await refused(operation, { query: { [name]: value } });
    }
  }
});

test("T52 quotes and the naughty strings in every text parameter neither break nor reveal the SQL", async () => {
  const naughty = JSON.parse(readFileSync(join(root, "tests/vectors/blns/blns.json"), "utf8")).filter((text) => text.length < 200 && /['"%\\;]/.test(text)).slice(0, 60);
  assert.ok(naughty.length > 20);
  const before = rowCounts(data);
  for (const path of ["/v1/admin/users", "/v1/admin/audit", "/v1/admin/login-attempts", "/v1/admin/mails"])
    for (const { name } of operations.find((each) => each.method === "GET" && each.path === path).parameters.filter((each) => each.schema.type === "string" || each.schema.$ref))
      for (const value of naughty.slice(0, 15)) {
        const { status, text } = await admin.get(path, { query: { [name]: value }, wrong: true });
        assert.ok([200, 400].includes(status), `${path} ${name}=${value}: ${status}`);
        assert.doesNotMatch(text, /sqlite|syntax error|SELECT /i);
      }
  for (const value of naughty) assert.ok([200, 400].includes((await admin.get("/v1/admin/users", { query: { query: value } })).status));
  assert.deepEqual(rowCounts(data), before);
});

test("a method that a path doesn't have is 405 with Allow, and a path that isn't there 404", async () => {
  for (const path of Object.keys(document.paths).filter((each) => !each.includes("/oauth") && each !== "/metrics")) {
    const has = Object.keys(document.paths[path]).map((each) => each.toUpperCase());
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((each) => !has.includes(each))) {
      const answer = await admin.call(method, filled(path), { wrong: true });
      assert.equal(answer.status, 405, `${method} ${path}: ${answer.text}`);
      for (const each of has) assert.ok(answer.headers.allow.includes(each), `${path}: Allow has ${each}`);
    }
  }
  for (const path of ["//", "/v1", "/v1/", "/v1/nothing", "/v1/me/nothing", "/v1//session", "/v1/session/", "/V1/session", "/v1/%73ession/x", "/.env", "/dev", "/admin"]) assert.equal((await admin.get(path)).status, 404, path);
});

test("T13 percent signs, lone surrogates and long values anywhere are 4xx at once, and the process lives", async () => {
  const long = "a".repeat(9000);
  for (const target of ["/v1/admin/users/%", "/v1/admin/users/%ZZ", "/v1/admin/users/%ff%fe", "/v1/admin/users/%00", "/v1/admin/users?query=%", "/v1/admin/users?query=%ZZ", "/v1/admin/users?query=%ed%a0%80", "/v1/session?%=%", `/v1/admin/users?query=${long}`, `/v1/${long}`]) {
    const { status, ms } = await admin.get(target, { unchecked: true });
    assert.ok(status >= 400 && status < 500 || target.startsWith("/v1/session?"), `${target.slice(0, 60)}: ${status}`);
    assert.ok(ms < 2000);
  }
  for (const [name, value] of [["Authorization", "Bearer %"], ["Authorization", "%"], ["Authorization", `Bearer ${long}`], ["Cookie", "gatehouse-session=%"], ["Cookie", "%=;;;="], ["Cookie", `gatehouse-session=${long}`]]) {
    const { status } = await server.client.get("/v1/session", { headers: { [name]: value } });
    assert.equal(status, 401, `${name}: ${value.slice(0, 30)}`);
  }
  assert.equal((await server.client.get("/healthz")).status, 200);
});
