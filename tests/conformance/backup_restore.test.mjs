// Backup, restore and fence (decision 18): a copy taken under load comes up on an empty host with its people, keys and whole
// audit log, and nothing that was spent, ended or proved since the backup is good again. On both stores.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { databaseFile } from "../support/database.mjs";
import { freshEmail, goodPassword, person, personWithTotp, serverTime, signIn, signUp } from "../support/people.mjs";
import { PostgresCluster } from "../support/postgres.mjs";
import { gatehouse, gatehouseBeside, startServer, temporaryFolder } from "../support/server.mjs";
import { totp } from "../support/totp.mjs";

let cluster;
before(async () => (cluster = await PostgresCluster.start()));
after(() => cluster.remove());

/** An installation: its folder, its database, and what stays with it when it moves: key-encryption key and anchor file. */
function installation(store, { keepFrom } = {}) {
  const data = join(temporaryFolder(), "data");
  mkdirSync(data, { mode: 0o700 });
  if (keepFrom) copyFileSync(join(keepFrom.data, "kek"), join(data, "kek"));
  const anchors = keepFrom?.anchors ?? join(temporaryFolder(), "anchors");
  const database = store === "postgres" ? cluster.createDatabase() : `sqlite:${databaseFile(data)}`;
  const env = { GATEHOUSE_AUDIT__ANCHOR_FILE: anchors, GATEHOUSE_THROTTLE__NETWORK_FAILURES: "100000", GATEHOUSE_THROTTLE__SIGN_UPS_PER_NETWORK: "100000" };
  const where = ["--dev", "--data", data, "--database", database];
  return {
    data,
    anchors,
    database,
    start: () => startServer({ data, args: ["--database", database], env }),
    run: (...words) => gatehouse([...words, ...where], { env }),
    runBeside: (...words) => gatehouseBeside([...words, ...where], { env }),
    serveRefused: () => gatehouse(["serve", "--listen", "localhost:0", ...where], { env, timeout: 15_000 }),
  };
}

function succeeded(done) {
  assert.equal(done.status, 0, `${done.stdout}${done.stderr}`);
  return done.stdout;
}
function refused(done, pattern) {
  assert.equal(done.status, 1, `${done.status} ${done.stdout} ${done.stderr}`);
  const said = done.stderr.trim().split("\n").filter((line) => !line.startsWith("{"));
  assert.match(said[0], pattern);
  return said;
}
/** The file with its WAL, as a snapshot of the disk would have them. */
function copyDatabase(from, to) {
  for (const suffix of ["", "-wal", "-shm"]) {
    rmSync(to + suffix, { force: true });
    if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
  }
}
const keyIds = async (server) => (await server.client.get("/.well-known/jwks.json")).body.keys.map(({ kid }) => kid).sort();
const resetToken = async (server, who) => {
  assert.equal((await server.client.post("/v1/password/forgot", { email: who.email })).status, 202);
  return await server.mailbox.token(who.email, "reset_password");
};

