// How Gatehouse keeps its login at Vault: AppRole with leases that end, secrets from files, namespaces, and TLS with a pinned CA.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { person } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";
import { startVault } from "../support/vault_transit.mjs";

const secretFile = (text, mode = 0o600) => {
  const file = join(temporaryFolder(), "secret");
  writeFileSync(file, text, { mode });
  return file;
};
const settings = (vault, more) => ({
  config: `[keys]\nprovider = "vault"\n[keys.vault]\naddress = "${vault.address}"\ntimeout = "900ms"\n${Object.entries(more).map(([key, value]) => `${key} = "${value}"\n`).join("")}`,
});
const approle = () => ({ auth: "approle", role_id: "role", secret_id_file: secretFile("secret\n") });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function until(holds, what) {
  for (const deadline = Date.now() + 15_000; !(await holds()); await pause(50)) assert.ok(Date.now() < deadline, what);
}

test("AppRole: the token is renewed before it ends, over leases of two seconds, and no caller notices", { timeout: 60_000 }, async () => {
  const vault = await startVault();
  vault.lease = 2;
  const server = await startServer(settings(vault, approle()));
  try {
    const { client } = await person(server);
    for (const end = Date.now() + 6_000; Date.now() < end; await pause(100)) assert.equal((await client.post("/v1/token")).status, 200);
    assert.equal(vault.callsTo("auth/approle/login").length, 1, "one login lasts");
    assert.ok(vault.callsTo("auth/token/renew-self").length >= 3);
  } finally {
    await server.stop();
    await vault.stop();
  }
});

test("AppRole: a lease that shrinks or can't be renewed brings a fresh login, and the old token serves until it works", { timeout: 60_000 }, async () => {
  const vault = await startVault();
  vault.lease = 2;
  const server = await startServer(settings(vault, approle()));
  try {
    const { client } = await person(server);
    vault.renewable = false;
    await until(() => vault.callsTo("auth/approle/login").length >= 2, "no fresh login");
    // The next login is refused at first; what is held still signs.
    vault.lease = 4;
    await until(() => vault.callsTo("auth/approle/login").length >= 3, "no fresh login");
    const before = vault.callsTo("auth/approle/login").length;
    vault.intercept = ({ path }) => (path.includes("approle/login") ? { status: 500, body: { errors: ["internal error"] } } : undefined);
    await until(() => vault.callsTo("auth/approle/login").length > before, "the login was not tried");
    assert.equal((await client.post("/v1/token")).status, 200, "the old token is kept until a new one works");
    vault.intercept = () => undefined;
    for (const end = Date.now() + 3_000; Date.now() < end; await pause(100)) assert.equal((await client.post("/v1/token")).status, 200);
    vault.revoke([...vault.tokens.keys()].at(-1));
    assert.equal((await client.post("/v1/token")).status, 200, "a token that was revoked costs one more login, and no caller");
  } finally {
    await server.stop();
    await vault.stop();
  }
});

test("a namespace goes with every call", async () => {
  const vault = await startVault({ namespace: "team/identity" });
  const server = await startServer(settings(vault, { ...approle(), namespace: "team/identity" }));
  try {
    assert.equal((await (await person(server)).client.post("/v1/token")).status, 200);
    assert.ok(vault.calls.every(({ headers }) => headers["x-vault-namespace"] === "team/identity"));
  } finally {
    await server.stop();
    await vault.stop();
  }
});

/** A CA of the test's own, and a certificate of it for 127.0.0.1. */
function authority() {
  const folder = temporaryFolder();
  const at = (name) => join(folder, name);
  const openssl = (...args) => {
    const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  const made = (name) => ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", at(`${name}.key`)];
  openssl("req", "-x509", ...made("ca"), "-out", at("ca.pem"), "-days", "2", "-subj", "/CN=Vault test CA", "-addext", "basicConstraints=critical,CA:TRUE");
  openssl("req", ...made("vault"), "-out", at("vault.csr"), "-subj", "/CN=127.0.0.1");
  writeFileSync(at("names"), "subjectAltName=IP:127.0.0.1\n");
  openssl("x509", "-req", "-in", at("vault.csr"), "-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2", "-extfile", at("names"), "-out", at("vault.pem"));
  return { ca: at("ca.pem"), tls: { key: readFileSync(at("vault.key")), cert: readFileSync(at("vault.pem")) } };
}

test("over TLS only a certificate of the pinned CA is trusted, and no secret goes to another", { timeout: 60_000 }, async () => {
  const [ours, other] = [authority(), authority()];
  const vault = await startVault({ tls: ours.tls });
  assert.match(vault.address, /^https:/);
  try {
    const server = await startServer(settings(vault, { ...approle(), ca_cert: ours.ca }));
    assert.equal((await (await person(server)).client.post("/v1/token")).status, 200);
    await server.stop();
    const calls = vault.calls.length;
    for (const pinned of [other.ca, undefined]) {
      const doubtful = await startServer(settings(vault, { ...approle(), ...(pinned && { ca_cert: pinned }) }));
      assert.equal((await doubtful.client.get("/readyz")).body.status, "degraded");
      await doubtful.stop();
    }
    assert.equal(vault.calls.length, calls, "nothing was said to a Vault that could not show the right certificate");
  } finally {
    await vault.stop();
  }
});

test("a secret comes from a file that its owner alone can read", () => {
  const open = gatehouse(["serve"], { env: { GATEHOUSE_SERVER__PUBLIC_URL: "https://id.example.com", GATEHOUSE_KEYS__PROVIDER: "vault", GATEHOUSE_KEYS__VAULT__ADDRESS: "https://vault.example.com", GATEHOUSE_KEYS__VAULT__AUTH: "approle", GATEHOUSE_KEYS__VAULT__ROLE_ID: "role", GATEHOUSE_KEYS__VAULT__SECRET_ID_FILE: secretFile("secret\n", 0o644) } });
  assert.equal(open.status, 1);
  assert.match(open.stderr, /a secret's file \S+ is open to others \(mode 0644\); chmod 0600/);
});
