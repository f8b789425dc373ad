// The JWT contract: document, schema and signed examples say the same.
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { readText } from "../generate/lib.mjs";

const schema = JSON.parse(readText("jwt.schema.json"));
const text = readText("jwt.md");
const validate = addFormats(new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false })).compile(schema);
const [person, service] = schema.examples;
const decode = (part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));

test("the examples are valid, and added claims are welcome", () => {
  for (const example of schema.examples) assert.ok(validate({ ...example, added: 1 }), JSON.stringify(validate.errors));
});

test("a person's token needs its session and a service's has none", () => {
  for (const claim of ["sid", "auth_time", "acr", "amr", "sub", "jti", "exp"]) {
    const { [claim]: _, ...rest } = person;
    assert.ok(!validate(rest), `accepted without ${claim}`);
  }
  assert.ok(!validate({ ...service, sid: person.sid }));
  assert.ok(!validate({ ...service, client_id: "default" }));
});

test("dates that are no whole seconds and a screening that tells too much are refused", () => {
  for (const bad of [{ exp: 1.5 }, { exp: "1795435500" }, { screening: "possible_match" }, { acr: "aal3" }, { aud: [] }])
    assert.ok(!validate({ ...person, ...bad }), JSON.stringify(bad));
});

test("the document's table names every claim of the schema with its meaning", () => {
  const rows = [...text.matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$/gm)].map(([, name, meaning]) => [name, meaning]);
  assert.deepEqual(rows, Object.entries(schema.properties).map(([name, { description }]) => [name, description]));
});

test("the document's tokens verify with its key and carry the schema's examples", () => {
  const key = createPublicKey({ format: "jwk", key: JSON.parse(text.match(/^\{ "kty".*$/m)[0]) });
  const tokens = [...text.matchAll(/^(ey[\w-]+)\.([\w-]+)\.([\w-]+)$/gm)];
  assert.equal(tokens.length, schema.examples.length);
  tokens.forEach(([, header, payload, signature], index) => {
    assert.deepEqual(decode(header), { alg: "EdDSA", typ: "at+jwt", kid: "2026-11-a" });
    assert.deepEqual(decode(payload), schema.examples[index]);
    assert.ok(verify(null, Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, "base64url")));
  });
});