for (const store of ["sqlite", "postgres"])
  describe(`on ${store}`, () => {
    const old = installation.bind(null, store);
    let first, backup, kids, who, other, spent, sessions, factor, code;

    test("a backup is taken under load, says what else to keep, and overwrites nothing", async () => {
      first = old();
      const server = await first.start();
      who = await person(server);
      other = await person(server);
      factor = await personWithTotp(server);
      spent = await resetToken(server, who);
      sessions = [who.token, other.token];
      kids = await keyIds(server);
      backup = join(temporaryFolder(), "backup");

      let busy = true;
      const load = Promise.all([1, 2, 3, 4].map(async () => {
        let done = 0;
        while (busy) {
          await signUp(server);
          ++done;
        }
        return done;
      }));
      const done = await first.runBeside("backup", backup);
      busy = false;
      const made = (await load).reduce((sum, each) => sum + each, 0);
      assert.ok(made > 0, "people signed up meanwhile");
      const said = succeeded(done);
      assert.match(said, /bytes/);
      assert.match(said, /kek.*without it/);
      assert.match(said, /anchor_file/);
      assert.equal(statSync(backup).mode & 0o777, 0o600);
      refused(first.run("backup", backup), /exists already/);
      const secret = readFileSync(join(first.data, "kek"));
      assert.ok(!readFileSync(backup).includes(secret), "the key-encryption key is in no backup");

      // What happens after the backup, and must not come back.
      assert.equal((await server.client.post("/v1/password/reset", { token: spent, password: goodPassword() })).status, 204);
      assert.equal((await other.client.delete("/v1/session")).status, 204);
      const challenge = (await signIn(server, factor)).body.challenge;
      code = totp(factor.secret, await serverTime(server));
      assert.equal((await server.client.post(`/v1/mfa/challenges/${challenge.id}/verify`, { method: "totp", code })).status, 200);
      await server.stop();
      assert.ok(existsSync(first.anchors), "the stop left a checkpoint outside");
    });

    test("restored on an empty host it serves the same people with the same keys, and nothing spent is good", async () => {
      const second = old({ keepFrom: first });
      const said = succeeded(second.run("restore", backup));
      assert.match(said, /fenced: \d+ sessions ended, [1-9]\d* mailed tokens/);
      assert.match(said, /new segment begins after row \d+; the anchor file knew row \d+, so rows were lost/);

      const server = await second.start();
      try {
        assert.deepEqual(await keyIds(server), kids);
        for (const token of sessions) assert.equal((await server.client.as(token).get("/v1/session")).status, 401);
        assert.notEqual((await server.client.post("/v1/password/reset", { token: spent, password: goodPassword() })).status, 204, "a token that was spent since");
        const back = await signIn(server, who);
        assert.equal(back.status, 200, `the password of the backup: ${back.text}`);
        const challenge = (await signIn(server, factor)).body.challenge;
        const again = await server.client.post(`/v1/mfa/challenges/${challenge.id}/verify`, { method: "totp", code });
        assert.equal(again.status, 401, "a code that was used since");
        // Feeds go on after whatever was given out before, so that nobody who follows one misses what ended.
        const service = succeeded(second.run("service", "create", "follower", "--permission", "identity.revocations.read", "--permission", "identity.events.read")).match(/gthk_[A-Za-z0-9_-]+/)[0];
        const endings = (await server.client.as(service).get("/v1/revocations")).body.items;
        assert.ok(endings.some(({ session_id }) => session_id === who.session.id), "the fence's endings are in the feed");
        await signUp(server);
        const events = (await server.client.as(service).get("/v1/events", { query: { after: "1000000000" } })).body.items;
        assert.ok(events.length > 0, "events go on beyond any cursor of before");
      } finally {
        await server.stop();
      }
      const verified = succeeded(second.run("audit", "verify", "--anchor", second.anchors));
      assert.match(verified, /^whole: /m);
      assert.match(verified, /given up by `gatehouse fence`/);
    });

    test("no server starts on a backup that was not fenced, or with another key-encryption key", async () => {
      const other = old();
      const said = refused(other.run("restore", backup), /its key .* is gone/);
      assert.match(said.at(-1), /gatehouse fence/);
      copyFileSync(join(first.data, "kek"), join(other.data, "kek"));
      refused(other.serveRefused(), /from a backup: run gatehouse fence/);
      succeeded(other.run("fence"));
      await (await other.start()).stop();
    });

    test("no server starts on a database older than its checkpoint, until it is fenced", async () => {
      const set = old();
      await (await set.start()).stop();
      const early = join(temporaryFolder(), "early");
      if (store === "sqlite") copyDatabase(databaseFile(set.data), early);
      else cluster.dump(set.database, early);
      const server = await set.start();
      await signUp(server, { email: freshEmail() });
      await server.stop();
      // Set back by other means than `gatehouse restore`: a snapshot of the disk, an old replica.
      if (store === "sqlite") copyDatabase(early, databaseFile(set.data));
      else {
        cluster.sql("DROP SCHEMA identity CASCADE", set.database);
        cluster.load(set.database, early);
      }
      refused(set.serveRefused(), /database older than its checkpoint.*run gatehouse fence/);
      const fenced = succeeded(set.run("fence"));
      assert.match(fenced, /so rows were lost/);
      await (await set.start()).stop();
      assert.match(succeeded(set.run("audit", "verify", "--anchor", set.anchors)), /^whole: /m);
    });

    test("what is no backup is refused and leaves everything as it was", () => {
      const target = old({ keepFrom: first });
      const noise = join(temporaryFolder(), "noise");
      writeFileSync(noise, "x".repeat(8192));
      refused(target.run("restore", noise), /noise|pg_restore failed/);
      refused(target.run("restore", join(temporaryFolder(), "none")), /there is no backup/);
      if (store === "postgres") {
        writeFileSync(`${backup}.sql`, "somebody's own");
        refused(target.run("restore", backup), /\.sql exists already/);
        assert.equal(readFileSync(`${backup}.sql`, "utf8"), "somebody's own");
        rmSync(`${backup}.sql`);
      }
      succeeded(target.run("restore", backup));
      if (store === "postgres") refused(target.run("restore", backup), /holds Gatehouse's schema already/);
    });
  });

test("a server's last checkpoint covers what it committed right before it stopped", async () => {
  const set = installation("postgres");
  for (let round = 0; round < 3; round++) {
    const server = await set.start();
    await Promise.all([1, 2, 3, 4].map(() => signIn(server, { email: freshEmail(), password: goodPassword() })));
    await server.stop();
    const newest = readFileSync(set.anchors, "utf8").trim().split("\n").at(-1);
    const { sequence } = JSON.parse(Buffer.from(newest.split(".")[1], "base64url"));
    const [rows] = cluster.sql("SELECT count(*)::int AS all, max(sequence)::int AS last FROM auth_audit_log", set.database);
    assert.deepEqual(rows, { all: sequence, last: sequence });
  }
});

test("a database in memory has no backup", () => {
  refused(gatehouse(["backup", join(temporaryFolder(), "backup"), "--dev", "--data", ":memory:"]), /in memory/);
});
