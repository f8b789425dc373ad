// A short run of the kill points around a real nats-server, on each store; script/test --crash-events runs long ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { EventLoop } from "./event_loop.mjs";
import { PostgresCluster } from "../support/postgres.mjs";

const rounds = Number(process.env.GATEHOUSE_CRASH_EVENT_ROUNDS ?? 6);
const seed = Number(process.env.GATEHOUSE_SEED ?? Math.floor(Math.random() * 2 ** 31));

for (const store of ["sqlite", "postgres"]) {
  test(`killed around the broker on ${store}, it loses no event, keeps their order, and does nothing twice`, { timeout: 300_000 }, async (t) => {
    t.diagnostic(`seed ${seed}: GATEHOUSE_SEED=${seed} repeats the calls`);
    const cluster = store === "postgres" ? await PostgresCluster.start() : undefined;
    t.after(() => cluster?.remove());
    const report = await new EventLoop({ store, cluster, seed }).run((done) => done >= rounds);
    t.diagnostic(JSON.stringify(report));
    assert.ok(report.events > 50 && report.roles > 0 && report.answeredRenames > 10, `too little happened: ${JSON.stringify(report)}`);
  });
}
