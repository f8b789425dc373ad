// The Transit stand-in against Vault's documented answers, so that what passes on it says something about Vault.
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { startVault } from "../support/vault_transit.mjs";

let vault;
before(async () => (vault = await startVault({ namespace: "team" })));
after(() => vault.stop());
beforeEach(() => {
  vault.keys.clear();
  vault.sealed = false;
});

async function call(method, path, body, { token = "root-token", namespace = "team" } = {}) {
  const answer = await fetch(`${vault.address}/v1/${path}`, {
    method,
    headers: { ...(token && { "X-Vault-Token": token }), ...(namespace && { "X-Vault-Namespace": namespace }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, ...(text ? JSON.parse(text) : {}) };
}
const make = (name, type) => call("POST", `transit/keys/${name}`, type && { type });
const message = Buffer.from("header.payload");
const input = message.toString("base64");
const publicKeyOf = async (name, version = 1) => (await call("GET", `transit/keys/${name}`)).data.keys[version].public_key;
const signatureOf = ({ data }, encoding) => Buffer.from(data.signature.split(":")[2], encoding);
const refused = (answer, status, pattern) => {
  assert.equal(answer.status, status);
  assert.match(answer.errors[0] ?? "", pattern);
};

test("the default key type is AES, which can't sign, and an unknown type or key is refused", async () => {
  assert.equal((await make("plain")).data.type, "aes256-gcm96");
  refused(await call("POST", "transit/sign/plain", { input }), 400, /does not support signing/);
  refused(await make("odd", "ed448"), 400, /unknown key type/);
  refused(await call("POST", "transit/sign/none", { input }), 400, /signing key not found/);
  const missing = await call("GET", "transit/keys/none");
  assert.deepEqual([missing.status, missing.errors], [404, []]);
});

test("ed25519: a raw public key in base64, and the encoding that was asked for", async () => {
  await make("ed", "ed25519");
  const raw = Buffer.from(await publicKeyOf("ed"), "base64");
  assert.equal(raw.length, 32);
  const key = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") } });
  const standard = await call("POST", "transit/sign/ed", { input });
  assert.match(standard.data.signature, /^vault:v1:[A-Za-z0-9+/]+={0,2}$/);
  assert.ok(verify(null, message, key, signatureOf(standard, "base64")));
  const jws = await call("POST", "transit/sign/ed", { input, marshaling_algorithm: "jws" });
  assert.match(jws.data.signature, /^vault:v1:[\w-]{86}$/);
  assert.ok(verify(null, message, key, signatureOf(jws, "base64url")));
});

test("ecdsa-p256: DER unless jws is asked for", async () => {
  await make("ec", "ecdsa-p256");
  const key = createPublicKey(await publicKeyOf("ec"));
  assert.ok(verify("sha256", message, key, signatureOf(await call("POST", "transit/sign/ec", { input }), "base64")));
  const jws = signatureOf(await call("POST", "transit/sign/ec/sha2-256", { input, marshaling_algorithm: "jws" }), "base64url");
  assert.equal(jws.length, 64);
  assert.ok(verify("sha256", message, { key, dsaEncoding: "ieee-p1363" }, jws));
});

test("rsa-2048: PSS unless pkcs1v15 is asked for", async () => {
  await make("rsa", "rsa-2048");
  const key = createPublicKey(await publicKeyOf("rsa"));
  assert.ok(!verify("sha256", message, key, signatureOf(await call("POST", "transit/sign/rsa", { input }), "base64")));
  assert.ok(verify("sha256", message, key, signatureOf(await call("POST", "transit/sign/rsa", { input, signature_algorithm: "pkcs1v15" }), "base64")));
});

test("wrong options and inputs are 400 with a reason", async () => {
  await make("ed", "ed25519");
  refused(await call("POST", "transit/sign/ed", { input, hash_algorithm: "md5" }), 400, /invalid hash algorithm/);
  refused(await call("POST", "transit/sign/ed", { input, marshaling_algorithm: "raw" }), 400, /invalid marshaling/);
  refused(await call("POST", "transit/sign/ed", { input, signature_algorithm: "none" }), 400, /invalid signature algorithm/);
  refused(await call("POST", "transit/sign/ed", { input: "not base64!" }), 400, /unable to decode/);
  refused(await call("GET", "transit/sign/ed"), 405, /unsupported operation/);
});

test("a batch keeps its order, and one bad item doesn't spoil it", async () => {
  await make("ed", "ed25519");
  const { status, data } = await call("POST", "transit/sign/ed", { batch_input: [{ input, reference: "a" }, { input: "!" }, { input }] });
  assert.equal(status, 200);
  assert.deepEqual(data.batch_results.map((item) => [Boolean(item.signature), Boolean(item.error), item.reference]), [[true, false, "a"], [false, true, undefined], [true, false, undefined]]);
});

test("rotation makes the new version the default at once, and key_version pins the old one within the minimum", async () => {
  await make("ed", "ed25519");
  assert.equal((await call("POST", "transit/keys/ed/rotate")).status, 204);
  const signed = async (options) => (await call("POST", "transit/sign/ed", { input, ...options })).data.key_version;
  assert.equal(await signed(), 2);
  assert.equal(await signed({ key_version: 1 }), 1);
  assert.equal((await call("POST", "transit/keys/ed/config", { min_encryption_version: 2 })).status, 204);
  refused(await call("POST", "transit/sign/ed", { input, key_version: 1 }), 400, /less than the minimum encryption key version/);
  await call("POST", "transit/keys/ed/config", { min_decryption_version: 2 });
  const { data } = await call("GET", "transit/keys/ed");
  assert.deepEqual([data.latest_version, Object.keys(data.keys)], [2, ["2"]], "old versions leave the list");
});

test("what was encrypted is decrypted, by its own version, and changed bytes are refused", async () => {
  await make("box");
  const { data } = await call("POST", "transit/encrypt/box", { plaintext: input });
  assert.match(data.ciphertext, /^vault:v1:/);
  await call("POST", "transit/keys/box/rotate");
  assert.equal((await call("POST", "transit/decrypt/box", { ciphertext: data.ciphertext })).data.plaintext, input);
  const changed = data.ciphertext.replace(/:(.)([^:]*)$/, (_, first, rest) => `:${first === "A" ? "B" : "A"}${rest}`);
  refused(await call("POST", "transit/decrypt/box", { ciphertext: changed }), 400, /authentication failed/);
  refused(await call("POST", "transit/decrypt/box", { ciphertext: "v1:abc" }), 400, /no prefix/);
});

test("a token, its namespace and its lease count", async () => {
  refused(await call("GET", "auth/token/lookup-self", undefined, { token: "hvs.other" }), 403, /permission denied/);
  refused(await call("GET", "auth/token/lookup-self", undefined, { namespace: "" }), 403, /permission denied/);
  assert.deepEqual((await call("GET", "auth/token/lookup-self")).data.ttl, 0, "the root token never ends");
  vault.addToken("hvs.short", 0.05);
  assert.equal((await call("GET", "auth/token/lookup-self", undefined, { token: "hvs.short" })).data.renewable, true);
  await new Promise((resolve) => setTimeout(resolve, 80));
  refused(await call("GET", "auth/token/lookup-self", undefined, { token: "hvs.short" }), 403, /permission denied/);
});

test("AppRole gives a leased token that can be renewed, and refuses others", async () => {
  const { auth } = await call("POST", "auth/approle/login", { role_id: "role", secret_id: "secret" }, { token: undefined });
  assert.deepEqual([auth.lease_duration, auth.renewable], [3600, true]);
  const renewed = await call("POST", "auth/token/renew-self", { increment: "1h" }, { token: auth.client_token });
  assert.equal(renewed.auth.client_token, auth.client_token);
  refused(await call("POST", "auth/token/renew-self", {}), 400, /not renewable/);
  refused(await call("POST", "auth/approle/login", { role_id: "role", secret_id: "wrong" }), 400, /invalid role or secret/);
});

test("sealed is 503 for everybody", async () => {
  vault.sealed = true;
  refused(await call("GET", "auth/token/lookup-self"), 503, /sealed/);
  refused(await call("POST", "auth/approle/login", { role_id: "role", secret_id: "secret" }), 503, /sealed/);
});
