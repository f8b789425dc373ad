// A short kill loop on each store; script/test --kill runs long ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KillLoop } from "./kill_loop.mjs";
import { PostgresCluster } from "../support/postgres.mjs";

const seconds = Number(process.env.GATEHOUSE_KILL_SECONDS ?? 20);
const seed = Number(process.env.GATEHOUSE_SEED ?? Math.floor(Math.random() * 2 ** 31));

for (const store of ["sqlite", "postgres"]) {
  test(`killed again and again on ${store}, it keeps what it answered, and the rest is whole or absent`, { timeout: 300_000 }, async (t) => {
    t.diagnostic(`seed ${seed}: GATEHOUSE_SEED=${seed} repeats the calls`);
    const cluster = store === "postgres" ? await PostgresCluster.start() : undefined;
    t.after(() => cluster?.remove());
    const end = Date.now() + seconds * 1000;
    const report = await new KillLoop({ store, cluster, seed }).run((rounds) => rounds >= 4 && Date.now() > end);
    t.diagnostic(JSON.stringify(report));
    assert.ok(report.answered > 50, `too little happened: ${JSON.stringify(report)}`);
    assert.ok(report.open > 0, "no call was under way at a death");
  });
}
