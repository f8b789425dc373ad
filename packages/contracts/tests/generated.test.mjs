// Generated files are committed as their sources give them, and the sources keep to their own rules.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { drifted, generate } from "../generate/index.mjs";
import { configSections } from "../generate/config.mjs";
import { errorTable } from "../generate/errors.mjs";
import { root } from "../generate/lib.mjs";

test("no generated file has drifted from its source", async () => {
  assert.deepEqual(drifted(await generate()), []);
});

test("generating twice gives the same", async () => {
  assert.deepEqual(await generate(), await generate());
});

test("a drifted file is named", async () => {
  const files = await generate(["errors"]);
  assert.deepEqual(drifted({ ...files, "docs/errors.md": "something else" }), ["docs/errors.md"]);
  assert.deepEqual(drifted({ "docs/there-is-no-such-file.md": "" }), ["docs/there-is-no-such-file.md"]);
});

test("every error has a status, and sentences that say what it means and what to do", () => {
  for (const [code, error] of Object.entries(errorTable())) {
    assert.match(code, /^[a-z][a-z0-9_]*$/);
    assert.ok(error.status >= 400 && error.status <= 599, code);
    for (const member of ["title", "meaning", "mend"]) assert.ok(error[member]?.length > 3, `${code}.${member}`);
  }
});

test("every configuration key has a sentence, and its default keeps to its bounds and values", () => {
  const unit = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86400 };
  const size = (value) => {
    const [, number, suffix] = /^([0-9.]+)(ms|s|m|h|d)?$/.exec(String(value));
    return Number(number) * (suffix ? unit[suffix] : 1);
  };
  for (const section of configSections())
    for (const key of section.keys) {
      const name = `${section.name}.${key.name}`;
      assert.match(name, /^[a-z0-9_.]+$/);
      assert.match(key.about, /\.$/, name);
      for (const value of [key.default, key.dev].filter((v) => v !== undefined)) {
        if (key.values) assert.ok(key.values.includes(value), name);
        if (key.type === "bool") assert.equal(typeof value, "boolean", name);
        if (key.type === "list") assert.ok(Array.isArray(value), name);
        if (key.min !== undefined) assert.ok(size(value) >= size(key.min) && size(value) <= size(key.max), name);
      }
    }
});

test("the reference file names every section and key, all keys commented out", () => {
  const text = readFileSync(join(root, "deploy/gatehouse.toml"), "utf8");
  for (const section of configSections()) {
    assert.ok(text.includes(section.named ? `#[${section.name}.NAME]` : `\n[${section.name}]`), section.name);
    for (const key of section.keys) assert.match(text, new RegExp(`^#${key.name} = `, "m"));
  }
  assert.deepEqual(text.split("\n").filter((line) => line !== "" && !/^(#|\[[a-z_.]+\]$)/.test(line)), []);
});
