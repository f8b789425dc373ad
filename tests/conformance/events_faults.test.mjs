// A broker's bad days (R4): slow, full, closed to us, or with an empty disk. The API does not notice, readiness says
// `degraded` and why, the tries are few, and in the end everything is there, in order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drained, eventReader, pullAll } from "../support/events.mjs";
import { Nats, countOf, freePort, pause, readStream, until } from "../support/nats.mjs";
import { metrics, readiness } from "../support/ops.mjs";
import { person, times } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";
import { SlowProxy } from "../support/slow_proxy.mjs";

const kFailed = 'gatehouse_events_published_total{outcome="failed"}';

/** A server with an ops listener that publishes to this address. */
async function publisher(url, options = {}) {
  const ops = `localhost:${await freePort()}`;
  const config = `[server]\nops_listen = "${ops}"\n[events]\nbus = "nats"\nnats_url = "${url}"\nconsume = false\n`;
  const server = await startServer({ config, data: temporaryFolder(), ...options });
  return { server, ops, config, key: eventReader(server) };
}

/** Some changes by each person; the slowest answer in milliseconds. */
async function busy(people, rounds) {
  let slowest = 0;
  for (let round = 0; round < rounds; ++round)
    for (const { status, ms } of await Promise.all(people.map(({ client }) => client.patch("/v1/me", { name: `Name ${round}` })))) {
      assert.equal(status, 200);
      slowest = Math.max(slowest, ms);
    }
  return slowest;
}

const degraded = (ops, why) =>
  until(async () => {
    const { status, word, dependencies } = await readiness(ops);
    assert.equal(status, 200, "degraded is not down (decision 17)");
    return word === "degraded" && dependencies.broker.status === "degraded" && why.test(dependencies.broker.detail);
  }, `readiness to say ${why}`);
const ready = (ops) => until(async () => (await readiness(ops)).word === "ready", "readiness to recover");

test("a slow broker slows nobody, and gets everything in order", async (t) => {
  const nats = await (await Nats.onFreePort()).start();
  const proxy = await new SlowProxy(nats.port, 150).start();
  const broker = await nats.connection();
  const { server, ops, key } = await publisher(`nats://127.0.0.1:${proxy.port}`);
  t.after(() => Promise.all([server.kill(), broker.close(), proxy.stop()]).then(() => nats.kill()));
  const people = await times(4, () => person(server));
  const slowest = await busy(people, 10);
  assert.ok(slowest < 2_000, `no answer waited for the broker: ${slowest} ms`);
  assert.equal((await readiness(ops)).status, 200);
  await drained(server, key, broker);
  await server.stop();
});

test("a full stream keeps what it has; the rest waits, is told of, and comes once there is room", async (t) => {
  const nats = await (await Nats.onFreePort()).start();
  const broker = await nats.connection();
  const made = await broker.manager.streams.add({ name: "IDENTITY", subjects: ["identity.>"], discard: "new", max_msgs: 10 });
  const { server, ops, key } = await publisher(nats.url);
  t.after(() => Promise.all([server.kill(), broker.close()]).then(() => nats.kill()));
  const people = await times(3, () => person(server));
  assert.ok((await busy(people, 5)) < 2_000);
  await degraded(ops, /maximum messages exceeded/);
  assert.equal(await countOf(broker, "IDENTITY"), 10);
  const before = await metrics(ops);
  assert.ok(before.get("gatehouse_events_waiting") > 10);
  await pause(4_000);
  const after = await metrics(ops);
  // At most a thousand events a try, and a try each 5 s in the end: three at most in these 4 s.
  const tries = (after.get(kFailed) - before.get(kFailed)) / after.get("gatehouse_events_waiting");
  assert.ok(tries <= 4, `${tries} tries in four seconds`);
  assert.ok(after.get("gatehouse_events_lag_seconds") >= 4);
  await broker.manager.streams.update("IDENTITY", { ...made.config, max_msgs: -1 });
  await drained(server, key, broker);
  await ready(ops);
  assert.equal((await metrics(ops)).get("gatehouse_events_waiting"), 0);
  await server.stop();
});

