// How replicas are connected to PostgreSQL: by TLS that proves the server, through a pool that stays bounded, with statements
// prepared once, coming back without a storm, and through poolers as far as that is supported (decision 19).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../support/paths.mjs";
import { freshEmail, goodPassword, person, signIn, tally, times } from "../support/people.mjs";
import { PgBouncer, hasPgBouncer } from "../support/pgbouncer.mjs";
import { PostgresCluster, psql } from "../support/postgres.mjs";
import { FaultyLine, through } from "../support/proxy.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const limits = "[throttle]\nnetwork_failures = 100000\nsign_ups_per_network = 100000\n";
const signUp = (server) => server.client.post("/v1/sign-up", { email: freshEmail(), password: goodPassword() });

describe("TLS", () => {
  let cluster, keys, otherKeys, password;

  before(async () => {
    keys = makeKeys();
    otherKeys = makeKeys();
    const tls = ["ssl = on", `ssl_cert_file = '${keys}/postgres.pem'`, `ssl_key_file = '${keys}/postgres.key'`, "listen_addresses = '127.0.0.1,127.0.0.2'"];
    cluster = await PostgresCluster.start({ settings: tls });
    password = readFileSync(join(keys, "postgres.password"), "utf8");
    cluster.sql(`CREATE ROLE gatehouse LOGIN PASSWORD '${password}'`);
    cluster.requirePasswords();
  });
  after(() => cluster?.remove());

  function makeKeys() {
    const folder = join(temporaryFolder(), "keys");
    const uid = spawnSync("id", ["-u", "postgres"], { encoding: "utf8" }).stdout.trim();
    const { status, stderr } = spawnSync(join(root, "deploy/docker/make-keys"), [folder], { encoding: "utf8", env: { ...process.env, POSTGRES_UID: uid } });
    assert.equal(status, 0, stderr);
    spawnSync("chmod", ["a+rx", join(folder, "..")]);
    return folder;
  }
  function address({ host = "localhost", mode = "verify-full", ca = `${keys}/ca.pem`, secret = password } = {}) {
    return `postgresql://gatehouse:${secret}@${host}:${cluster.port}/secure?sslmode=${mode}&sslrootcert=${ca}`;
  }
  function refused(url, pattern) {
    const done = gatehouse(["migrate", "--dev", "--data", temporaryFolder(), "--database", url], { timeout: 20_000 });
    assert.equal(done.status, 1, done.stdout);
    assert.match(done.stderr, pattern);
    assert.equal(done.stderr.trim().split("\n").length, 1, done.stderr);
    assert.ok(!done.stderr.includes(password), "the password is not told");
  }

  test("verify-full serves, and every connection has TLS", async () => {
    cluster.sql("CREATE DATABASE secure OWNER gatehouse");
    const server = await startServer({ data: temporaryFolder(), args: ["--database", address()] });
    try {
      assert.equal((await signUp(server)).status, 202);
      const [{ all, plain }] = psql(cluster.url, "SELECT count(*) AS all, count(*) FILTER (WHERE NOT ssl) AS plain FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'gatehouse'");
      assert.ok(all >= 2);
      assert.equal(plain, 0);
    } finally {
      await server.stop();
    }
  });
  test("a certificate of another authority is refused", () => refused(address({ ca: `${otherKeys}/ca.pem` }), /certificate verify failed/));
  test("a certificate for another name is refused", () => refused(address({ host: "127.0.0.2" }), /does not match/));
  test("a server that wants TLS is not reached without", () => refused(address({ mode: "disable" }), /no encryption|pg_hba/));
  test("a wrong password is refused and not told", () => refused(address({ secret: "wrong" }), /password authentication failed/));
});

