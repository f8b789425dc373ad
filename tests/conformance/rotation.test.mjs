// Rotation with nobody noticing: verifiers that cache the JWKS as jose does, through ten rotations under load.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { sql } from "../support/database.mjs";
import { person } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

const rotations = 10;
const verifierCount = 3;
const cacheAge = 150;

const keysOf = async (server) => (await server.client.get("/.well-known/jwks.json")).body.keys.map(({ kid }) => kid);

async function until(holds, what) {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** An hour passes for the keys: what was published or retired is older by it. */
const letAnHourPass = (data) => sql(data, "UPDATE signing_keys SET created_at = created_at - 3660000000, activated_at = activated_at - 3660000000, retired_at = retired_at - 3660000000");

/** Asks for the next key. The command first takes the steps that are due, as the server does once a minute. */
function rotate(data) {
  const { status, stdout, stderr } = gatehouse(["keys", "rotate", "--dev", "--data", data, "--json"]);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout).kid;
}

/** A verifier like a service of the platform: jose's cache, which an unknown kid may refresh only after its cooldown. */
function verifier(server) {
  const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`), { cooldownDuration: 30_000, cacheMaxAge: cacheAge });
  return (token) => jwtVerify(token, keys, { issuer: server.url, audience: "platform", typ: "at+jwt" });
}

test("ten rotations under load fail no verification", { timeout: 90_000 }, async () => {
  const data = temporaryFolder("gatehouse-rotation-");
  const server = await startServer({ data });
  try {
    const { client } = await person(server);
    const verifiers = Array.from({ length: verifierCount }, () => verifier(server));
    const seen = new Set();
    const failures = [];
    let verified = 0;
    let over = false;

    async function load(each) {
      while (!over) {
        const { status, body, text } = await client.post("/v1/token");
        assert.equal(status, 200, text);
        try {
          seen.add((await each(body.access_token)).protectedHeader.kid);
          ++verified;
        } catch (error) {
          failures.push(String(error));
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    const loads = verifiers.map(load);
    try {
      for (let i = 0, previous; i <= rotations; ++i) {
        const kid = rotate(data);
        assert.notEqual(kid, previous);
        await until(async () => (await keysOf(server)).includes(kid), "the next key was not published");
        if (previous) await until(() => seen.has(previous), `key ${i} did not begin to sign`);
        // By now every verifier's cached set is older than its age, as it is after an hour.
        await new Promise((resolve) => setTimeout(resolve, 2 * cacheAge));
        assert.ok(!seen.has(kid), "a key was used before verifiers could know it");
        letAnHourPass(data);
        previous = kid;
      }
    } finally {
      over = true;
      await Promise.all(loads);
    }
    assert.deepEqual(failures, []);
    assert.ok(seen.size > rotations, "the first key and ten more signed");
    assert.ok(verified > 100, `only ${verified} tokens were verified`);
    assert.ok((await keysOf(server)).length < 4, "keys whose last token has ended are withdrawn");
  } finally {
    await server.stop();
  }
});
