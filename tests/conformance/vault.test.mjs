// Gatehouse with its keys in Vault Transit: tokens that verify, and T62, Vault's bad days.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { person, times } from "../support/people.mjs";
import { startServer, temporaryFolder } from "../support/server.mjs";
import { totp } from "../support/totp.mjs";
import { startVault } from "../support/vault_transit.mjs";

let vault, server, somebody, admin;
const settings = (address, algorithm) => `[keys]\nprovider = "vault"\nalgorithm = "${algorithm}"\n[keys.vault]\naddress = "${address}"\ntoken = "root-token"\ntimeout = "1s"\n`;
const start = (standIn, algorithm = "EdDSA", more = {}) => startServer({ config: settings(standIn.address, algorithm), ...more });

before(async () => {
  vault = await startVault();
  server = await start(vault);
  somebody = await person(server);
  admin = await person(server, { roles: ["admin"] });
});
after(async () => {
  try {
    await server?.stop();
  } finally {
    await vault?.stop();
  }
});

const takeToken = () => somebody.client.post("/v1/token");
const verify = (each, token, algorithm) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${each.url}/.well-known/jwks.json`)), { issuer: each.url, audience: "platform", typ: "at+jwt", algorithms: [algorithm] });

async function eventually(holds, what) {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const seen = await holds();
    if (seen) return seen;
    assert.ok(Date.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (const [algorithm, type] of [["EdDSA", "ed25519"], ["ES256", "ecdsa-p256"], ["RS256", "rsa-2048"]])
  test(`${algorithm} tokens that Vault signed verify with jose, and the key never leaves it`, async () => {
    const own = await startVault();
    const signing = await start(own, algorithm);
    try {
      const { client, id } = await person(signing);
      const answers = await times(16, () => client.post("/v1/token"));
      const tokens = answers.map(({ status, body, text }) => (assert.equal(status, 200, text), body.access_token));
      for (const token of tokens) assert.equal((await verify(signing, token, algorithm)).payload.sub, id);
      assert.equal(new Set(tokens).size, tokens.length);
      assert.equal(own.keys.get("gatehouse-signing").type, type);
      assert.ok(own.callsTo("transit/sign/").every(({ text }) => JSON.parse(text).key_version > 0), "the version is pinned");
      assert.deepEqual(own.callsTo("export"), []);
    } finally {
      await signing.stop();
      await own.stop();
    }
  });

test("a version that somebody else made in Vault is not used", async () => {
  const { body } = await server.client.get("/.well-known/jwks.json");
  const address = `${vault.address}/v1/transit/keys/gatehouse-signing/rotate`;
  assert.equal((await fetch(address, { method: "POST", headers: { "X-Vault-Token": "root-token" } })).status, 204);
  const token = (await takeToken()).body.access_token;
  assert.ok(body.keys.some(({ kid }) => kid === JSON.parse(Buffer.from(token.split(".")[0], "base64url").toString()).kid));
  await verify(server, token, "EdDSA");
});

const onSigning = (answer) => () => {
  vault.intercept = ({ path }) => (path.includes("/sign/") ? answer : undefined);
};
const outages = {
  "is away": { begin: () => vault.stop(), end: () => vault.restart() },
  "is sealed": { begin: () => (vault.sealed = true), end: () => (vault.sealed = false) },
  "is slow": { begin: onSigning({ delay: 1500 }) },
  "refuses the token": { begin: () => vault.revoke("root-token"), end: () => vault.addToken("root-token", 0) },
  "is too busy": { begin: onSigning({ status: 429, body: { errors: ["request path rate limit quota exceeded"] } }) },
  "signs with another version": { begin: onSigning({ status: 200, body: { data: { batch_results: [{ signature: "vault:v2:AAAA", key_version: 2 }] } } }) },
  "signs nonsense": { begin: onSigning({ status: 200, body: { data: { batch_results: [{ signature: `vault:v1:${"A".repeat(10)}` }] } } }) },
  "answers with garbage": { begin: onSigning({ raw: "<html>bad gateway</html>" }) },
};

/** What the audit log says of outages, oldest first: `began vault`, `ended vault`. */
const outageRows = async () => {
  const rows = (await Promise.all(["began", "ended"].map((what) => admin.client.get(`/v1/admin/audit?action=dependency.outage_${what}`)))).flatMap(({ body }) => body.items);
  return rows.sort((a, b) => a.sequence - b.sequence).map(({ action, details }) => `${action.split("_")[1]} ${details.dependency}`);
};
const gauge = async (name) => Number(new RegExp(`^${name} (.*)$`, "m").exec((await server.client.get("/metrics")).text)[1]);
const logged = (name) => server.log.filter(({ event }) => event === name).length;

for (const [name, { begin, end = () => {} }] of Object.entries(outages))
  test(`T62: while Vault ${name}, sessions go on, tokens wait, and no other key signs`, async () => {
    const published = (await server.client.get("/.well-known/jwks.json")).body;
    assert.deepEqual([(await server.client.get("/readyz")).body.status, await gauge("gatehouse_vault_up")], ["ready", 1]);
    const before = { rows: await outageRows(), count: await gauge("gatehouse_vault_outages_total"), lines: [logged("vault_unavailable"), logged("vault_available")] };
    await begin();
    try {
      for (const answer of await times(4, takeToken)) {
        assert.equal(answer.status, 503, answer.text);
        assert.equal(answer.body.code, "dependency_unavailable");
        assert.ok(Number(answer.headers["retry-after"]) >= 1);
      }
      assert.equal((await somebody.client.get("/v1/session")).status, 200);
      assert.equal((await person(server)).session.token.slice(0, 5), "gths_", "people can still sign in");
      assert.deepEqual((await server.client.get("/.well-known/jwks.json")).body, published);
      await eventually(async () => (await server.client.get("/readyz")).body.status === "degraded", "readiness does not tell of the outage");
      assert.equal((await server.client.get("/readyz")).status, 200);
      assert.equal(await gauge("gatehouse_vault_up"), 0);
      for (const answer of await times(8, takeToken)) assert.equal(answer.status, 503, answer.text);
    } finally {
      vault.intercept = () => undefined;
      await end();
    }
    const token = await eventually(async () => (await takeToken()).body.access_token, "tokens did not come back without a restart");
    assert.ok(await verify(server, token, "EdDSA"));
    await eventually(async () => (await server.client.get("/readyz")).body.status === "ready", "readiness does not tell of the end");
    const rows = await eventually(async () => {
      const now = await outageRows();
      return now.length >= before.rows.length + 2 && now;
    }, "the outage left no two audit rows");
    assert.deepEqual(rows.slice(before.rows.length), ["began vault", "ended vault"], "one row as it begins and one as it ends");
    assert.equal(await gauge("gatehouse_vault_outages_total"), before.count + 1);
    assert.deepEqual([logged("vault_unavailable"), logged("vault_available")], before.lines.map((count) => count + 1), "each is logged once");
  });

test("Vault sealed at start: it serves, degraded, answers 503 and never 401, and finishes the start by itself", async () => {
  const own = await startVault();
  const data = temporaryFolder("gatehouse-sealed-");
  const first = await start(own, "EdDSA", { data });
  const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
  const someone = await person(first, { totp_secret: secret });
  const published = (await first.client.get("/.well-known/jwks.json")).body;
  await first.stop();
  own.sealed = true;
  const second = await start(own, "EdDSA", { data });
  try {
    assert.equal((await second.client.get("/readyz")).body.status, "degraded");
    assert.deepEqual((await second.client.get("/.well-known/jwks.json")).body, published, "verifiers go on");
    const client = second.client.as(someone.token);
    assert.equal((await client.get("/v1/session")).status, 200);
    assert.equal((await client.post("/v1/token")).status, 503);
    const asked = await client.post("/v1/reauthenticate", { password: someone.password, method: "totp", code: totp(secret, Date.now()) });
    assert.deepEqual([asked.status, asked.body.code], [503, "dependency_unavailable"], "a factor that can't be checked is never wrong");
    own.sealed = false;
    await eventually(async () => (await client.post("/v1/token")).status === 200, "the start was not finished");
    assert.equal((await client.post("/v1/reauthenticate", { password: someone.password, method: "totp", code: totp(secret, Date.now()) })).status, 200, "no failure was counted");
  } finally {
    await second.stop();
    await own.stop();
  }
});
