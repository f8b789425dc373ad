// Histories (R3) of two processes on one PostgreSQL under kill -9: what is use-once is taken once, an end is for good, and
// guesses are bounded. script/test --histories records longer ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { History, grace, limit } from "./history.mjs";
import { checkHistory } from "./model.mjs";
import { PostgresCluster } from "../support/postgres.mjs";

const seconds = Number(process.env.GATEHOUSE_HISTORY_SECONDS ?? 15);
const seed = Number(process.env.GATEHOUSE_SEED ?? Math.floor(Math.random() * 2 ** 31));

test("two processes that are killed and started again answer as one that is not", { timeout: seconds * 1000 + 120_000 }, async (t) => {
  t.diagnostic(`seed ${seed}: GATEHOUSE_SEED=${seed} repeats the calls`);
  const cluster = await PostgresCluster.start();
  t.after(() => cluster.remove());
  const { operations, kills } = await new History({ url: cluster.createDatabase(), seed }).record(seconds * 1000);
  const tally = {};
  for (const { kind, outcome } of operations) tally[`${kind} ${outcome}`] = (tally[`${kind} ${outcome}`] ?? 0) + 1;
  t.diagnostic(`${kills} kills, ${JSON.stringify(tally)}`);
  assert.deepEqual(checkHistory(operations, { grace, limit }), []);
  assert.ok(kills >= 3, "too few kills");
  for (const each of ["token taken", "token refused", "session alive", "session dead", "session revoked", "counter counted", "counter refused"])
    assert.ok(tally[each] > 0, `no ${each} in the history: ${JSON.stringify(tally)}`);
});
