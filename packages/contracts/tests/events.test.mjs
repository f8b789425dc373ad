// The event contracts: schemas, AsyncAPI document and TypeScript say the same, and each example keeps to them.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Parser } from "@asyncapi/parser";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { contracts } from "../generate/lib.mjs";
import { dataschema, topics } from "../generate/events.mjs";
import { compiled } from "./compiled.mjs";

const ajv = addFormats(new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false }));
const schemaOf = (name) => JSON.parse(readFileSync(join(contracts, "events", `${name}.schema.json`), "utf8"));
const all = topics();

test("there is exactly one schema a topic", () => {
  const files = readdirSync(join(contracts, "events")).filter((file) => file.endsWith(".schema.json"));
  assert.deepEqual(files.sort(), all.map((topic) => `${topic.name}.schema.json`).sort());
});

for (const topic of all) {
  const schema = schemaOf(topic.name);
  const validate = ajv.compile(schema);

  test(`${topic.name}: the example is valid`, () => {
    for (const example of schema.examples) assert.ok(validate(example), JSON.stringify(validate.errors));
  });

  test(`${topic.name}: each required member is missed, and unknown ones are welcome`, () => {
    const [example] = schema.examples;
    for (const member of schema.required) {
      const { [member]: _, ...rest } = example;
      assert.ok(!validate(rest), `accepted without ${member}`);
    }
    for (const member of Object.keys(topic.data).filter((name) => !(topic.optional ?? []).includes(name))) {
      const { [member]: _, ...data } = example.data;
      assert.ok(!validate({ ...example, data }), `accepted without data.${member}`);
    }
    assert.ok(validate({ ...example, extension: "x", data: { ...example.data, added: 1 } }));
  });

  test(`${topic.name}: another type, version or a broken sequence is refused`, () => {
    const [example] = schema.examples;
    assert.ok(!validate({ ...example, type: `${topic.name}x` }));
    assert.ok(!validate({ ...example, specversion: "0.3" }));
    if (topic.direction === "produces") {
      assert.equal(example.dataschema, dataschema(topic));
      assert.ok(!validate({ ...example, sequence: "12" }));
    }
  });

  if (topic.erasable)
    test(`${topic.name}: a tombstone keeps the user's id alone`, () => {
      const [example] = schema.examples;
      assert.ok(validate({ ...example, data: { user_id: example.data.user_id, erased: true } }), JSON.stringify(validate.errors));
      assert.ok(!validate({ ...example, data: { erased: true } }));
    });
}

test("no event has a member for a secret", () => {
  const names = all.flatMap((topic) => Object.keys(topic.data));
  assert.deepEqual(names.filter((name) => /token|password|secret|code$/.test(name)), []);
});

test("the AsyncAPI parser accepts the document without errors, with a channel a topic", async () => {
  const { document, diagnostics } = await new Parser().parse(readFileSync(join(contracts, "events/asyncapi.yaml"), "utf8"));
  assert.deepEqual(diagnostics.filter((d) => d.severity === 0).map((d) => `${d.path.join(".")}: ${d.message}`), []);
  assert.deepEqual(document.channels().all().map((c) => c.address()).sort(), all.map((t) => t.name).sort());
});

test("parseIdentityEvent reads every produced example as value, text and bytes, and refuses what is none", async () => {
  const { TOPICS, parseIdentityEvent, parseConsumedEvent, isErased, IdentityEventError } = await compiled("events/identity.js");
  assert.deepEqual([...TOPICS], all.filter((t) => t.direction === "produces").map((t) => t.name));
  for (const topic of TOPICS) {
    const [example] = schemaOf(topic).examples;
    const text = JSON.stringify(example);
    assert.deepEqual(parseIdentityEvent(example), example);
    assert.deepEqual(parseIdentityEvent(text), example);
    assert.deepEqual(parseIdentityEvent(new TextEncoder().encode(text)), example);
    assert.equal(isErased(parseIdentityEvent(example)), false);
    for (const bad of [{ ...example, type: "identity.user.unheard_of" }, { ...example, specversion: "2" }, { ...example, id: "" }, { ...example, data: {} }, { ...example, data: null }])
      assert.throws(() => parseIdentityEvent(bad), IdentityEventError);
  }
  const [signedUp] = schemaOf("identity.user.signed_up").examples;
  assert.equal(isErased(parseIdentityEvent({ ...signedUp, data: { user_id: signedUp.subject, erased: true } })), true);
  for (const bad of ["", "{", "[]", "null", 7, undefined]) assert.throws(() => parseIdentityEvent(bad), IdentityEventError);
  const [wanted] = schemaOf("accounts.user.role_required").examples;
  assert.deepEqual(parseConsumedEvent(wanted), wanted);
  assert.throws(() => parseIdentityEvent(wanted), IdentityEventError);
});
