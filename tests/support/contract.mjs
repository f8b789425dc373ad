// Checks one exchange against the OpenAPI document: the operation, its request, the answer's status, headers, media type,
// body and error code. Every test's calls pass through here (support/client.mjs).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { openapiFile } from "./paths.mjs";

export const document = JSON.parse(readFileSync(openapiFile, "utf8"));

/** Codes that the edge answers before an operation is reached, on any of them. */
const edgeCodes = new Set(["headers_too_large", "uri_too_long", "request_timeout", "http_version_not_supported", "not_implemented", "method_not_allowed", "not_acceptable"]);
const problemHeaders = { 401: ["www-authenticate"], 405: ["allow"], 429: ["retry-after"], 503: ["retry-after"] };

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ ...document, $id: "https://gatehouse.test/openapi.json" });

const validators = new Map();
function validator(pointer) {
  if (!validators.has(pointer)) validators.set(pointer, ajv.compile({ $ref: `https://gatehouse.test/openapi.json#${pointer}` }));
  return validators.get(pointer);
}
const escape = (name) => encodeURIComponent(name.replace(/~/g, "~0").replace(/\//g, "~1"));
const at = (...names) => names.map((name) => `/${escape(String(name))}`).join("");

function mustMatch(pointer, value, what) {
  const check = validator(pointer);
  if (check(value)) return;
  const why = check.errors.map((error) => `${error.instancePath || "/"} ${error.message} ${JSON.stringify(error.params)}`).join("\n  ");
  assert.fail(`${what} does not match the contract:\n  ${why}\n${JSON.stringify(value, null, 1)}`);
}

/** Whether a value matches a schema of the contract's components. */
export const matches = (schema, value) => validator(at("components", "schemas", schema))(value);

const patterns = Object.keys(document.paths).map((path) => ({
  path,
  parameters: (path.match(/\{/g) ?? []).length,
  regexp: new RegExp(`^${path.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/]+")}$`),
}));
patterns.sort((a, b) => a.parameters - b.parameters);

/** The operation that a method and a path belong to, as `{path, method, operation}`, or undefined. */
export function findOperation(method, target) {
  const path = target.split(/[?#]/)[0];
  const found = patterns.find((each) => each.regexp.test(path));
  const operation = found && document.paths[found.path][method.toLowerCase()];
  return operation && { path: found.path, method: method.toLowerCase(), operation };
}

/** Every operation of the contract: `{id, method, path, access, permission, stepUp, codes, body}`. */
export const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    tag: operation.tags[0],
    access: operation["x-access"],
    permission: operation["x-permission"],
    stepUp: Boolean(operation["x-step-up"]),
    codes: operation["x-error-codes"],
    parameters: (operation.parameters ?? []).map((each) => (each.$ref ? document.components.parameters[each.$ref.split("/").pop()] : each)),
    body: operation.requestBody,
  })),
);

const resolve = (node) => (node?.$ref ? node.$ref.slice(2).split("/").reduce((found, name) => found[name], document) : node);
const pointerOf = (node, pointer) => (node?.$ref ? node.$ref.slice(1) : pointer);

/** Checks that a request which a test means to be right is right by the contract. */
export function checkRequest({ method, target, contentType, json }) {
  const found = findOperation(method, target);
  if (!found || json === undefined) return;
  const type = (contentType ?? "application/json").split(";")[0];
  assert.ok(found.operation.requestBody?.content?.[type], `${method} ${target}: the contract has no request body of type ${type}`);
  mustMatch(at("paths", found.path, found.method, "requestBody", "content", type, "schema"), json, `the request of ${method} ${target}`);
}

function checkProblem(found, answer, what) {
  const { body, status, headers } = answer;
  mustMatch(at("components", "schemas", "Problem"), body, `the problem of ${what}`);
  assert.equal(body.status, status, `${what}: the problem's status is the answer's`);
  assert.equal(headers["x-request-id"] ?? body.request_id, body.request_id, `${what}: one request id`);
  for (const name of problemHeaders[status] ?? []) assert.ok(headers[name], `${what}: ${status} ${body.code} carries ${name}`);
  if (found && !edgeCodes.has(body.code)) {
    const codes = found.operation["x-error-codes"];
    assert.ok(codes.includes(body.code), `${what} answered ${status} ${body.code}, which the contract doesn't list: ${codes.join(", ")}`);
  }
}

/** Checks an answer: `{status, headers, body, text}`. */
export function checkAnswer({ method, target }, answer) {
  const what = `${method} ${target}`;
  const found = findOperation(method, target);
  const type = (answer.headers["content-type"] ?? "").split(";")[0];
  if (type === "application/problem+json") return checkProblem(found, answer, what);
  if (!found) return assert.ok(answer.status < 400, `${what} answered ${answer.status} without a problem document: ${answer.text}`);
  const responses = document.paths[found.path][found.method].responses;
  const given = responses[answer.status];
  assert.ok(given, `${what} answered ${answer.status}, which the contract doesn't list: ${answer.text}`);
  const response = resolve(given);
  if (!response.content) return assert.equal(answer.text, "", `${what}: ${answer.status} has no body`);
  assert.ok(response.content[type], `${what} answered ${type}, which the contract doesn't list`);
  const pointer = pointerOf(given, at("paths", found.path, found.method, "responses", answer.status));
  if (/json$/.test(type) && !/ndjson/.test(type)) mustMatch(`${pointer}${at("content", type, "schema")}`, answer.body, `the answer of ${what}`);
  for (const name of Object.keys(response.headers ?? {}))
    if (!["Set-Cookie", "Retry-After", "WWW-Authenticate"].includes(name)) assert.ok(answer.headers[name.toLowerCase()], `${what}: ${answer.status} carries ${name}`);
}
