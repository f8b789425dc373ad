// The HTTP contract: valid OpenAPI 3.1, closed for requests, open for answers, with examples that keep to it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import { readText } from "../generate/lib.mjs";
import { operations } from "../generate/openapi.mjs";
import { errorTable } from "../generate/errors.mjs";

const text = readText("api/openapi.yaml");
const document = parse(text);
const list = operations(document);
const schemas = document.components.schemas;

const ajv = addFormats(new Ajv2020({ allErrors: true, strict: false }));
ajv.addSchema({ $id: "contract", components: { schemas } });
const validator = (name) => ajv.getSchema(`contract#/components/schemas/${name}`);

/** The schemas that request bodies name. */
const requestSchemas = new Set(
  Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).flatMap((op) => Object.values(op.requestBody?.content ?? {}).map((media) => media.schema.$ref.split("/").pop())),
  ),
);

test("the document is valid OpenAPI 3.1", async () => {
  const result = await new Validator().validate(structuredClone(document));
  assert.ok(result.valid, JSON.stringify(result.errors, null, 1));
});

test("the JSON that is served and the YAML say the same", () => {
  assert.deepEqual(JSON.parse(readText("generated/openapi.json")), document);
});

test("every operation has its own id, an access level, answers and a fallback problem", () => {
  assert.equal(new Set(list.map((op) => op.id)).size, list.length);
  for (const methods of Object.values(document.paths))
    for (const op of Object.values(methods)) {
      assert.match(op.operationId, /^[a-z][A-Za-z]+$/);
      assert.match(op["x-access"], /^(public|access_token_ok|session|step_up|service|admin)$/);
      assert.ok(Object.keys(op.responses).some((status) => /^[23]/.test(status)), op.operationId);
      assert.equal(op.responses.default.$ref, "#/components/responses/Problem");
    }
});

test("service and admin operations name a permission of their own domain, the others none", () => {
  for (const op of list) {
    if (["service", "admin"].includes(op.access)) assert.match(op.permission, /^identity(\.[a-z_]+){1,2}$/, op.id);
    else assert.equal(op.permission, "", op.id);
    assert.equal(op.path.startsWith("/v1/admin/"), op.access === "admin", op.id);
    if (op.path.startsWith("/v1/me")) assert.match(op.access, /^(access_token_ok|session|step_up)$/, op.id);
  }
});

test("an access token may only read", () => {
  for (const op of list.filter((op) => op.access === "access_token_ok")) assert.equal(op.method, "GET", op.id);
});

test("each error code of an operation exists and has a response of its status", () => {
  const table = errorTable();
  for (const op of list)
    for (const code of op.codes) {
      const responses = document.paths[op.path][op.method.toLowerCase()].responses;
      assert.ok(table[code], code);
      assert.ok(responses[table[code].status], `${op.id} answers ${code} without a ${table[code].status}`);
    }
});

test("every named object schema has an example, and every example is valid", () => {
  for (const [name, schema] of Object.entries(schemas)) {
    if (schema.properties && !["FieldError", "Risk"].includes(name)) assert.ok(schema.examples?.length, `${name} has no example`);
    for (const example of schema.examples ?? []) assert.ok(validator(name)(example), `${name}: ${ajv.errorsText(validator(name).errors)}`);
  }
});

/** A body of another's making, which may grow members that nobody told us of. */
const foreign = new Set(["MailReport"]);

test("request bodies are closed: an unknown member is refused", () => {
  for (const name of requestSchemas) {
    if (foreign.has(name)) continue;
    assert.equal(schemas[name].additionalProperties, false, name);
    const [example] = schemas[name].examples;
    assert.ok(!validator(name)({ ...example, is_admin: true }), `${name} accepts is_admin`);
  }
});

test("answers are open: an added member is accepted", () => {
  for (const [name, schema] of Object.entries(schemas)) {
    if (requestSchemas.has(name) || !schema.properties) continue;
    for (const example of schema.examples ?? []) assert.ok(validator(name)({ ...example, added_later: 1 }), `${name} refuses an added member`);
  }
});

test("required members of requests are required, and texts have an upper bound", () => {
  for (const name of requestSchemas) {
    const [example] = schemas[name].examples;
    for (const member of schemas[name].required ?? []) {
      const { [member]: _, ...rest } = example;
      assert.ok(!validator(name)(rest), `${name} is accepted without ${member}`);
    }
    for (const [member, schema] of Object.entries(schemas[name].properties)) {
      const target = schema.$ref ? schemas[schema.$ref.split("/").pop()] : schema;
      if (target.type === "string" && !target.enum && target.format !== "date-time")
        assert.ok(target.maxLength <= 8192, `${name}.${member} has no upper bound`);
    }
  }
});

test("no answer has a member for a password or its hash", () => {
  for (const [name, schema] of Object.entries(schemas)) {
    if (requestSchemas.has(name)) continue;
    for (const member of Object.keys(schema.properties ?? {})) assert.doesNotMatch(member, /^password(_hash)?$|_hash$/, `${name}.${member}`);
  }
});
