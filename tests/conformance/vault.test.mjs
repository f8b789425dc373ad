// Gatehouse with its keys in Vault Transit: tokens that verify, and T62, Vault's bad days.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { person, times } from "../support/people.mjs";
import { startServer } from "../support/server.mjs";
import { startVault } from "../support/vault_transit.mjs";

let vault, server, somebody;
const settings = (address, algorithm) => `[keys]\nprovider = "vault"\nalgorithm = "${algorithm}"\n[keys.vault]\naddress = "${address}"\ntoken = "root-token"\ntimeout = "1s"\n`;
const start = (standIn, algorithm = "EdDSA") => startServer({ config: settings(standIn.address, algorithm) });

before(async () => {
  vault = await startVault();
  server = await start(vault);
  somebody = await person(server);
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

for (const [name, { begin, end = () => {} }] of Object.entries(outages))
  test(`T62: while Vault ${name}, sessions go on, tokens wait, and no other key signs`, async () => {
    const published = (await server.client.get("/.well-known/jwks.json")).body;
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
      assert.equal((await server.client.get("/readyz")).status, 200);
    } finally {
      vault.intercept = () => undefined;
      await end();
    }
    const token = await eventually(async () => (await takeToken()).body.access_token, "tokens did not come back without a restart");
    assert.ok(await verify(server, token, "EdDSA"));
  });
