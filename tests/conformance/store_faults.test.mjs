// The database's bad days (R5): away, restarted, read-only, full, out of connections, in conflict, cut in the middle of a
// commit. A call answers 503 with Retry-After within its deadline, nothing is half written, and the service is well again
// by itself once the database is.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { freshEmail, goodPassword, person, signIn, tally, times } from "../support/people.mjs";
import { PostgresCluster, psql } from "../support/postgres.mjs";
import { FaultyLine, through } from "../support/proxy.mjs";
import { startServer, temporaryFolder } from "../support/server.mjs";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const limits = "[throttle]\nnetwork_failures = 100000\nsign_ups_per_network = 100000\n";
/** What a call may take where the database is silent: a connection, and a statement with the client's second of grace. */
const deadline = 12_000;

const signUp = (server, email = freshEmail()) => server.client.post("/v1/sign-up", { email, password: goodPassword() });

function isUnavailable(answer) {
  assert.equal(answer.status, 503, answer.text);
  assert.match(answer.body.code, /dependency_unavailable|overloaded/);
  assert.ok(Number(answer.headers["retry-after"]) >= 1, "Retry-After");
  assert.ok(answer.ms < deadline, `answered within the deadline: ${Math.round(answer.ms)} ms`);
}

/** It works again by itself: sign-up with its mail, sign-in, session, readiness. */
async function isWell(server) {
  for (let i = 0; (await server.client.get("/readyz")).body.status !== "ready"; ++i) {
    assert.ok(i < 400, (await server.client.get("/readyz")).text);
    await pause(25);
  }
  const email = freshEmail();
  assert.equal((await signUp(server, email)).status, 202);
  assert.ok(await server.mailbox.token(email, "verify_email"));
  const who = await person(server);
  assert.equal((await signIn(server, who)).status, 200);
  assert.equal((await who.client.get("/v1/session")).status, 200);
}

describe("PostgreSQL", () => {
  let cluster, url, line, server;
  const ask = (text) => psql(url, text);
  const rows = (table) => ask(`SELECT count(*) AS n FROM ${table}`)[0].n;

  before(async () => {
    cluster = await PostgresCluster.start();
    line = await FaultyLine.to(cluster.port);
    url = cluster.createDatabase();
    server = await startServer({ data: temporaryFolder(), config: limits, args: ["--database", through(url, line.port)], env: { GATEHOUSE_DATABASE__POOL_SIZE: "4" } });
  });
  after(async () => {
    line?.mend();
    await server?.stop();
    line?.close();
    cluster?.remove();
  });

  for (const mode of ["fast", "immediate"])
    test(`stopped (${mode}) and started under load: 503, then well`, async () => {
      const who = await person(server);
      let running = true;
      const seen = [];
      const load = times(6, async (i) => {
        while (running) seen.push(await (i % 2 ? who.client.get("/v1/session") : signUp(server)));
      });
      await pause(300);
      cluster.stop(mode);
      const stopped = performance.now();
      await pause(1200);
      // More than a second after the last proof that nothing was revoked, nobody is let in from memory.
      isUnavailable(await who.client.get("/v1/session"));
      isUnavailable(await signUp(server));
      assert.equal((await server.client.get("/readyz")).status, 503);
      assert.equal((await server.client.get("/healthz")).status, 200);
      cluster.start();
      await isWell(server);
      running = false;
      await load;
      assert.ok(performance.now() - stopped > 1200);
      for (const answer of seen) if (answer.status >= 400) isUnavailable(answer);
      assert.ok(seen.some(({ status }) => status === 503), JSON.stringify(tally(seen)));
    });

  test("silent, nothing closed: 503 within the deadline, then well", async () => {
    const who = await person(server);
    assert.equal((await who.client.get("/v1/session")).status, 200);
    line.swallow();
    try {
      const answers = await Promise.all([...(await times(8, () => signUp(server))), await who.client.get("/v1/session")]);
      answers.forEach(isUnavailable);
    } finally {
      line.mend();
    }
    await isWell(server);
  });

  test("cut in the middle of a commit: what was committed is answered as done, once", async () => {
    for (let i = 0; i < 5; ++i) {
      const email = freshEmail();
      line.cutAfter("COMMIT");
      const answer = await signUp(server, email);
      assert.equal(answer.status, 202, answer.text);
      assert.ok(line.sprung);
      const [{ n }] = ask(`SELECT count(*) AS n FROM pending_sign_ups WHERE email_canonical = '${email}'`);
      assert.equal(n, 1);
      assert.equal((await server.mailbox.of(email)).length, 1, "one mail");
    }
  });

  test("every connection taken by calls that wait for a lock: 503 at once for the rest, then well", async () => {
    const who = await person(server);
    const holder = spawn(join("/usr/lib/postgresql/15/bin", "psql"), ["--no-psqlrc", "--quiet", url], { stdio: ["pipe", "pipe", "inherit"] });
    try {
      holder.stdin.write("BEGIN; LOCK TABLE identity.users IN ACCESS EXCLUSIVE MODE; SELECT 'held';\n");
      await new Promise((resolve) => holder.stdout.on("data", (chunk) => String(chunk).includes("held") && resolve()));
      const before = rows("login_attempts");
      const answers = await times(16, () => signIn(server, who));
      answers.forEach(isUnavailable);
      assert.ok(rows("login_attempts") >= before);
    } finally {
      holder.kill();
    }
    await isWell(server);
  });

  test("read-only: reads answer, writes are 503, nothing is written, then well", async () => {
    const who = await person(server);
    const counts = () => ["pending_sign_ups", "users", "auth_audit_log", "outbox_events", "mail_messages"].map(rows);
    await pause(500);
    cluster.sql("ALTER SYSTEM SET default_transaction_read_only = on");
    cluster.reload();
    await pause(300);
    try {
      const before = counts();
      assert.equal((await who.client.get("/v1/session")).status, 200);
      isUnavailable(await signUp(server));
      isUnavailable(await signIn(server, who));
      isUnavailable(await who.client.post("/v1/me/password", { current_password: who.password, new_password: goodPassword() }));
      assert.deepEqual(counts(), before);
    } finally {
      cluster.sql("ALTER SYSTEM RESET default_transaction_read_only");
      cluster.reload();
    }
    await isWell(server);
  });

  describe("conflicts", () => {
    /** Makes every insert into a table fail with an error code for as long as `times` says; sequences don't roll back. */
    function failing(table, code, howOften) {
      ask(
        `CREATE SEQUENCE public.failures; CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('public.failures') <= ${howOften} THEN ` +
          `RAISE EXCEPTION 'in conflict' USING ERRCODE = '${code}'; END IF; RETURN NEW; END $$; CREATE TRIGGER failing BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION public.fail()`,
      );
      return () => {
        ask(`DROP TRIGGER failing ON ${table}; DROP FUNCTION public.fail`);
        const [{ n }] = ask("SELECT last_value AS n FROM public.failures");
        ask("DROP SEQUENCE public.failures");
        return n;
      };
    }

    for (const [name, code] of [["serialization failures", "40001"], ["deadlocks", "40P01"]])
      test(`${name} are tried again, unseen by the caller`, async () => {
        const who = await person(server);
        const mend = failing("sessions", code, 3);
        let tried;
        try {
          assert.equal((await signIn(server, who)).status, 200);
        } finally {
          tried = mend();
        }
        assert.equal(tried, 4, "three times more");
      });

    test("that don't end are 503, with nothing half written", async () => {
      const who = await person(server);
      const attempts = () => ask(`SELECT (SELECT count(*) FROM sessions WHERE user_id = '${who.id}') AS sessions, (SELECT count(*) FROM outbox_events WHERE topic = 'identity.user.signed_in') AS events`)[0];
      const before = attempts();
      const mend = failing("sessions", "40001", 1000);
      try {
        isUnavailable(await signIn(server, who));
      } finally {
        mend();
      }
      assert.deepEqual(attempts(), before);
      await isWell(server);
    });
  });
});

