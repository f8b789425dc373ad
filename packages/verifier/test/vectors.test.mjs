// The vectors that all verifiers share.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { createLocalJWKSet } from "jose";
import { TokenError, verifyAccessToken } from "../dist/index.js";

const vectors = JSON.parse(readFileSync(new URL("../../contracts/jwt-vectors.json", import.meta.url), "utf8"));
const resolve = createLocalJWKSet(vectors.jwks);
const options = {
  issuer: vectors.issuer,
  audience: vectors.audience,
  clockTolerance: 0,
  now: () => new Date(vectors.now * 1000),
  keys: { find: (header, token) => resolve(header, token) },
};

for (const { name, token } of vectors.accept)
  test(`accepts: ${name}`, async () => {
    const claims = await verifyAccessToken(token, options);
    assert.deepEqual(claims, JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString("utf8")));
  });

for (const { name, token } of vectors.reject)
  test(`refuses: ${name}`, async () => {
    await assert.rejects(verifyAccessToken(token, options), (error) => error instanceof TokenError && error.code === "invalid_token" && error.status === 401);
  });

test("the file is what its generator writes", () => {
  const { status, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL("../vectors/generate.mjs", import.meta.url)), "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});

test("an algorithm that isn't on the list is refused, and the tolerance is for clocks that differ", async () => {
  const [ed, es] = vectors.accept;
  const only = { ...options, algorithms: ["EdDSA"] };
  assert.ok(await verifyAccessToken(ed.token, only));
  await assert.rejects(verifyAccessToken(es.token, only), { code: "invalid_token" });
  const expired = vectors.reject.find(({ name }) => name === "expired this second").token;
  assert.ok(await verifyAccessToken(expired, { ...options, clockTolerance: 5 }));
});
