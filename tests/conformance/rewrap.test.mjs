// `gatehouse keys rewrap`: everything sealed moves to the newest keys beside a running server that goes on writing, a run that
// was killed is taken up by the next, and a wrong or a new key-encryption key is told at once.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "../support/database.mjs";
import { binary } from "../support/paths.mjs";
import { freshEmail, goodPassword, person, personWithTotp, signUp, times } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";
import * as store from "../support/store.mjs";

const rewrap = (data, ...more) => {
  const { status, stdout, stderr } = gatehouse(["keys", "rewrap", "--dev", "--data", data, "--json", ...more]);
  return { status, stderr, ...(status === 0 && JSON.parse(stdout)) };
};
const sum = (report, what) => Object.values(report.values).reduce((total, kind) => total + kind[what], 0);

/** Ids of the data keys that are not their purpose's newest, as values carry them; the installation's is never replaced. */
const oldKeys = (data) => sql(data, "SELECT id, active FROM data_keys WHERE purpose <> 'installation'").filter(({ active }) => !active).map(({ id }) => id.replaceAll("-", ""));

/** How many sealed values are under one of those keys: bytes 2 to 17 name it. */
function underOldKeys(data) {
  const old = new Set(oldKeys(data));
  const hex = (column) => (store.onPostgres ? `encode(${column}, 'hex')` : `lower(hex(${column}))`);
  const columns = [["user_mfa_secrets", "sealed_secret"], ["mail_messages", "body_text"], ["mail_messages", "body_html"], ["audit_personal", "value"], ["outbox_events", "data"], ["signing_keys", "sealed_private_key"]];
  const ids = columns.flatMap(([table, column]) => sql(data, `SELECT substr(${hex(column)}, 3, 32) AS id FROM ${table} WHERE ${column} IS NOT NULL`));
  assert.ok(ids.length > 0);
  return ids.filter(({ id }) => old.has(id)).length;
}

/** People who sign up, read their mail and use their second factor, until told to stop; any failure is the test's. */
function traffic(server) {
  let over = false;
  let rounds = 0;
  const go = async () => {
    while (!over) {
      await signUp(server, { email: freshEmail("busy") });
      const { client } = await person(server);
      assert.equal((await client.post("/v1/token")).status, 200);
      const enrolling = await client.post("/v1/me/mfa/totp");
      assert.ok([200, 403].includes(enrolling.status), enrolling.text);
      ++rounds;
    }
  };
  const all = times(3, go);
  return { stop: async () => ((over = true), await all, rounds), rounds: () => rounds };
}