test("credentials that are refused are told of without being told, and once they are right everything comes", async (t) => {
  const nats = await (await Nats.onFreePort()).start({ user: "gatehouse", pass: "right" });
  const { server, ops, key } = await publisher(nats.url.replace("//", "//gatehouse:a-wrong-password@"));
  server.secrets.add("a-wrong-password");
  t.after(() => server.kill().then(() => nats.kill()));
  const people = await times(2, () => person(server));
  assert.ok((await busy(people, 5)) < 2_000);
  await degraded(ops, /NATS/);
  assert.ok(!(await readiness(ops)).dependencies.broker.detail.includes("a-wrong-password"));
  const told = server.log.filter(({ event, worker }) => event === "worker_failing" && worker === "relay");
  assert.equal(told.length, 1, "an outage is logged once");
  await nats.stop();
  await nats.start({ user: "gatehouse", pass: "a-wrong-password" });
  const { connect } = await import("nats");
  const link = await connect({ servers: nats.url, user: "gatehouse", pass: "a-wrong-password" });
  const broker = { link, jetstream: link.jetstream(), manager: await link.jetstreamManager() };
  await drained(server, key, broker);
  await ready(ops);
  await server.stop();
  await link.close();
});

test("a broker whose disk was replaced gets its stream again, and by `events replay` all that is kept", async (t) => {
  const nats = await (await Nats.onFreePort()).start();
  const first = await nats.connection();
  const { server, ops, key } = await publisher(nats.url);
  t.after(() => server.kill().then(() => nats.kill()));
  const people = await times(3, () => person(server));
  await busy(people, 3);
  await drained(server, key, first);
  await first.close();
  await nats.stop();
  nats.wipe();
  await degraded(ops, /NATS/);
  await nats.start();
  await busy(people, 1);
  const broker = await nats.connection();
  const all = await until(async () => {
    const pulled = await pullAll(server, key);
    const { events_unpublished } = (await (await person(server, { roles: ["admin"] })).client.get("/v1/admin/stats")).body;
    return events_unpublished < 10 && (await countOf(broker, "IDENTITY")) > 0 && pulled;
  }, "the relay to go on");
  const lost = new Set((await readStream(broker, "IDENTITY")).map(({ id }) => id));
  assert.ok(!lost.has(all[0].id), "what was published before is gone");
  const env = { GATEHOUSE_EVENTS__BUS: "nats", GATEHOUSE_EVENTS__NATS_URL: nats.url };
  const done = gatehouse(["events", "replay", "--from", "1", "--dev", "--data", server.data], { env });
  assert.equal(done.status, 0, done.stderr);
  const messages = await readStream(broker, "IDENTITY");
  const came = new Set(messages.map(({ id }) => id));
  assert.deepEqual(all.filter(({ id }) => !came.has(id)), []);
  assert.ok(messages.some(({ replay }) => replay === "true"));
  await ready(ops);
  await server.stop();
  await broker.close();
});

test("the streams have the settings of docs/events.md, and one that breaks the promise is refused", async (t) => {
  const nats = await (await Nats.onFreePort()).start();
  const broker = await nats.connection();
  await broker.manager.streams.add({ name: "IDENTITY", subjects: ["identity.>"], no_ack: true });
  const { server, ops } = await publisher(nats.url);
  t.after(() => Promise.all([server.kill(), broker.close()]).then(() => nats.kill()));
  await degraded(ops, /gives no acknowledgements/);
  await broker.manager.streams.delete("IDENTITY");
  await ready(ops);
  const { config } = await broker.manager.streams.info("IDENTITY");
  assert.deepEqual(
    [config.subjects, config.storage, config.retention, config.discard, config.num_replicas, config.max_age / 1e9, config.duplicate_window / 1e9, config.no_ack ?? false],
    [["identity.>"], "file", "limits", "new", 1, 30 * 86_400, 600, false],
  );
  await server.stop();
});

test("a stream of another domain that is missing keeps none of our events back", async (t) => {
  const nats = await (await Nats.onFreePort()).start();
  const broker = await nats.connection();
  for (const [name, subject] of [["IDENTITY", "identity.>"], ["IDENTITY_DEAD", "dead.>"]]) await broker.manager.streams.add({ name, subjects: [subject], discard: "new" });
  const ops = `localhost:${await freePort()}`;
  const config = `[server]\nops_listen = "${ops}"\n[events]\nbus = "nats"\nnats_url = "${nats.url}"\ncreate_streams = false\n`;
  const server = await startServer({ config, data: temporaryFolder() });
  t.after(() => Promise.all([server.kill(), broker.close()]).then(() => nats.kill()));
  const key = eventReader(server);
  await busy(await times(2, () => person(server)), 2);
  await degraded(ops, /ACCOUNTS is missing/);
  await drained(server, key, broker);
  await broker.manager.streams.add({ name: "ACCOUNTS", subjects: ["accounts.>"] });
  await ready(ops);
  await server.stop();
});
