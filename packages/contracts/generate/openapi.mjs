// api/source (listed in api/bundle.json) -> api/openapi.yaml, generated/openapi.json, generated/openapi_document.{hpp,cpp}
// and generated/operations.hpp. Says once what all operations share; the short form is explained in api/source/root.yaml.
import { basename } from "node:path";
import { stringify } from "yaml";
import { statusOf } from "./errors.mjs";
import { generatedCpp, literal, longLiteral, readText, readYaml } from "./lib.mjs";
import { presetNames } from "./providers.mjs";

const kMethods = ["get", "put", "post", "patch", "delete"];
const kShortMembers = ["id", "tag", "summary", "about", "access", "permission", "step_up", "static", "forwarded", "list", "query", "headers", "body", "body_optional", "answers", "errors", "security", "form_errors"];

/** The problem responses shared by all operations. */
const kProblems = {
  400: ["BadRequest", "The request is not right."],
  401: ["Unauthorized", "Who is calling is not proved.", ["WWW-Authenticate"]],
  403: ["Forbidden", "The caller may not do this.", ["WWW-Authenticate"]],
  404: ["NotFound", "There is nothing here, or it is not the caller's."],
  409: ["Conflict", "It conflicts with the present state."],
  410: ["Gone", "It is over."],
  412: ["PreconditionFailed", "It was changed meanwhile."],
  413: ["ContentTooLarge", "The body is over 64 KiB."],
  415: ["UnsupportedMediaType", "The body's media type is not accepted."],
  422: ["UnprocessableContent", "The idempotency key stands for another request."],
  429: ["TooManyRequests", "A limit is spent for now.", ["Retry-After"]],
  500: ["InternalError", "A fault of ours, logged under the request id."],
  502: ["BadGateway", "A provider failed."],
  503: ["Unavailable", "Nothing was done; try again.", ["Retry-After"]],
  504: ["GatewayTimeout", "A provider did not answer in time."],
};

const ref = (kind, name) => ({ $ref: `#/components/${kind}/${name}` });

/** A schema in short form as JSON Schema: a bare name is a reference, `$time`, `$list` and `$presets` are common shapes. */
export function expandSchema(schema) {
  if (typeof schema === "string") return ref("schemas", schema);
  if (schema.$presets) return { type: "string", enum: presetNames(), description: schema.$presets };
  if (schema.$time) return { type: "string", format: "date-time", description: schema.$time };
  if (schema.$list) return listSchema(schema);
  const out = { ...schema };
  for (const member of ["items", "not", "additionalProperties"])
    if (typeof out[member] === "string" || (out[member] && typeof out[member] === "object")) out[member] = expandSchema(out[member]);
  for (const member of ["anyOf", "oneOf", "allOf"]) if (out[member]) out[member] = out[member].map(expandSchema);
  if (out.properties) out.properties = Object.fromEntries(Object.entries(out.properties).map(([name, value]) => [name, expandSchema(value)]));
  return out;
}

function listSchema({ $list: item, total }) {
  return {
    type: "object",
    required: ["items", "next_cursor", ...(total ? ["total"] : [])],
    properties: {
      items: { type: "array", items: ref("schemas", item) },
      next_cursor: ref("schemas", "Cursor"),
      ...(total ? { total: ref("schemas", "Total") } : {}),
    },
    examples: [{ items: [], next_cursor: null, ...(total ? { total: { value: 0, exact: true } } : {}) }],
  };
}

const sentence = (codes) => codes.map((code) => `\`${code}\``).join(", ");

/** The codes an operation can answer: its own, and those that follow from its shape. */
function errorCodes(method, path, op) {
  const codes = new Set(op.errors ?? []);
  const add = (...more) => more.forEach((code) => codes.add(code));
  const safe = method === "get";
  if (op.access !== "public") add("no_session", "wrong_token_type");
  if (["service", "admin"].includes(op.access)) add("invalid_service_key", "forbidden", "throttled");
  if (op.access === "admin") add("mfa_required");
  if (op.access !== "service" && (!safe || op.access !== "public")) add("cross_origin");
  if (op.access === "step_up" || op.step_up) add("reauthentication_required");
  if (op.body) add("invalid_request", "invalid_json", "unknown_field", "body_too_large", "unsupported_media_type");
  if (op.query || op.list || op.headers) add("invalid_request");
  if (op.list) add("invalid_cursor");
  if (op.headers?.includes("If-Match")) add("precondition_failed");
  if (op.headers?.includes("Idempotency-Key")) add("idempotency_key_reused", "conflict");
  add("internal_error");
  if (!op.static) add("overloaded", "dependency_unavailable");
  return [...codes];
}

function security(op) {
  const schemes = {
    public: [],
    access_token_ok: ["sessionToken", "sessionCookie", "accessToken"],
    session: ["sessionToken", "sessionCookie"],
    step_up: ["sessionToken", "sessionCookie"],
    service: ["serviceKey"],
    admin: ["sessionToken", "sessionCookie", "serviceKey"],
  }[op.access];
  if (!schemes) throw new Error(`${op.id}: no such access level: ${op.access}`);
  return [...schemes, ...(op.security ?? [])].map((name) => ({ [name]: [] }));
}

