// The two stores as the judge sees them: from outside, by sqlite3 and psql, over the same questions.
import assert from "node:assert/strict";
import { sql } from "../support/database.mjs";
import { psql } from "../support/postgres.mjs";
import { temporaryFolder } from "../support/server.mjs";

class Sqlite {
  name = "sqlite";
  data = temporaryFolder("gatehouse-crash-");
  args = [];

  rows(text) {
    return sql(this.data, text);
  }

  /** What the database itself finds wrong with its file. */
  damage() {
    const [{ integrity_check: whole }] = this.rows("PRAGMA integrity_check");
    const orphans = this.rows("PRAGMA foreign_key_check");
    return whole === "ok" && orphans.length === 0 ? undefined : `${whole} ${JSON.stringify(orphans.slice(0, 3))}`;
  }
}

class Postgres {
  name = "postgres";
  data = temporaryFolder("gatehouse-crash-");

  constructor(cluster) {
    this.url = cluster.createDatabase();
    this.args = ["--database", this.url];
  }

  rows(text) {
    return psql(this.url, text);
  }

  damage() {
    return undefined; // the database's own machine did not fail
  }
}

/** A fresh, empty store: of its own folder, or a database of the cluster. */
export const freshStore = (kind, cluster) => {
  assert.ok(kind === "sqlite" || cluster, "a store in PostgreSQL needs the cluster");
  return kind === "sqlite" ? new Sqlite() : new Postgres(cluster);
};
