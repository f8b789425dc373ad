// Rotation with nobody noticing: verifiers that cache the JWKS as jose does, through ten rotations under load.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { sql } from "../support/database.mjs";
import { person, signIn } from "../support/people.mjs";
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

const listed = (data) => gatehouse(["keys", "list", "--dev", "--data", data, "--json"]).stdout.trim().split("\n").map((line) => JSON.parse(line)).filter(({ purpose }) => purpose === "access_token");
const stepsOf = (data, kid) => sql(data, "SELECT action, details FROM auth_audit_log WHERE action LIKE 'key.%' ORDER BY position").filter(({ details }) => JSON.parse(details).kid === kid).map(({ action }) => action);

test("the emergency path: the new key signs at once, the old one's tokens are dead, and sessions stay", { timeout: 60_000 }, async () => {
  const data = temporaryFolder("gatehouse-emergency-");
  const server = await startServer({ data, config: '[clients.reader]\naudiences = ["identity", "platform"]\n' });
  try {
    const who = await person(server);
    const session = (await signIn(server, who, { client_id: "reader" })).body.session.token;
    const client = server.client.as(session);
    const mint = async (audience) => (await client.post("/v1/token", { audience })).body.access_token;
    const kidOf = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url").toString()).kid;
    const [before, reading] = [await mint("platform"), await mint("identity")];
    assert.ok(await verifier(server)(before));
    const old = kidOf(before);

    const { status, stdout, stderr } = gatehouse(["keys", "rotate", "--now", "--revoke-old", "--dev", "--data", data, "--json"]);
    assert.equal(status, 0, stderr);
    const { kid, state } = JSON.parse(stdout);
    assert.equal(state, "active");
    const began = Date.now();
    await until(async () => kidOf(await mint("platform")) === kid, "the new key does not sign");
    await until(async () => !(await keysOf(server)).includes(old), "the old key is still published");
    await until(async () => (await server.client.as(reading).get("/v1/session")).status === 401, "Gatehouse itself still takes the old key's tokens");
    assert.ok(Date.now() - began < 5_000, "every process follows within two seconds");
    await assert.rejects(verifier(server)(before), { code: "ERR_JWKS_NO_MATCHING_KEY" }, "the cost: every token out there is dead");
    assert.ok(await verifier(server)(await mint("platform")), "a client asks for another and goes on");
    assert.equal((await client.get("/v1/session")).status, 200, "sessions stay");
    assert.deepEqual(stepsOf(data, old), ["key.created", "key.activated", "key.retired", "key.withdrawn"]);
    assert.deepEqual(stepsOf(data, kid), ["key.created", "key.activated"]);
    assert.equal(listed(data).find((key) => key.kid === old).state, "gone");
  } finally {
    await server.stop();
  }
});

test("a key that waits can be retired, the one that signs can't, and the schedule makes the next", { timeout: 60_000 }, async () => {
  const data = temporaryFolder("gatehouse-retire-");
  const retire = (kid) => gatehouse(["keys", "retire", kid, "--dev", "--data", data]);
  const next = rotate(data);
  assert.equal(retire(next).status, 0);
  assert.equal(listed(data).find(({ kid }) => kid === next).state, "gone");
  const active = listed(data).find(({ state }) => state === "active").kid;
  const refused = retire(active);
  assert.deepEqual([refused.status, refused.stderr.trim()], [1, "gatehouse: this key signs now: rotate first, then retire it"]);
  assert.equal(retire("nobody").status, 1);

  // 90 days pass: the key is as old as `rotate_every`.
  sql(data, "UPDATE signing_keys SET created_at = created_at - 7776000000000, activated_at = activated_at - 7776000000000 WHERE state = 'active'");
  const server = await startServer({ data });
  try {
    const pending = listed(data).find(({ state }) => state === "pending");
    assert.ok(pending, "the next key is published first");
    assert.ok((await keysOf(server)).includes(pending.kid));
    assert.equal(listed(data).find(({ state }) => state === "active").kid, active, "and does not sign yet");
  } finally {
    await server.stop();
  }
});
