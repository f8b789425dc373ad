// Production mode: what it refuses, all at once (decision 16), and how it serves, says that it is ready, and stops.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Client } from "../support/client.mjs";
import { goodPassword } from "../support/people.mjs";
import { isSanitized } from "../support/process.mjs";
import { sendRaw } from "../support/raw.mjs";
import { Server, gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

const kek = randomBytes(32).toString("base64");

/** A configuration that production accepts, with what a test changes: `{section: {key: value}}`; undefined leaves a key out. */
function configuration(changes = {}) {
  const sections = {
    server: { public_url: "https://id.example.com", ops_listen: "localhost:0" },
    keys: { encryption_key: kek },
    mail: { provider: "smtp", smtp_url: "smtp://localhost:2525", from: "id@example.com" },
  };
  for (const [name, keys] of Object.entries(changes)) sections[name] = { ...sections[name], ...keys };
  const value = (each) => JSON.stringify(each);
  return Object.entries(sections)
    .map(([name, keys]) => `[${name}]\n${Object.entries(keys).filter(([, each]) => each !== undefined).map(([key, each]) => `${key} = ${value(each)}\n`).join("")}`)
    .join("");
}

function folderWith(config, mode = 0o600) {
  const folder = temporaryFolder();
  const file = join(folder, "gatehouse.toml");
  writeFileSync(file, config, { mode });
  chmodSync(file, mode);
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  return { file, data };
}

function start(config, { mode } = {}) {
  const { file, data } = folderWith(config, mode);
  return gatehouse(["serve", "--config", file, "--data", data, "--listen", "localhost:0"], { timeout: 10_000 });
}

const startProduction = (config = configuration()) => {
  const { file, data } = folderWith(config);
  const server = new Server({ production: true, data, args: ["--config", file] });
  server.configFile = file;
  return server.started();
};

describe("production refuses", () => {
  const refusals = {
    "a missing public_url": [{ server: { public_url: undefined } }, /server\.public_url/],
    "a public_url without TLS": [{ server: { public_url: "http://id.example.com" } }, /server\.public_url.*https/],
    "a public_url with a query": [{ server: { public_url: "https://id.example.com/?a=b" } }, /server\.public_url/],
    "a public_url with a fragment": [{ server: { public_url: "https://id.example.com/#a" } }, /server\.public_url/],
    "the development mailbox": [{ mail: { provider: "mailbox" } }, /mail\.provider/],
    "no mail provider": [{ mail: { provider: undefined } }, /mail\.provider/],
    "throttling off": [{ throttle: { enabled: false } }, /throttle\.enabled/],
    "weak Argon2id": [{ password: { argon2_memory_kib: 8192, argon2_iterations: 1 } }, /argon2/],
    "everybody as a proxy": [{ server: { trusted_proxies: ["0.0.0.0/0"] } }, /trusted_proxies/],
    "every IPv6 address as a proxy": [{ server: { trusted_proxies: ["::/0"] } }, /trusted_proxies/],
    "an origin without TLS": [{ "clients.shop": { origins: ["http://shop.example.com"] } }, /clients\.shop\.origins/],
    "a wildcard origin": [{ "clients.shop": { origins: ["*"] } }, /clients\.shop\.origins/],
    "the null origin": [{ "clients.shop": { origins: ["null"] } }, /clients\.shop\.origins/],
    "a redirect without TLS": [{ "clients.shop": { redirect_uris: ["http://shop.example.com/cb"] } }, /clients\.shop\.redirect_uris/],
    "a redirect of every host": [{ "clients.shop": { redirect_uris: ["https://*.example.com/cb"] } }, /clients\.shop\.redirect_uris/],
    "the null redirect": [{ "clients.shop": { redirect_uris: ["null"] } }, /clients\.shop\.redirect_uris/],
    "a provider's endpoint without TLS": [{ "oauth.providers.acme": { preset: "oidc", client_id: "x", client_secret: "y", issuer: "http://login.example.com" } }, /oauth\.providers\.acme/],
    "PostgreSQL elsewhere without any TLS": [{ database: { url: "postgresql://u@db.example.com/x" } }, /database\.url.*verify-full/],
    "a link without TLS": [{ links: { verify_email: "http://shop.example.com/verify" } }, /links\.verify_email/],
    "PostgreSQL elsewhere without verify-full": [{ database: { url: "postgresql://u@db.example.com/x?sslmode=require" } }, /database\.url.*verify-full/],
    "NATS elsewhere without TLS": [{ events: { bus: "nats", nats_url: "nats://nats.example.com:4222" } }, /events\.nats_url/],
    "SMTP elsewhere on port 25": [{ mail: { smtp_url: "smtp://mail.example.com:25" } }, /mail\.smtp_url/],
    "Vault elsewhere without TLS": [{ keys: { provider: "vault", encryption_key: undefined }, "keys.vault": { address: "http://vault.example.com:8200", token: "x" } }, /keys\.vault\.address/],
    "a provider's endpoint at a private address": [{ "oauth.providers.acme": { preset: "oidc", client_id: "x", client_secret: "y", issuer: "https://10.0.0.1" } }, /oauth\.providers\.acme/],
    "no key-encryption key": [{ keys: { encryption_key: undefined } }, /keys\.encryption_key/],
    "a database in memory": [{ database: { url: "sqlite::memory:" } }, /database\.url/],
  };
  for (const [name, [changes, pattern]] of Object.entries(refusals))
    test(name, () => {
      const done = start(configuration(changes));
      assert.equal(done.status, 1, done.stdout + done.stderr);
      assert.match(done.stderr, pattern);
      assert.equal(done.stdout, "");
    });

  test("several at once, each named with its mend", () => {
    const done = start(configuration({ server: { public_url: "http://id.example.com", trusted_proxies: ["0.0.0.0/0"] }, mail: { provider: "mailbox" }, throttle: { enabled: false }, keys: { encryption_key: undefined } }));
    assert.equal(done.status, 1);
    for (const key of ["server.public_url", "server.trusted_proxies", "mail.provider", "throttle.enabled", "keys.encryption_key"]) assert.ok(done.stderr.includes(key), `${key} is named in ${done.stderr}`);
  });

  test("a configuration file that others may read", () => {
    const done = start(configuration(), { mode: 0o644 });
    assert.equal(done.status, 1, done.stdout);
    assert.match(done.stderr, /chmod 0?600/);
  });

  test("a data folder that others may read", () => {
    const { file, data } = folderWith(configuration());
    chmodSync(data, 0o755);
    const done = gatehouse(["serve", "--config", file, "--data", data, "--listen", "localhost:0"], { timeout: 10_000 });
    assert.equal(done.status, 1, done.stdout);
    assert.match(done.stderr, /chmod 0?700/);
  });

  /** What a start said, and that it was one line. */
  function refusedInOneLine(done, ...patterns) {
    assert.equal(done.status, 1, done.stdout + done.stderr);
    const said = done.stderr.trim().split("\n").filter((line) => !line.startsWith("{"));
    assert.equal(said.length, 1, done.stderr);
    for (const pattern of patterns) assert.match(said[0], pattern);
    assert.equal(done.stdout, "");
  }
  const startWith = (changes, prepare) => {
    const { file, data } = folderWith(configuration(changes));
    prepare?.(data);
    return gatehouse(["serve", "--config", file, "--data", data, "--listen", "localhost:0"], { timeout: 10_000 });
  };

  test("a key file that isn't there, is none, or that others may read: one line with cause and mend", () => {
    const folder = temporaryFolder();
    const write = (name, text, mode = 0o600) => (writeFileSync(join(folder, name), text, { mode }), chmodSync(join(folder, name), mode), join(folder, name));
    const withFile = (path) => startWith({ keys: { encryption_key: undefined, encryption_key_file: path } });
    refusedInOneLine(withFile(join(folder, "nowhere")), /encryption_key_file/, /nowhere/, /can(not|'t) be read/);
    refusedInOneLine(withFile(folder), /encryption_key_file/);
    refusedInOneLine(withFile(write("short", "abc\n")), /encryption_key/, /32 bytes|base64/i);
    refusedInOneLine(withFile(write("empty", "")), /encryption_key/);
    refusedInOneLine(withFile(write("open", `${kek}\n`, 0o640)), /chmod 0?600/);
  });

  test("a database file that others may read", async () => {
    const server = await startProduction();
    await server.stop();
    chmodSync(join(server.data, "gatehouse.db"), 0o644);
    refusedInOneLine(gatehouse(["serve", "--config", server.configFile, "--data", server.data, "--listen", "localhost:0"], { timeout: 10_000 }), /chmod 0?600/);
  });

  test("a second serve on one SQLite file", async () => {
    const server = await startProduction();
    try {
      refusedInOneLine(gatehouse(["serve", "--config", server.configFile, "--data", server.data, "--listen", "localhost:0"], { timeout: 10_000 }), /already|another|second/i);
    } finally {
      await server.stop();
    }
  });

  test("a development database, and development a production one", async () => {
    const development = temporaryFolder();
    await (await startServer({ data: development })).stop();
    const { file } = folderWith(configuration());
    const done = gatehouse(["serve", "--config", file, "--data", development, "--listen", "localhost:0"], { timeout: 10_000 });
    assert.equal(done.status, 1, done.stdout);
    assert.match(done.stderr, /development/);

    const server = await startProduction();
    await server.stop();
    const other = gatehouse(["serve", "--dev", "--data", server.data, "--listen", "localhost:0"], { timeout: 10_000 });
    assert.equal(other.status, 1, other.stdout);
    assert.match(other.stderr, /production/);
  });

  test("a wrong key-encryption key on an existing database", async () => {
    const server = await startProduction();
    await server.stop();
    const { file } = folderWith(configuration({ keys: { encryption_key: randomBytes(32).toString("base64") } }));
    const done = gatehouse(["serve", "--config", file, "--data", server.data, "--listen", "localhost:0"], { timeout: 10_000 });
    assert.equal(done.status, 1, done.stdout);
    assert.match(done.stderr, /key/);
    assert.equal(done.stderr.trim().split("\n").length, 1, done.stderr);
  });
});

describe("production serves", () => {
  test("without /dev/*, with HSTS and a __Host- cookie, and a bare readiness on the main listener", async () => {
    const server = await startProduction();
    try {
      const host = { Host: "id.example.com" };
      for (const path of ["/dev/mailbox", "/dev/users", "/dev/clock", "/dev/reset"]) assert.equal((await server.client.get(path, { headers: host, unchecked: true })).status, 404, path);
      const ready = await server.client.get("/readyz", { headers: host });
      assert.equal(ready.status, 200, ready.text);
      assert.deepEqual(Object.keys(ready.body), ["status"], "no dependency is told to the world");
      assert.equal((await server.client.get("/metrics", { headers: host, unchecked: true })).status, 404);
      const answer = await server.client.get("/v1/session", { headers: host });
      assert.match(answer.headers["strict-transport-security"] ?? "", /max-age=\d+/);

      const password = goodPassword();
      const made = gatehouse(["user", "create", "--email", "person@example.com", "--verified", "--password-stdin", "--config", server.configFile, "--data", server.data], { input: `${password}\n` });
      assert.equal(made.status, 0, made.stderr);
      server.secrets.add(password);
      const signedIn = await server.client.post("/v1/sign-in", { email: "person@example.com", password, client_id: "pages" }, { headers: { ...host, Origin: "https://id.example.com" } });
      assert.equal(signedIn.status, 200, signedIn.text);
      const cookie = signedIn.setCookies.find((line) => line.startsWith("__Host-gatehouse-session="));
      for (const attribute of ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"]) assert.ok(cookie.includes(`; ${attribute}`), `${attribute} in ${cookie.replace(/=gths_[^;]*/, "")}`);
      assert.doesNotMatch(cookie, /domain=/i);
    } finally {
      await server.stop();
    }
  });

  test("SIGTERM flips readiness, lets what is in flight finish, and ends with 0", async () => {
    const server = await startServer();
    const waiting = server.client.get("/dev/mailbox", { query: { to: "nobody@example.com", wait: 2 } });
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.signal("SIGTERM");
    const { status, body } = await waiting;
    assert.equal(status, 200, "the request in flight is answered");
    assert.deepEqual(body.items, []);
    assert.equal(await server.ended(), 0);
    server.checkLog();
    await assert.rejects(server.client.get("/healthz"), /ECONNREFUSED|ECONNRESET|hang up/, "nobody listens any more");
  });

  test("readiness is 503 while it drains, and a second SIGTERM ends it at once", async () => {
    const server = await startServer({ config: '[server]\nshutdown_timeout = "60s"\n' });
    const waiting = server.client.get("/dev/mailbox", { query: { to: "nobody@example.com", wait: 30 } }).catch(({ message }) => message);
    // A connection from before: nobody new is let in.
    const kept = new Client(server.url, { connections: 1 });
    assert.equal((await kept.get("/readyz")).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 200));
    server.signal("SIGTERM");
    let asked;
    for (let i = 0; i < 50 && asked !== 503 && !/hang up|ECONN/.test(asked); ++i) asked = await kept.get("/readyz").then(({ status }) => status, ({ code, message }) => code ?? message);
    assert.match(String(asked), /^503$|ECONN|hang up/, "it says so, or lets nobody in");
    const begin = Date.now();
    server.signal("SIGTERM");
    await server.ended();
    assert.ok(Date.now() - begin < 5000, `it took ${Date.now() - begin} ms, and 60 s were allowed`);
    await waiting;
    kept.close();
  });

  test("a throw-away server is there in tens of milliseconds", async (t) => {
    const taken = [];
    let limit = 100;
    for (let i = 0; i < 8; ++i) {
      const begin = performance.now();
      const server = await startServer();
      taken.push(performance.now() - begin);
      if (isSanitized(server.pid)) limit = 2000;
      await server.stop();
    }
    t.diagnostic(`${taken.map((ms) => ms.toFixed(0)).join(", ")} ms`);
    assert.ok(Math.min(...taken) < limit, `${taken} ms`);
  });

  test("a client that has sent half a request doesn't hold up the stop for long", async () => {
    const server = await startServer({ config: '[server]\nshutdown_timeout = "2s"\n' });
    const half = sendRaw(server, "POST /v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{", { quiet: 8000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const begin = Date.now();
    server.signal("SIGTERM");
    assert.equal(await server.ended(), 0);
    assert.ok(Date.now() - begin < 5000, `it took ${Date.now() - begin} ms`);
    await half;
  });
});
