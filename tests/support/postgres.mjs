// PostgreSQL for tests: Debian's server 15 as a cluster of its own in a temporary folder, on loopback and a free port. A test
// that restarts it or changes its settings makes one; all others share the run's (see store.mjs).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./ports.mjs";

/** Where Debian keeps the server's programs; another `postgres` on the PATH is not asked. */
const programs = process.env.GATEHOUSE_TEST_POSTGRES_PROGRAMS ?? "/usr/lib/postgresql/15/bin";

/** Runs SQL by psql and answers rows as objects, or nothing where the statement answers none. */
export function psql(url, text, { schema = "identity", timeout = 60_000 } = {}) {
  const asks = /^\s*(select|with)\b/i.test(text);
  const command = asks ? `SELECT coalesce(json_agg(answer), '[]') FROM (${text.replace(/;\s*$/, "")}) AS answer` : text;
  const { status, stdout, stderr } = spawnSync(join(programs, "psql"), ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--command", command, url], {
    encoding: "utf8",
    timeout,
    maxBuffer: 1 << 28, // a long run asks for every event at once
    env: { ...process.env, PGOPTIONS: `-c search_path=${schema} -c default_transaction_read_only=off` },
  });
  assert.equal(status, 0, `psql: ${stderr} (${text})`);
  return asks ? JSON.parse(stdout) : stdout.trim();
}

/** Makes an empty database beside the one that the URL names, and gives its URL. */
export function createDatabase(url, name) {
  psql(url, `CREATE DATABASE ${name} TEMPLATE template0`);
  return Object.assign(new URL(url), { pathname: `/${name}` }).href;
}

export class PostgresCluster {
  #made = 0;
  #owner;

  /** `settings` are lines of postgresql.conf; `folder` an existing one, on a file system of the test's choice. */
  static async start({ settings = [], folder, port } = {}) {
    const cluster = new PostgresCluster();
    cluster.port = port ?? (await freePort());
    cluster.folder = folder ?? mkdtempSync(join(tmpdir(), "gatehouse-postgres-"));
    cluster.data = join(cluster.folder, "data");
    cluster.url = `postgresql://postgres@127.0.0.1:${cluster.port}/postgres`;
    process.on("exit", () => cluster.remove());
    cluster.#chooseOwner();
    cluster.#run("initdb", ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", `--pgdata=${cluster.data}`]);
    const lines = [`port = ${cluster.port}`, "listen_addresses = '127.0.0.1'", `unix_socket_directories = '${cluster.folder}'`, "fsync = off", "max_connections = 200", "shared_buffers = '32MB'", ...settings];
    appendFileSync(join(cluster.data, "postgresql.auto.conf"), lines.map((line) => `${line}\n`).join(""));
    cluster.start();
    return cluster;
  }

  /** The server refuses to run as root; Debian's package makes the user that it may be instead. */
  #chooseOwner() {
    if (process.getuid() !== 0) return;
    const id = (option) => Number(spawnSync("id", [option, "postgres"], { encoding: "utf8" }).stdout);
    this.#owner = { uid: id("-u"), gid: id("-g") };
    assert.ok(this.#owner.uid > 0, "no user postgres: run script/bootstrap --tests");
    chownSync(this.folder, this.#owner.uid, this.#owner.gid);
  }

  #run(program, args, { mayFail = false } = {}) {
    // A server keeps what it inherits open for good, so that no pipe of ours may be among it.
    const { status, error } = spawnSync(join(programs, program), args, { stdio: "ignore", cwd: "/", timeout: 120_000, ...this.#owner });
    assert.ok(mayFail || status === 0, `${program} ended with ${status ?? error}`);
    return status;
  }

  start() {
    this.#run("pg_ctl", [`--pgdata=${this.data}`, `--log=${join(this.folder, "log")}`, "--wait", "--timeout=60", "start"]);
  }
  /** smart, fast or immediate */
  stop(mode = "fast") {
    this.#run("pg_ctl", [`--pgdata=${this.data}`, "--wait", `--mode=${mode}`, "stop"], { mayFail: true });
  }
  restart(mode = "fast") {
    this.stop(mode);
    this.start();
  }
  /** From now on only its owner comes in without a password, and everybody else by TLS and with one. */
  requirePasswords() {
    writeFileSync(join(this.data, "pg_hba.conf"), "local all all trust\nhost all postgres 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n");
    this.reload();
  }
  reload() {
    this.#run("pg_ctl", [`--pgdata=${this.data}`, "reload"]);
  }
  remove() {
    this.stop("immediate");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The schema of one moment by PostgreSQL's own programs, and back into an empty database. */
  dump(url, file) {
    this.#client("pg_dump", ["--format=custom", "--schema=identity", `--file=${file}`, url]);
  }
  load(url, file) {
    this.#client("pg_restore", ["--exit-on-error", "--single-transaction", `--dbname=${url}`, file]);
  }
  #client(program, args) {
    const { status, stderr } = spawnSync(join(programs, program), args, { encoding: "utf8", timeout: 120_000 });
    assert.equal(status, 0, `${program}: ${stderr}`);
  }

  createDatabase(name = `test${++this.#made}`) {
    return createDatabase(this.url, name);
  }
  sql(text, url = this.url) {
    return psql(url, text);
  }
}