function parameters(path, op) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: "path", required: true, schema: { type: "string", maxLength: 255 } }));
  const query = { ...(op.query ?? {}), ...(op.list ? { cursor: { type: "string", maxLength: 1024 }, limit: { type: "integer", minimum: 1, maximum: 200, default: 50 } } : {}) };
  const inQuery = Object.entries(query).map(([key, value]) => {
    const { description, ...schema } = typeof value === "string" ? expandSchema(value) : value;
    return { name: key.replace("!", ""), in: "query", ...(key.endsWith("!") ? { required: true } : {}), ...(description ? { description } : {}), schema };
  });
  const forwarded = op.forwarded ? ["Gatehouse-Service-Key", "Gatehouse-Client-IP", "Gatehouse-Client-User-Agent"] : [];
  return [...inPath, ...inQuery, ...[...(op.headers ?? []), ...forwarded].map((name) => ref("parameters", name))];
}

const media = (content) => Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema: expandSchema(schema) }]));
const asContent = (body) => media(typeof body === "string" ? { "application/json": body } : body);

function answer(status, given) {
  if (typeof given === "string" && status === "204") return { description: given };
  const spec = typeof given === "string" ? { schema: given } : given;
  const content = spec.content ?? (spec.schema ? { "application/json": spec.schema } : undefined);
  return {
    description: spec.about ?? (status === "201" ? "Made." : status === "202" ? "Accepted." : "Done."),
    ...(spec.headers ? { headers: Object.fromEntries(spec.headers.map((name) => [name, ref("headers", name)])) } : {}),
    ...(content ? { content: media(content) } : {}),
  };
}

function responses(op, codes) {
  const statuses = statusOf();
  const out = {};
  for (const [status, given] of Object.entries(op.answers)) out[status] = answer(status, given);
  const byStatus = {};
  for (const code of codes) {
    if (!statuses[code]) throw new Error(`${op.id}: no such error code: ${code}`);
    (byStatus[statuses[code]] ??= []).push(code);
  }
  for (const [status, list] of Object.entries(byStatus)) {
    if (out[status]) continue;
    out[status] = { ...ref("responses", kProblems[status][0]), description: `${sentence(list)}.` };
    if (op.form_errors && ["400", "401"].includes(status)) out[status] = ref("responses", `Token${kProblems[status][0]}`);
  }
  out.default = ref("responses", "Problem");
  return Object.fromEntries(Object.entries(out).sort(([a], [b]) => a.localeCompare(b)));
}

function operation(method, path, op, tag) {
  const unknown = Object.keys(op).filter((member) => !kShortMembers.includes(member));
  if (unknown.length) throw new Error(`${method} ${path}: no such member: ${unknown}`);
  const codes = errorCodes(method, path, op);
  const params = parameters(path, op);
  return {
    operationId: op.id,
    tags: [op.tag ?? tag],
    summary: op.summary,
    ...(op.about ? { description: op.about } : {}),
    "x-access": op.access,
    ...(op.permission ? { "x-permission": op.permission } : {}),
    ...(op.step_up ? { "x-step-up": true } : {}),
    "x-error-codes": codes,
    security: security(op),
    ...(params.length ? { parameters: params } : {}),
    ...(op.body ? { requestBody: { required: !op.body_optional, content: asContent(op.body) } } : {}),
    responses: responses(op, codes),
  };
}

function problemResponses() {
  const problem = { "application/problem+json": { schema: ref("schemas", "Problem") } };
  const withHeaders = (names) => (names ? { headers: Object.fromEntries(names.map((name) => [name, ref("headers", name)])) } : {});
  const out = { Problem: { description: "Any other failure: its `code` is in docs/errors.md.", content: problem } };
  for (const [, [name, description, headers]] of Object.entries(kProblems)) out[name] = { description, ...withHeaders(headers), content: problem };
  for (const name of ["BadRequest", "Unauthorized"])
    out[`Token${name}`] = { ...out[name], description: "A problem for JSON; RFC 6749's error for the form.", content: { ...problem, "application/json": { schema: ref("schemas", "OAuthError") } } };
  return out;
}

/** Names of the schemas that a request body reaches: they are closed, unless one is said to be open. */
function closeRequests(schemas, paths) {
  const seen = new Set();
  const visit = (node) => {
    if (!node || typeof node !== "object") return;
    if (node.$ref?.startsWith("#/components/schemas/")) {
      const name = node.$ref.split("/").pop();
      if (seen.has(name)) return;
      seen.add(name);
      visit(schemas[name]);
      if (schemas[name]?.properties && schemas[name].additionalProperties !== true) schemas[name] = { ...schemas[name], additionalProperties: false };
      return;
    }
    Object.values(node).forEach(visit);
  };
  for (const path of Object.values(paths)) for (const method of kMethods) visit(path[method]?.requestBody);
}

