// The command line beside a running server on one SQLite file: what it does holds in the server within a second; what the
// audit log proves; and starts that are refused with one line.
import assert from "node:assert/strict";
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { databaseFile, sql } from "../support/database.mjs";
import { goodPassword, person, signIn } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";
import { onPostgres } from "../support/store.mjs";

/** For what concerns the one file that SQLite keeps everything in. */
const ofTheFile = { skip: onPostgres && "about SQLite's file" };

describe("beside a running server", () => {
  const data = temporaryFolder();
  let server;
  before(async () => (server = await startServer({ data })));
  after(() => server.stop());

  const run = (...args) => {
    const done = gatehouse([...args, "--dev", "--data", data]);
    assert.equal(done.status, 0, `${args.join(" ")}: ${done.stderr}`);
    return done.stdout;
  };

  /** Asks until the answer satisfies, and fails when it takes more than a second. */
  async function withinASecond(ask, satisfied) {
    const begin = Date.now();
    for (;;) {
      const answer = await ask();
      if (satisfied(answer)) return;
      assert.ok(Date.now() - begin < 1000, `still ${answer.status} ${answer.text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test("user disable ends the person's sessions within a second, and user enable lets them in again", async () => {
    const who = await person(server);
    assert.equal((await who.client.get("/v1/session")).status, 200);
    run("user", "disable", who.email);
    await withinASecond(() => who.client.get("/v1/session"), ({ status }) => status === 401);
    assert.equal((await signIn(server, who)).body.code, "account_disabled");
    run("user", "enable", who.email);
    assert.equal((await signIn(server, who)).status, 200);
  });

  test("session revoke ends one session within a second and leaves the other", async () => {
    const who = await person(server);
    const other = server.client.as((await signIn(server, who)).body.session.token);
    assert.equal((await other.get("/v1/session")).status, 200);
    assert.equal((await who.client.get("/v1/session")).status, 200);
    run("session", "revoke", who.session.id);
    await withinASecond(() => who.client.get("/v1/session"), ({ status }) => status === 401);
    assert.equal((await other.get("/v1/session")).status, 200);
    assert.match(run("session", "list", who.email), /\w/);
  });

  test("role grant and role revoke hold at the next session check, within a second, and in the next JWT", async () => {
    const who = await person(server);
    assert.equal((await who.client.get("/v1/admin/users")).status, 403);
    run("role", "grant", who.email, "support", "--reason", "joined");
    await withinASecond(() => who.client.get("/v1/session"), ({ body }) => body.roles.includes("support"));
    assert.equal((await who.client.get("/v1/admin/users")).status, 200);
    const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
    assert.ok(claims((await who.client.post("/v1/token")).body.access_token).roles.includes("support"));
    run("role", "revoke", who.email, "support");
    await withinASecond(() => who.client.get("/v1/session"), ({ body }) => !body.roles.includes("support"));
    assert.equal((await who.client.get("/v1/admin/users")).status, 403);
  });

  test("user create reads the password from stdin, and that person signs in", async () => {
    const password = goodPassword();
    const made = gatehouse(["user", "create", "--email", "first.admin@example.com", "--role", "admin", "--verified", "--password-stdin", "--dev", "--data", data], { input: `${password}\n` });
    assert.equal(made.status, 0, made.stderr);
    assert.doesNotMatch(made.stdout + made.stderr, new RegExp(password));
    const { status, body } = await signIn(server, { email: "first.admin@example.com", password });
    assert.equal(status, 200);
    assert.ok(body.actor.roles.includes("admin"));
    assert.match(run("user", "list"), /first\.admin@example\.com/);
    assert.match(run("user", "show", "first.admin@example.com"), /first\.admin/);
  });

  test("a service key that is revoked is refused within a second", async () => {
    const key = run("service", "create", "feed", "--permission", "identity.events.read").match(/gthk_[A-Za-z0-9_-]+/)[0];
    const service = server.client.as(key);
    assert.equal((await service.get("/v1/events")).status, 200);
    run("service", "revoke", "feed");
    await withinASecond(() => service.get("/v1/events"), ({ status }) => status === 401);
  });

  test("a key rotation keeps earlier tokens verifiable and signs with the new key", async () => {
    const who = await person(server);
    const kid = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url")).kid;
    const before = kid((await who.client.post("/v1/token")).body.access_token);
    run("keys", "rotate");
    const published = (await server.client.get("/.well-known/jwks.json")).body.keys.map((each) => each.kid);
    assert.ok(published.includes(before), "the old key stays published");
  });

  test("a second serve on the same data folder is refused with one line", ofTheFile, () => {
    const second = gatehouse(["serve", "--dev", "--data", data, "--listen", "localhost:0"], { timeout: 10_000 });
    assert.equal(second.status, 1, second.stdout);
    assert.equal(second.stderr.trim().split("\n").length, 1, second.stderr);
  });
});

describe("the audit log", ofTheFile, () => {
  let folder, count;
  const verify = (data) => gatehouse(["audit", "verify", "--dev", "--data", data]);
  before(async () => {
    folder = temporaryFolder();
    const server = await startServer({ data: folder });
    for (let i = 0; i < 4; ++i) await signIn(server, await person(server));
    await server.stop();
    sql(folder, "PRAGMA wal_checkpoint(TRUNCATE)");
    count = sql(folder, "SELECT count(*) AS n FROM auth_audit_log")[0].n;
  });

  /** A copy of the installation with its audit rows changed by SQL. */
  function tampered(statements) {
    const data = temporaryFolder();
    for (const name of ["gatehouse.db", "kek"]) copyFileSync(join(folder, name), join(data, name));
    chmodSync(data, 0o700);
    sql(data, statements);
    return data;
  }

  test("is whole after a clean stop", () => {
    const done = verify(folder);
    assert.equal(done.status, 0, done.stdout + done.stderr);
    assert.ok(count > 8);
  });

  for (const [name, statements] of Object.entries({
    "a changed row": "UPDATE auth_audit_log SET reason = 'nothing to see' WHERE sequence = 3",
    "a removed row": "DELETE FROM auth_audit_log WHERE sequence = 3",
    "two rows that changed places": "UPDATE auth_audit_log SET sequence = -3 WHERE sequence = 3; UPDATE auth_audit_log SET sequence = 3 WHERE sequence = 4; UPDATE auth_audit_log SET sequence = 4 WHERE sequence = -3",
    "a cut tail": "DELETE FROM auth_audit_log WHERE sequence > (SELECT max(sequence) - 2 FROM auth_audit_log)",
    "a forged outcome": "UPDATE auth_audit_log SET outcome = 'failure' WHERE sequence = 2",
  }))
    test(`shows ${name}`, () => {
      const done = verify(tampered(statements));
      assert.equal(done.status, 1, done.stdout);
      assert.match(done.stdout + done.stderr, /FAULT/);
    });
});

describe("a start is refused with one line that names cause and mend", () => {
  /** Starts and expects a refusal that matches. */
  function refused(data, pattern, ...more) {
    const listen = more.includes("--listen") ? [] : ["--listen", "localhost:0"];
    const done = gatehouse(["serve", "--dev", "--data", data, ...listen, ...more], { timeout: 15_000 });
    assert.equal(done.status, 1, `${done.status} ${done.stdout} ${done.stderr}`);
    const said = done.stderr.trim().split("\n").filter((line) => !line.startsWith("{"));
    assert.equal(said.length, 1, done.stderr);
    assert.match(said[0], pattern);
    assert.equal(done.stdout, "", "nothing is announced");
  }
  async function usedFolder() {
    const data = temporaryFolder();
    await (await startServer({ data })).stop();
    return data;
  }

  test("when the database is corrupt", ofTheFile, () => {
    const data = temporaryFolder();
    writeFileSync(databaseFile(data), "this is not a database ".repeat(500), { mode: 0o600 });
    refused(data, /database|SQLite/i);
  });

  test("when the database has a newer schema", async () => {
    const data = await usedFolder();
    sql(data, "INSERT INTO schema_migrations (number, oldest_server, name, checksum, applied_at) SELECT 9999, 9999, 'later', checksum, applied_at FROM schema_migrations LIMIT 1");
    refused(data, /newer/i);
  });

  test("when another program holds the database locked", ofTheFile, async () => {
    const data = await usedFolder();
    const { spawn } = await import("node:child_process");
    const holder = spawn("sqlite3", [databaseFile(data)], { stdio: ["pipe", "pipe", "inherit"] });
    try {
      holder.stdin.write("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; SELECT 'held';\n");
      await new Promise((resolve) => holder.stdout.on("data", (chunk) => String(chunk).includes("held") && resolve()));
      refused(data, /lock|busy/i);
    } finally {
      holder.kill();
    }
  });

  test("when the port is taken", async () => {
    const holder = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => holder.on("listening", resolve));
    try {
      refused(":memory:", /port|address|in use/i, "--listen", `127.0.0.1:${holder.address().port}`);
    } finally {
      holder.close();
    }
  });

  test("when the data folder can't be made", ofTheFile, () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    refused(join(folder, "file", "data"), /data|folder/i);
  });

  test("when a development database is opened by a configuration that names an unknown key", () => {
    const folder = temporaryFolder();
    const config = join(folder, "gatehouse.toml");
    writeFileSync(config, "[server]\nlissten = 'localhost:0'\n", { mode: 0o600 });
    refused(":memory:", /lissten.*listen/s, "--config", config);
  });

  test("and bad usage ends with 2", () => {
    assert.equal(gatehouse(["serve", "--nonsense"]).status, 2);
    assert.equal(gatehouse(["nonsense"]).status, 2);
    assert.equal(gatehouse([]).status, 2);
  });
});

test("openapi, version, config show, doctor and migrate say what they should", async () => {
  assert.equal(JSON.parse(gatehouse(["openapi"]).stdout).openapi, "3.1.0");
  assert.match(gatehouse(["version"]).stdout, /\d+\.\d+\.\d+/);
  const data = temporaryFolder();
  mkdirSync(join(data, "inner"), { mode: 0o700 });
  const shown = gatehouse(["config", "show", "--dev", "--data", join(data, "inner")], { env: { GATEHOUSE_MAIL__RESEND_API_KEY: "re_a_very_secret_key" } });
  assert.equal(shown.status, 0, shown.stderr);
  assert.doesNotMatch(shown.stdout, /re_a_very_secret_key/, "secrets are masked");
  assert.equal(gatehouse(["migrate", "--dev", "--data", join(data, "inner")]).status, 0);
  assert.equal(gatehouse(["migrate", "--check", "--dev", "--data", join(data, "inner")]).status, 0);
  const doctor = gatehouse(["doctor", "--dev", "--data", join(data, "inner")]);
  assert.equal(doctor.status, 0, doctor.stdout + doctor.stderr);
});