/** A small file system of the test's own, where this user may mount one. */
class SmallDisk {
  constructor(size) {
    this.folder = temporaryFolder("gatehouse-disk-");
    this.mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=0777`, "tmpfs", this.folder]).status === 0;
    process.on("exit", () => this.unmount());
  }
  fill() {
    assert.notEqual(spawnSync("dd", ["if=/dev/zero", `of=${join(this.folder, "filler")}`, "bs=4k"], { stdio: "ignore" }).status, 0, "it is full");
  }
  free() {
    rmSync(join(this.folder, "filler"), { force: true });
  }
  unmount() {
    if (this.mounted) spawnSync("umount", ["--lazy", this.folder]);
    this.mounted = false;
  }
}
const mayMount = (() => {
  const disk = new SmallDisk("1m");
  const { mounted } = disk;
  disk.unmount();
  return mounted;
})();

describe("a full disk", { skip: !mayMount && "this user may not mount a small file system" }, () => {
  /** Writes until one is refused, which must be as it should; then makes room. */
  async function fillsAndMends(server, disk, count) {
    const who = await person(server);
    disk.fill();
    let refused;
    for (let i = 0; i < 400 && !refused; ++i) {
      const answer = await signUp(server);
      if (answer.status !== 202) refused = answer;
    }
    assert.ok(refused, "it never got full");
    isUnavailable(refused);
    assert.equal((await who.client.get("/v1/session")).status, 200, "reads go on");
    const pending = count("pending_sign_ups");
    const mails = count("mail_messages");
    for (const answer of await times(4, () => signUp(server))) isUnavailable(answer);
    assert.deepEqual([count("pending_sign_ups"), count("mail_messages")], [pending, mails], "nothing is half written");
    disk.free();
    await isWell(server);
  }

  test("under SQLite: writes are 503, reads go on, and it is well once there is room", async () => {
    const disk = new SmallDisk("24m");
    const data = join(disk.folder, "data");
    mkdirSync(data, { mode: 0o700 });
    const server = await startServer({ data, config: limits, args: ["--database", `sqlite:${join(data, "gatehouse.db")}`] });
    try {
      await fillsAndMends(server, disk, (table) => {
        const { stdout } = spawnSync("sqlite3", ["-readonly", join(data, "gatehouse.db"), `SELECT count(*) FROM ${table}`], { encoding: "utf8" });
        return Number(stdout);
      });
    } finally {
      disk.free();
      await server.stop();
      disk.unmount();
    }
  });

  test("under PostgreSQL: writes are 503, reads go on, and it is well once there is room", async () => {
    const disk = new SmallDisk("64m");
    const cluster = await PostgresCluster.start();
    try {
      const folder = join(disk.folder, "tablespace");
      mkdirSync(folder);
      spawnSync("chown", ["postgres:", folder]);
      cluster.sql(`CREATE TABLESPACE small LOCATION '${folder}'`);
      cluster.sql("CREATE DATABASE full_one TEMPLATE template0 TABLESPACE small");
      const url = Object.assign(new URL(cluster.url), { pathname: "/full_one" }).href;
      const server = await startServer({ data: temporaryFolder(), config: limits, args: ["--database", url] });
      try {
        await fillsAndMends(server, disk, (table) => psql(url, `SELECT count(*) AS n FROM ${table}`)[0].n);
      } finally {
        disk.free();
        await server.stop();
      }
    } finally {
      cluster.remove();
      disk.unmount();
    }
  });
});
