// What is in the SQLite database of a data folder, seen from outside by the sqlite3 program.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

export const databaseFile = (data) => join(data, "gatehouse.db");

/** Runs SQL and answers rows as objects. */
export function sql(data, text) {
  const { status, stdout, stderr } = spawnSync("sqlite3", ["-json", "-cmd", ".timeout 5000", databaseFile(data), text], { encoding: "utf8" });
  assert.equal(status, 0, `sqlite3: ${stderr} (${text})`);
  return stdout.trim() ? JSON.parse(stdout) : [];
}

/** Tables that a refused request may write: counters, and what the server does by itself. */
const ofItsOwn = ["audit_checkpoints", "leases", "ledger_heads", "login_attempts", "throttle_budgets", "session_invalidations", "facts", "sqlite_sequence", "service_keys"];

/** The number of rows of each table that only an accepted request may change. */
export function rowCounts(data) {
  const tables = sql(data, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").map(({ name }) => name);
  const counted = tables.filter((name) => !ofItsOwn.includes(name));
  return sql(data, counted.map((name) => `SELECT '${name}' AS name, count(*) AS rows FROM ${name}`).join(" UNION ALL "));
}