/** Schemas, parameters and headers that nothing refers to have no place in the contract. */
function checkReferences(document) {
  const text = JSON.stringify(document);
  for (const [kind, entries] of Object.entries(document.components))
    for (const name of Object.keys(entries)) {
      if (kind === "securitySchemes" ? !text.includes(`{"${name}":[]}`) && name !== "challengeId" : !text.includes(`"#/components/${kind}/${name}"`))
        throw new Error(`components.${kind}.${name} is not used`);
    }
  for (const [, target] of text.matchAll(/"\$ref":"#\/([^"]+)"/g))
    if (!target.split("/").reduce((node, part) => node?.[part], document)) throw new Error(`#/${target} is not there`);
}

export const readBundle = () => JSON.parse(readText("api/bundle.json"));

/** The whole document as a JavaScript value. */
export function document(bundle = readBundle()) {
  const read = (name) => readYaml(`api/${name}`) ?? {};
  const base = read(bundle.root);
  const fragments = bundle.fragments.map(read);
  const schemas = {};
  for (const part of [...bundle.schemas.map(read), ...fragments.map((f) => f.schemas ?? {})])
    for (const [name, schema] of Object.entries(part)) {
      if (schemas[name]) throw new Error(`schema ${name} is there twice`);
      schemas[name] = expandSchema(schema);
    }
  const paths = {};
  const sources = [...bundle.paths.map((name) => [basename(name, ".yaml").replace(/_/g, " "), read(name)]), ...fragments.map((f) => [f.tag, f.paths])];
  for (const [tag, part] of sources)
    for (const [path, methods] of Object.entries(part))
      for (const [method, op] of Object.entries(methods)) (paths[path] ??= {})[method] = operation(method, path, op, tag);
  closeRequests(schemas, paths);
  const { tags, components, ...head } = base;
  const out = {
    ...head,
    tags: [...tags, ...fragments.map((f) => ({ name: f.tag, description: f.about }))],
    paths,
    components: { ...components, responses: problemResponses(), schemas },
  };
  prune(out);
  checkReferences(out);
  return out;
}

/** Drops the shared responses that no operation uses yet. */
function prune(document) {
  const text = JSON.stringify(document.paths);
  for (const name of Object.keys(document.components.responses))
    if (!text.includes(`"#/components/responses/${name}"`)) delete document.components.responses[name];
}

/** Every operation as `{method, path, id, access, permission, stepUp, codes}`, in the document's order. */
export function operations(doc = document()) {
  return Object.entries(doc.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, op]) => ({
      method: method.toUpperCase(),
      path,
      id: op.operationId,
      access: op["x-access"],
      permission: op["x-permission"] ?? "",
      stepUp: op["x-step-up"] ?? false,
      codes: op["x-error-codes"],
    })),
  );
}

const documentHeader = `${generatedCpp("api/openapi.yaml")}#pragma once
// The OpenAPI document as it is served at /v1/openapi.json and printed by \`gatehouse openapi\`.
#include <string_view>

namespace gatehouse {

/// JSON in UTF-8 on one line. Its \`servers\` is "/", relative to public_url.
std::string_view openapi_document();

}  // namespace gatehouse
`;

const documentSource = (json) => `${generatedCpp("api/openapi.yaml")}#include "contracts/generated/openapi_document.hpp"

namespace gatehouse {

std::string_view openapi_document() {
  static constexpr std::string_view kDocument =
${longLiteral(json)};
  return kDocument;
}

}  // namespace gatehouse
`;

function operationsHeader(list) {
  const rows = list.map((o) => `    {${[o.method, o.path, o.id, o.access, o.permission].map(literal).join(", ")}, ${o.stepUp}},`);
  return `${generatedCpp("api/openapi.yaml")}#pragma once
// Every operation of the HTTP contract with who may call it; a test compares it with the server's table of routes.
#include <string_view>

namespace gatehouse {

struct ContractOperation {
  std::string_view method;
  std::string_view path;        ///< with {parameters} as in the document
  std::string_view id;          ///< operationId
  std::string_view access;      ///< public, access_token_ok, session, step_up, service, admin
  std::string_view permission;  ///< empty where none is needed
  bool step_up;                 ///< besides, the caller's own authentication must be recent
};

inline constexpr ContractOperation kContractOperations[] = {
${rows.join("\n")}
};

}  // namespace gatehouse
`;
}

export function generate() {
  const doc = document();
  const json = JSON.stringify(doc);
  const yaml = stringify(doc, { lineWidth: 130, aliasDuplicateObjects: false });
  return {
    "packages/contracts/api/openapi.yaml": `# The HTTP contract in full. Bundled from packages/contracts/api/source by script/contracts: change it there.\n${yaml}`,
    "packages/contracts/generated/openapi.json": JSON.stringify(doc, null, 2) + "\n",
    "packages/contracts/generated/openapi_document.hpp": documentHeader,
    "packages/contracts/generated/openapi_document.cpp": documentSource(json),
    "packages/contracts/generated/operations.hpp": operationsHeader(operations(doc)),
  };
}
