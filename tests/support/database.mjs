// What is in the database of a data folder, seen from outside by the programs sqlite3 and psql.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { onPostgres, postgresRows } from "./store.mjs";

export const databaseFile = (data) => join(data, "gatehouse.db");

/** Runs SQL and answers rows as objects. */
export function sql(data, text) {
  if (onPostgres) return postgresRows(data, text);
  const { status, stdout, stderr } = spawnSync("sqlite3", ["-json", "-cmd", ".timeout 5000", databaseFile(data), text], { encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(status, 0, `sqlite3: ${stderr} (${text})`);
  return stdout.trim() ? JSON.parse(stdout) : [];
}

/** Lets every new row of a table be refused by the database, and answers how to mend it. */
export function breakInserts(data, table) {
  if (onPostgres) {
    sql(data, `ALTER TABLE ${table} ADD CONSTRAINT broken CHECK (false) NOT VALID`);
    return () => sql(data, `ALTER TABLE ${table} DROP CONSTRAINT broken`);
  }
  sql(data, `CREATE TRIGGER broken BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'broken for the test'); END`);
  return () => sql(data, "DROP TRIGGER broken");
}

/** All rows of all tables as one text, bytes in hex: to look for what must not be readable in it. */
export function everything(data) {
  if (!onPostgres) return spawnSync("sqlite3", [databaseFile(data), ".dump"], { encoding: "latin1", maxBuffer: 1 << 28 }).stdout;
  const tables = sql(data, "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'identity'");
  return tables.map(({ name }) => sql(data, `SELECT t::text AS row FROM ${name} t`).map(({ row }) => row).join("\n")).join("\n");
}

/** Tables that a refused request may write: counters, and what the server does by itself (the sealer, say, counts versions when it comes to it). */
const ofItsOwn = ["audit_checkpoints", "leases", "ledger_heads", "login_attempts", "throttle_budgets", "session_invalidations", "facts", "sqlite_sequence", "service_keys", "subject_versions"];

/** The number of rows of each table that only an accepted request may change. */
export function rowCounts(data) {
  const all = onPostgres ? "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'identity'" : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  const tables = sql(data, all).map(({ name }) => name);
  const counted = tables.filter((name) => !ofItsOwn.includes(name));
  return sql(data, counted.map((name) => `SELECT '${name}' AS name, count(*) AS rows FROM ${name}`).join(" UNION ALL "));
}
