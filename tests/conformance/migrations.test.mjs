// Migrations: applied once however many start together, resumed after a kill in the middle, refused where they were changed
// or are newer than the binary. On both stores.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { binary } from "../support/paths.mjs";
import { PostgresCluster, psql } from "../support/postgres.mjs";
import { Server, gatehouse, gatehouseBeside, temporaryFolder } from "../support/server.mjs";

let cluster;
before(async () => (cluster = await PostgresCluster.start()));
after(() => cluster.remove());

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const succeeded = (done) => assert.equal(done.status, 0, `${done.stdout}${done.stderr}`) ?? done.stdout;

/** An empty database: what the command line is told, and how to look into it. */
function database(store) {
  const data = temporaryFolder();
  const file = join(data, "gatehouse.db");
  const url = store === "postgres" ? cluster.createDatabase() : `sqlite:${file}`;
  const where = ["--dev", "--data", data, "--database", url];
  const sqlite = (text) => {
    const { status, stdout, stderr } = spawnSync("sqlite3", ["-json", "-cmd", ".timeout 5000", file, text], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout.trim() ? JSON.parse(stdout) : [];
  };
  return { data, url, where, sql: (text) => (store === "postgres" ? psql(url, text) : sqlite(text)) };
}

/** Every table, column and index by name, to compare two databases. */
const shape = (store, { sql }) =>
  store === "postgres"
    ? sql("SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_schema = 'identity' ORDER BY 1, 2").concat(sql("SELECT indexdef FROM pg_indexes WHERE schemaname = 'identity' ORDER BY 1"))
    : sql("SELECT type, name, sql FROM sqlite_master ORDER BY type, name");
const ledger = ({ sql }) => sql("SELECT number, name, checksum FROM schema_migrations ORDER BY number");

for (const store of ["sqlite", "postgres"])
  describe(`on ${store}`, () => {
    let whole;
    before(() => {
      whole = database(store);
      succeeded(gatehouse(["migrate", ...whole.where]));
    });

    test("--check says what is pending with status 1, and nothing with 0; migrating again changes nothing", () => {
      const empty = database(store);
      const pending = gatehouse(["migrate", "--check", ...empty.where]);
      assert.equal(pending.status, 1, pending.stderr);
      assert.match(pending.stdout, /^pending 0001_identity$/m);
      assert.match(pending.stdout, /^schema 0$/m);
      const applied = succeeded(gatehouse(["migrate", ...empty.where]));
      assert.match(applied, /^applied 0001_identity$/m);
      const checked = succeeded(gatehouse(["migrate", "--check", ...empty.where]));
      assert.doesNotMatch(checked, /pending/);
      const before = ledger(empty);
      assert.doesNotMatch(succeeded(gatehouse(["migrate", ...empty.where])), /applied/);
      assert.deepEqual(ledger(empty), before);
      assert.deepEqual(before.map(({ number }) => number), before.map((_, index) => index + 1));
    });

    test("four starters at once migrate once", async () => {
      const shared = database(store);
      const done = await Promise.all([1, 2, 3, 4].map(() => gatehouseBeside(["migrate", ...shared.where])));
      done.forEach(succeeded);
      const applied = done.flatMap(({ stdout }) => stdout.match(/^applied .*$/gm) ?? []).sort();
      assert.deepEqual(applied, ledger(shared).map(({ name }) => `applied ${name}`), "each once, by one of them");
      assert.deepEqual(shape(store, shared), shape(store, whole));
    });

    test("killed at any moment, the next start finishes it", async () => {
      const killed = database(store);
      // Longer each time, until one gets through; every run goes on where the last was ended.
      for (let ms = 15; ; ms = Math.ceil(ms * 1.3)) {
        const child = spawn(binary, ["migrate", ...killed.where], { stdio: "ignore" });
        const ended = new Promise((resolve) => child.on("close", (status) => resolve(status)));
        const timer = setTimeout(() => child.kill("SIGKILL"), ms);
        const status = await ended;
        clearTimeout(timer);
        if (status === 0) break;
        assert.ok(ms < 60_000, "it never gets through");
      }
      assert.deepEqual(ledger(killed), ledger(whole));
      assert.deepEqual(shape(store, killed), shape(store, whole));
    });

    test("a migration that was changed after it was applied is refused", async () => {
      const changed = database(store);
      succeeded(gatehouse(["migrate", ...changed.where]));
      changed.sql("UPDATE schema_migrations SET checksum = '00' || substr(checksum, 3) WHERE number = 2");
      for (const words of [["migrate"], ["migrate", "--check"], ["serve", "--listen", "localhost:0"]]) {
        const refused = gatehouse([...words, ...changed.where], { timeout: 20_000 });
        assert.equal(refused.status, 1, refused.stdout);
        assert.match(refused.stderr, /0002_ledgers was changed after it was applied/);
      }
    });

    test("a schema newer than the binary is refused, unless it says that this binary can serve it", async () => {
      const newer = database(store);
      succeeded(gatehouse(["migrate", ...newer.where]));
      const newest = ledger(newer).at(-1).number;
      newer.sql(`INSERT INTO schema_migrations (number, oldest_server, name, checksum, applied_at) SELECT ${newest + 1}, ${newest}, 'later', checksum, applied_at FROM schema_migrations WHERE number = 1`);
      const server = await new Server({ data: newer.data, args: ["--database", newer.url] }).started();
      assert.equal((await server.client.get("/readyz")).status, 200, "an expanded schema is served");
      await server.stop();
      newer.sql(`UPDATE schema_migrations SET oldest_server = ${newest + 1} WHERE number = ${newest + 1}`);
      for (const words of [["migrate"], ["migrate", "--check"], ["serve", "--listen", "localhost:0"]]) {
        const refused = gatehouse([...words, ...newer.where], { timeout: 20_000 });
        assert.equal(refused.status, 1, refused.stdout);
        assert.match(refused.stderr, /newer than this binary can serve/);
      }
    });

    test("with database.migrate = false a start refuses and says what to run", () => {
      const kept = database(store);
      const refused = gatehouse(["serve", "--listen", "localhost:0", ...kept.where], { env: { GATEHOUSE_DATABASE__MIGRATE: "false" }, timeout: 20_000 });
      assert.equal(refused.status, 1, refused.stdout);
      assert.match(refused.stderr, /run gatehouse migrate/);
    });
  });

describe("on postgres alone", () => {
  test("two replicas that start together on an empty database both serve, on one set of keys", async () => {
    const { data, url, sql } = database("postgres");
    const servers = await Promise.all([1, 2].map(() => new Server({ data, args: ["--database", url] }).started()));
    try {
      const keys = await Promise.all(servers.map(async ({ client }) => (await client.get("/.well-known/jwks.json")).body.keys.map(({ kid }) => kid)));
      assert.deepEqual(keys[0], keys[1]);
      assert.equal(sql("SELECT count(*) AS n FROM signing_keys WHERE state = 'active' AND purpose = 'access_token'")[0].n, 1);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  });

  test("killed in the middle of a migration, nothing of it is left, and the next start finishes it", async () => {
    const held = database("postgres");
    // The server stands still inside the second migration, at a table that it has just made.
    held.sql(
      "CREATE FUNCTION public.hold() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN " +
        "IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'identity.outbox_events') THEN PERFORM pg_sleep(600); END IF; END $$; " +
        "CREATE EVENT TRIGGER hold ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.hold()",
    );
    const child = spawn(binary, ["migrate", ...held.where], { stdio: "ignore" });
    const ended = new Promise((resolve) => child.on("close", resolve));
    const sleeping = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    for (let i = 0; held.sql(sleeping).length === 0; ++i) {
      assert.ok(i < 500, "it never came to the second migration");
      await pause(20);
    }
    const waiting = gatehouseBeside(["migrate", ...held.where]);
    child.kill("SIGKILL");
    await ended;
    held.sql("DROP EVENT TRIGGER hold");
    // The server finds out by itself that nobody is left, and gives the lock to the next.
    const done = succeeded(await waiting);
    assert.doesNotMatch(done, /0001_identity/);
    assert.match(done, /applied 0002_ledgers/);
    const other = database("postgres");
    succeeded(gatehouse(["migrate", ...other.where]));
    assert.deepEqual(shape("postgres", held), shape("postgres", other));
  });
});