describe("the pool", () => {
  let cluster, url, line;
  const data = temporaryFolder();
  before(async () => {
    cluster = await PostgresCluster.start({ settings: ["log_min_duration_statement = 0"] });
    line = await FaultyLine.to(cluster.port);
    url = cluster.createDatabase();
  });
  after(() => {
    line?.close();
    cluster?.remove();
  });

  test("stays bounded under load, and prepares a statement once a connection", async () => {
    const server = await startServer({ data, config: limits, args: ["--database", url], env: { GATEHOUSE_DATABASE__POOL_SIZE: "3" } });
    try {
      const who = await person(server);
      let most = 0;
      let running = true;
      const watch = (async () => {
        while (running) {
          most = Math.max(most, psql(url, "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse'")[0].n);
          await pause(50);
        }
      })();
      const answers = await times(60, (i) => (i % 2 ? signUp(server) : signIn(server, who)));
      running = false;
      await watch;
      assert.deepEqual(tally(answers), { 200: 30, 202: 30 });
      assert.ok(most >= 2 && most <= 4, `${most} connections: three, and the one that listens`);
    } finally {
      await server.stop();
    }
    const log = readFileSync(join(cluster.folder, "log"), "utf8").split("\n");
    const byAddress = log.filter((each) => /FROM users WHERE email_canonical = \$1/.test(each));
    const count = (word) => byAddress.filter((each) => each.includes(` ${word} s`)).length;
    assert.ok(count("execute") >= 60, `${count("execute")} executions`);
    // The log tells a statement's parse where it was prepared; each connection has its own.
    assert.ok(count("parse") >= 1 && count("parse") <= 3 * 3, `parsed ${count("parse")} times`);
  });

  test("comes back with a growing pause, and tells callers at once meanwhile", async () => {
    const server = await startServer({ data, config: limits, args: ["--database", through(url, line.port)] });
    try {
      const who = await person(server);
      cluster.stop();
      await pause(1200);
      const asked = line.asked;
      const begin = performance.now();
      let calls = 0;
      while (performance.now() - begin < 4000) {
        const { status, ms } = await who.client.get("/v1/session");
        assert.equal(status, 503);
        assert.ok(ms < 2500, `told after ${Math.round(ms)} ms`);
        ++calls;
      }
      const tries = line.asked - asked;
      assert.ok(tries >= 2 && tries <= 25, `${tries} tries to connect in 4 s`);
      assert.ok(calls > 4 * tries, `${calls} calls were told`);
      cluster.start();
      for (let i = 0; (await who.client.get("/v1/session")).status !== 200; ++i) {
        assert.ok(i < 200, "it does not come back");
        await pause(25);
      }
    } finally {
      await server.stop();
    }
  });
});

describe("poolers", { skip: !hasPgBouncer && "there is no pgbouncer" }, () => {
  let cluster, url;
  const bouncers = [];
  const pooled = async (mode) => {
    const bouncer = await PgBouncer.start(cluster, mode);
    bouncers.push(bouncer);
    return through(url, bouncer.port);
  };
  const data = temporaryFolder();
  const doctor = (database, env = {}) => gatehouse(["doctor", "--dev", "--data", data, "--database", database], { env });

  before(async () => {
    cluster = await PostgresCluster.start();
    url = cluster.createDatabase();
  });
  after(async () => {
    for (const bouncer of bouncers) await bouncer.stop();
    cluster?.remove();
  });

  test("in session mode are served through, with a direct connection to listen by", async () => {
    const database = await pooled("session");
    const env = { GATEHOUSE_DATABASE__LISTEN_URL: url };
    const server = await startServer({ data, args: ["--database", database], env });
    try {
      const who = await person(server);
      assert.equal((await signIn(server, who)).status, 200);
      assert.equal((await server.client.get("/readyz")).body.status, "ready");
    } finally {
      await server.stop();
    }
  });

  test("in transaction mode are found out by doctor, for statements and for LISTEN", async () => {
    const database = await pooled("transaction");
    const statements = doctor(database, { GATEHOUSE_DATABASE__LISTEN_URL: url });
    assert.equal(statements.status, 1, statements.stdout);
    assert.match(statements.stdout, /FAIL connections: database\.url leads through a pooler in transaction mode/);
    const listening = doctor(url, { GATEHOUSE_DATABASE__LISTEN_URL: database });
    assert.equal(listening.status, 1, listening.stdout);
    assert.match(listening.stdout, /FAIL revocations of other processes/);
    assert.match(listening.stdout, /listen_url/);
    const direct = doctor(url);
    assert.equal(direct.status, 0, direct.stdout + direct.stderr);
  });
});
