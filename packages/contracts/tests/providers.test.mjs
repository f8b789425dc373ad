// Presets of sign-in providers: a misspelt or half-written one stops the generator.
import assert from "node:assert/strict";
import { test } from "node:test";
import { configSections } from "../generate/config.mjs";
import { check, generate, presetNames, presets } from "../generate/providers.mjs";

const preset = (name) => {
  const { name: _, ...rest } = structuredClone(presets().find((each) => each.name === name));
  return rest;
};

test("a misspelt, missing or unsafe member is named", () => {
  const wrong = (name, change) => {
    const changed = preset(name);
    change(changed);
    return () => check(name, changed);
  };
  assert.throws(wrong("github", (p) => (p.tokenendpoint = "x")), /github: tokenendpoint is not known/);
  assert.throws(wrong("github", (p) => (p.claims.mail = "x")), /claims.mail is not known/);
  assert.throws(wrong("github", (p) => delete p.userinfo_endpoint), /userinfo_endpoint is missing/);
  assert.throws(wrong("apple", (p) => delete p.jwks_uri), /jwks_uri is missing/);
  assert.throws(wrong("github", (p) => (p.token_endpoint = "http://github.com/x")), /token_endpoint is no https address/);
  assert.throws(wrong("google", (p) => (p.client_auth = "none")), /client_auth is one of/);
  assert.throws(wrong("github", (p) => (p.auth_time = true)), /auth_time/);
  assert.throws(wrong("google", (p) => delete p.claims.subject), /claims.subject is missing/);
});

test("the presets are the values of `preset`, and each has a line in the table of the documents", () => {
  const section = configSections().find(({ name }) => name === "oauth.providers");
  assert.deepEqual(section.keys.find(({ name }) => name === "preset").values, presetNames());
  assert.deepEqual(presetNames(), ["google", "apple", "github", "discord", "gitlab", "oidc"]);
  const { "docs/oauth/presets.md": table } = generate();
  for (const name of presetNames()) assert.ok(table.includes(`| \`${name}\` |`), name);
});
