// Failpoints are in the builds that test and in no other; each is used; and one in the middle of every migration shows that
// a killed one leaves nothing half-done.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { points as eventPoints } from "./event_loop.mjs";
import { points as killPoints } from "./kill_loop.mjs";
import { freshStore } from "./store.mjs";
import { crashable, root, shipped } from "../support/paths.mjs";
import { PostgresCluster } from "../support/postgres.mjs";
import { Server, gatehouse } from "../support/server.mjs";

const header = readFileSync(join(root, "apps/api/src/failpoint/failpoint.hpp"), "utf8");
const names = [...header.matchAll(/^ {2}X\(\w+, "([a-z-]+)"\)/gm)].map(([, name]) => name);

test("the program that ships holds no failpoint, and the environment can't make it die", async () => {
  assert.ok(shipped, "script/build makes it");
  assert.ok(readFileSync(crashable).includes("GATEHOUSE_FAILPOINT"), "a build that tests reads the variable");
  const bytes = readFileSync(shipped);
  for (const word of ["GATEHOUSE_FAILPOINT", ...names]) assert.ok(!bytes.includes(word), `${shipped} contains ${word}`);
  const server = await new Server({ program: shipped, env: { GATEHOUSE_FAILPOINT: "before-commit:1" } }).started();
  const { status } = await server.client.post("/dev/users", { email: "a@example.com", password: "a quiet harbour at dawn" });
  await server.stop();
  assert.equal(status, 201);
});

test("every failpoint is reached by a crash test, and no test names another", () => {
  assert.ok(names.length > 5);
  assert.deepEqual([...new Set(["while-restoring", ...Object.keys(killPoints), ...Object.keys(eventPoints)])].sort(), [...names].sort());
  const wrong = gatehouse(["version"], { program: crashable, env: { GATEHOUSE_FAILPOINT: "after-lunch:1" } });
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /after-lunch/);
});

/** The schema as the database tells it. */
const shape = (store) =>
  store.name === "sqlite"
    ? store.rows("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")
    : store.rows("SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'identity' ORDER BY 1, 2").concat(store.rows("SELECT indexdef FROM pg_indexes WHERE schemaname = 'identity' ORDER BY 1"));

for (const kind of ["sqlite", "postgres"]) {
  test(`killed in the middle of any migration on ${kind}, the next start finishes it`, async (t) => {
    const cluster = kind === "postgres" ? await PostgresCluster.start() : undefined;
    t.after(() => cluster?.remove());
    const migrate = (store, env = {}) => gatehouse(["migrate", "--dev", "--data", store.data, ...store.args], { program: crashable, env });
    const whole = freshStore(kind, cluster);
    assert.equal(migrate(whole).status, 0);
    const count = readdirSync(join(root, "migrations")).filter((name) => name.endsWith(`.${kind}.sql`)).length;
    for (let number = 1; number <= count; ++number) {
      const store = freshStore(kind, cluster);
      const killed = migrate(store, { GATEHOUSE_FAILPOINT: `while-migrating:${number}` });
      assert.match(String(killed.status), /SIGKILL/, killed.stderr);
      const done = number === 1 ? 0 : Number(store.rows("SELECT count(*) AS n FROM schema_migrations")[0].n);
      assert.equal(done, number - 1, "those before are whole, and of this one there is nothing");
      const resumed = migrate(store);
      assert.equal(resumed.status, 0, resumed.stderr);
      assert.deepEqual(shape(store), shape(whole));
      assert.equal(store.damage(), undefined);
    }
  });
}

for (const kind of ["sqlite", "postgres"]) {
  test(`killed around a commit of its first start on ${kind}, the next start comes up`, { timeout: 300_000 }, async (t) => {
    const cluster = kind === "postgres" ? await PostgresCluster.start() : undefined;
    t.after(() => cluster?.remove());
    for (const armed of ["before-commit:1", "after-commit:2", "before-commit:3", "after-commit:5", "before-commit:8", "after-commit:11"]) {
      const store = freshStore(kind, cluster);
      const serve = (env) => new Server({ data: store.data, args: store.args, env, program: crashable });
      assert.equal(await serve({ GATEHOUSE_FAILPOINT: armed }).ended(), "SIGKILL");
      const server = await serve({}).started();
      const made = await server.client.post("/dev/users", { email: "a@example.com", password: "a quiet harbour at dawn" });
      const ready = await server.client.get("/readyz");
      await server.kill();
      assert.deepEqual([made.status, ready.status], [201, 200], armed);
    }
  });
}
