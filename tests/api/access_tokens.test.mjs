// Access tokens over HTTP, as callers that may read: T38 to T41 with forged, malformed and huge ones, and the key set's headers.
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import http from "node:http";
import { after, before, test } from "node:test";
import { exportJWK, importJWK } from "jose";
import { advance, median, person, serverTime, signIn } from "../support/people.mjs";
import { sendRaw } from "../support/raw.mjs";
import { startServer } from "../support/server.mjs";

let server, good, header, claims, published, outside;
const encode = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const parts = (token) => token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
const status = async (token) => (await server.client.as(token).get("/v1/session", { wrong: true })).status;

/** Signed by a key that Gatehouse never had. */
const forger = generateKeyPairSync("ed25519");
const forged = (head, body = claims) => {
  const input = `${encode(head)}.${encode(body)}`;
  return `${input}.${sign(null, Buffer.from(input), forger.privateKey).toString("base64url")}`;
};

before(async () => {
  // What a token may name as its key must never be fetched.
  outside = http.createServer((_, response) => ((outside.asked = true), response.end("{}"))).listen(0, "127.0.0.1");
  server = await startServer({ config: '[clients.reader]\naudiences = ["identity", "platform"]\n' });
  const who = await person(server);
  const session = (await signIn(server, who, { client_id: "reader" })).body.session.token;
  good = (await server.client.as(session).post("/v1/token", { audience: "identity" })).body.access_token;
  [header, claims] = parts(good);
  [published] = (await server.client.get("/.well-known/jwks.json")).body.keys;
});
after(async () => {
  outside.close();
  await server.stop();
});

test("a token of Gatehouse's own, for the audience identity, may read", async () => assert.equal(await status(good), 200));

test("T38 no other algorithm, no key and no extension of the header is taken, and nothing is fetched", async () => {
  const [, payload, signature] = good.split(".");
  const url = `http://127.0.0.1:${outside.address().port}/jwks.json`;
  const jwk = await exportJWK(forger.publicKey);
  for (const alg of ["none", "None", "nOnE", "", 0, null, "HS256", "ES256", "RS256", "PS256", "eddsa"])
    for (const end of [signature, ""]) assert.equal(await status(`${encode({ ...header, alg })}.${payload}.${end}`), 401, `alg ${alg}`);
  for (const secret of [JSON.stringify(published), published.x, Buffer.from(published.x, "base64url"), ""]) {
    const input = `${encode({ ...header, alg: "HS256" })}.${payload}`;
    assert.equal(await status(`${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`), 401);
  }
  for (const more of [{}, { jwk }, { jku: url }, { x5u: url }, { x5c: ["AAAA"] }, { crit: ["exp"] }, { b64: false, crit: ["b64"] }, { zip: "DEF" }, { kid: "../../etc/passwd" }, { kid: "' OR 1=1 --" }, { kid: url }, { kid: undefined }])
    assert.equal(await status(forged({ ...header, ...more })), 401, JSON.stringify(more));
  assert.equal(await status(`${Buffer.from(`{"alg":"EdDSA","alg":"EdDSA","typ":"at+jwt","kid":"${header.kid}"}`).toString("base64url")}.${payload}.${signature}`), 401, "duplicate members");
  for (const other of [`${good}.AAAA`, `${good}.`, `.${good}`, good.slice(0, -1), `${good.split(".").slice(0, 2).join(".")}`, "..", "a.b.c.d.e"]) assert.equal(await status(other), 401, other.slice(0, 40));
  assert.ok(!outside.asked, "a key was fetched from where a token said");
});

test("T39 a signature of any other length is refused", async () => {
  const [head, payload] = good.split(".");
  for (const length of [0, 1, 63, 65, 128, 4096]) assert.equal(await status(`${head}.${payload}.${Buffer.alloc(length, 7).toString("base64url")}`), 401, `${length} bytes`);
  assert.equal(await status(`${head}.${payload}.${Buffer.alloc(64, 0).toString("base64url")}`), 401);
});

test("T40 giants cost nothing: 401 or 431 at once", async () => {
  const giants = [".".repeat(1_000_000), "A".repeat(1024 * 1024), `${encode({ ...header, alg: "PBES2-HS256+A128KW", p2c: 2 ** 31, zip: "DEF" })}.${"A".repeat(6000)}.A`, ".".repeat(6000)];
  const times = [];
  for (const giant of giants)
    for (let i = 0; i < 5; ++i) {
      const began = performance.now();
      const { statuses } = await sendRaw(server, `GET /v1/session HTTP/1.1\r\nHost: localhost:${server.port}\r\nConnection: close\r\nAuthorization: Bearer ${giant}\r\n\r\n`, { quiet: 2000 });
      times.push(performance.now() - began);
      assert.ok([401, 431].includes(statuses[0]) || (statuses.length === 0 && giant.length > 100_000), `${statuses} to ${giant.length} bytes`);
    }
  assert.ok(median(times) < 100, `${median(times)} ms`);
  assert.equal(await status(good), 200);
});

test("T41 times, issuer, audience and type are kept to, and a token ends with its exp", async () => {
  const own = await startServer({ config: '[clients.reader]\naudiences = ["identity", "platform"]\n' });
  try {
    const who = await person(own);
    const session = (await signIn(own, who, { client_id: "reader" })).body.session.token;
    const mint = async (audience) => (await own.client.as(session).post("/v1/token", { audience })).body.access_token;
    const ask = async (token) => (await own.client.as(token).get("/v1/session", { wrong: true })).status;
    const [identity, platform] = [await mint("identity"), await mint("platform")];
    assert.deepEqual([await ask(identity), await ask(platform)], [200, 401], "another audience is refused");
    assert.equal(await ask(good), 401, "another issuer's");
    const { exp } = parts(identity)[1];
    await advance(own, `${exp - 1 - Math.ceil((await serverTime(own)) / 1000)}s`);
    assert.equal(await ask(identity), 200, "a second before its end");
    await advance(own, "2s");
    assert.equal(await ask(identity), 401, "after it");
  } finally {
    await own.stop();
  }
});

test("T41 the key set may be kept, by anybody, for as long as it says; and it holds no private half", async () => {
  const answer = await server.client.get("/.well-known/jwks.json", { headers: { Origin: "https://anybody.example" } });
  assert.match(answer.headers["cache-control"], /max-age=\d+/);
  assert.equal(answer.headers["access-control-allow-origin"], "*");
  for (const key of answer.body.keys) {
    assert.deepEqual(["d", "p", "q", "k"].filter((name) => name in key), []);
    assert.ok(await importJWK(key, key.alg));
  }
});