/** A run that has made its new data keys. One that is refused, as beside a killed one that the database still ends, is begun again. */
async function rewrapUnderWay(data) {
  const before = oldKeys(data).length;
  for (let tries = 1; ; ++tries) {
    const run = spawn(binary, ["keys", "rewrap", "--dev", "--data", data, "--new-data-keys", ...store.databaseArguments(["--dev", "--data", data])], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    run.stderr.on("data", (chunk) => (said += chunk));
    let over = false;
    const ended = new Promise((resolve) => run.on("close", (status, signal) => ((over = true), resolve(signal ?? status))));
    while (!over && oldKeys(data).length === before) await new Promise((resolve) => setTimeout(resolve, 20));
    if (oldKeys(data).length !== before) return { run, ended };
    assert.ok(tries < 20, `it ends each time: ${said}`);
  }
}

test("everything moves to new data keys beside a server under load, a killed run is resumed, and a third finds nothing to do", { timeout: 240_000 }, async () => {
  const data = temporaryFolder("gatehouse-rewrap-");
  const server = await startServer({ data, config: "[throttle]\nenabled = false\n" });
  const early = await personWithTotp(server);
  const mails = (await server.client.get("/dev/mailbox")).body.items.length;
  const load = traffic(server);
  try {
    for (let round = 0; round < 3; ++round) {
      // Killed at some moment between the first value and the last.
      const { run, ended } = await rewrapUnderWay(data);
      await new Promise((resolve) => setTimeout(resolve, 2500 + 150 * round));
      run.kill("SIGKILL");
      await ended;
    }
    assert.ok(oldKeys(data).length >= 3, "each run made new data keys");
    const resumed = rewrap(data);
    assert.equal(resumed.status, 0, resumed.stderr);
    assert.equal(resumed.data_keys_made, 0);
    assert.equal(sum(resumed, "unreadable"), 0);
    assert.equal(underOldKeys(data), 0, "nothing is left under an older key, what was written meanwhile included");
  } finally {
    assert.ok((await load.stop()) > 0, "people were busy meanwhile");
  }
  const last = rewrap(data);
  assert.deepEqual([last.status, last.wrapped_anew, last.data_keys_made, sum(last, "moved")], [0, 0, 0, 0], "idempotent");
  assert.ok(last.values.totp_secrets.present >= 1 && last.values.mail_texts.present > mails && last.values.audit_personal.present > 10);

  const again = await early.client.post("/v1/reauthenticate", { password: early.password, method: "totp", code: await early.code() });
  assert.equal(again.status, 200, again.text);
  assert.ok((await server.client.get("/dev/mailbox")).body.items.every(({ text }) => text.length > 0), "mails can be read");
  const verified = gatehouse(["audit", "verify", "--dev", "--data", data]);
  assert.equal(verified.status, 0, verified.stderr);
  assert.ok(sql(data, "SELECT details FROM auth_audit_log WHERE action = 'key.rewrapped'").some(({ details }) => Number.isInteger(JSON.parse(details).audit_personal)), "the audit log has the counts");
  await server.stop();

  const after = await startServer({ data });
  const later = await after.client.as(early.token).get("/v1/session");
  assert.ok([200, 401].includes(later.status), later.text);
  await after.stop();
});

const newKeyFile = (name = "kek") => {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  return file;
};
const refused = ({ status, stderr }, pattern) => {
  assert.equal(status, 1, stderr);
  assert.equal(stderr.trim().split("\n").length, 1, stderr);
  assert.match(stderr, pattern);
};

test("a wrong key-encryption key is refused at once, and a new one is taken up beside a server that has the old", { timeout: 120_000 }, async () => {
  const data = temporaryFolder("gatehouse-kek-");
  const server = await startServer({ data });
  const someone = await personWithTotp(server);
  try {
    const kek = join(data, "kek");
    const old = join(temporaryFolder(), "old");
    copyFileSync(kek, old);
    chmodSync(old, 0o600);
    writeFileSync(kek, readFileSync(newKeyFile()), { mode: 0o600 });
    refused(gatehouse(["keys", "list", "--dev", "--data", data]), /not the key the database was encrypted under.*--old-key-file/);
    refused(rewrap(data, "--old-key-file", newKeyFile()), /encrypted under neither/);
    chmodSync(old, 0o644);
    refused(rewrap(data, "--old-key-file", old), /open to others: chmod 600/);
    chmodSync(old, 0o600);
    const moved = rewrap(data, "--old-key-file", old);
    assert.equal(moved.status, 0, moved.stderr);
    assert.ok(moved.wrapped_anew >= 5);
    assert.equal(rewrap(data, "--old-key-file", old).wrapped_anew, 0);
    assert.equal((await someone.client.post("/v1/reauthenticate", { password: someone.password, method: "totp", code: await someone.code() })).status, 200, "the running server goes on");
    assert.equal((await server.client.post("/v1/sign-up", { email: freshEmail(), password: goodPassword() })).status, 202);
  } finally {
    await server.stop();
  }
  const next = await startServer({ data });
  try {
    const made = await person(next);
    assert.equal((await made.client.post("/v1/token")).status, 200, "the signing key opens under the new one");
  } finally {
    await next.stop();
  }
  copyFileSync(newKeyFile(), join(data, "kek"));
  chmodSync(join(data, "kek"), 0o600);
  refused(gatehouse(["serve", "--dev", "--data", data, "--listen", "localhost:0"], { timeout: 20_000 }), /not the key the database was encrypted under/);
});

test("a key-encryption key that can't be read is one line with the mend", () => {
  const data = temporaryFolder("gatehouse-kek-");
  assert.equal(gatehouse(["keys", "list", "--dev", "--data", data]).status, 0);
  const kek = join(data, "kek");
  const good = readFileSync(kek);
  writeFileSync(kek, "nonsense\n");
  refused(gatehouse(["keys", "list", "--dev", "--data", data]), /kek is not 32 bytes in base64, as `openssl rand -base64 32` prints/);
  writeFileSync(kek, good);
  chmodSync(kek, 0o640);
  refused(gatehouse(["keys", "list", "--dev", "--data", data]), /kek is open to others: chmod 600 it/);
});

test("data keys lie in locked memory", async () => {
  const server = await startServer();
  try {
    // AddressSanitizer makes mlock() do nothing.
    const sanitized = readFileSync(`/proc/${server.pid}/maps`, "utf8").includes("libasan");
    const locked = Number(/^VmLck:\s+(\d+) kB/m.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))[1]);
    assert.ok(sanitized ? locked === 0 : locked > 0, `${locked} kB are locked`);
  } finally {
    await server.stop();
  }
});
