// Which database the servers of a test run have: SQLite, or with GATEHOUSE_TEST_STORE=postgres a database each in one
// PostgreSQL cluster (tests/run.mjs starts it, and names it in GATEHOUSE_TEST_POSTGRES). A data folder always leads to the
// same database, as it does with SQLite.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createDatabase, psql } from "./postgres.mjs";

export const onPostgres = process.env.GATEHOUSE_TEST_STORE === "postgres";

const cluster = process.env.GATEHOUSE_TEST_POSTGRES;
const urls = new Map();

/** The URL of the database that goes with a data folder; one of its own for every ":memory:". */
export function databaseUrl(data) {
  assert.ok(cluster, "GATEHOUSE_TEST_POSTGRES is not set: run the tests by `npm test`");
  if (urls.has(data)) return urls.get(data);
  const word = data === ":memory:" ? randomBytes(6).toString("hex") : createHash("sha256").update(data).digest("hex").slice(0, 20);
  const url = createDatabase(cluster, `test_${word}`);
  if (data !== ":memory:") urls.set(data, url);
  return url;
}

/** What to add to a command line, so that it works on the run's kind of database; nothing where it names one itself. */
export function databaseArguments(args, { config = "", env = {} } = {}) {
  if (!onPostgres || !args.includes("--dev") || args.includes("--database")) return [];
  if (config.includes("[database]") || env.GATEHOUSE_DATABASE__URL) return [];
  const data = args[args.indexOf("--data") + 1];
  return args.includes("--data") ? ["--database", databaseUrl(data)] : [];
}

export const postgresRows = (data, text) => psql(databaseUrl(data), text);
