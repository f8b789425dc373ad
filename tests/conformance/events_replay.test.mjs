// `gatehouse events`: what was published goes out again with the same ids, and what was set aside gets another try.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { checkMessage, eventReader, pullAll } from "../support/events.mjs";
import { Nats, countOf, readStream, until } from "../support/nats.mjs";
import { person, signIn } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

let nats, broker, server, key;
before(async () => {
  nats = await (await Nats.onFreePort()).start();
  broker = await nats.connection();
  // A memory for ids of a tenth of a second: the default of ten minutes would keep replayed ones out of the stream.
  await broker.manager.streams.add({ name: "IDENTITY", subjects: ["identity.>"], duplicate_window: 100_000_000 });
  server = await startServer({ config: `[events]\nbus = "nats"\nnats_url = "${nats.url}"\n`, data: temporaryFolder() });
  key = eventReader(server);
});
after(async () => {
  try {
    await server.stop();
  } finally {
    await broker.close();
    await nats.kill();
  }
});

const events = (...args) => {
  const env = { GATEHOUSE_EVENTS__BUS: "nats", GATEHOUSE_EVENTS__NATS_URL: nats.url };
  return gatehouse(["events", ...args, "--dev", "--data", server.data], { env });
};

test("a range of a topic is published again, with the same ids and the header that says so", async () => {
  const someone = await person(server);
  for (let i = 0; i < 3; ++i) assert.equal((await signIn(server, someone)).status, 200);
  const topic = "identity.user.signed_in";
  const all = await until(async () => {
    const pulled = await pullAll(server, key);
    return pulled.filter(({ type }) => type === topic).length >= 3 && (await countOf(broker, "IDENTITY")) >= pulled.length && pulled;
  }, "the events to be published");
  const wanted = all.filter(({ type }) => type === topic).slice(0, 2);
  const [from, to] = wanted.map(({ sequence }) => String(Number(sequence)));
  await sleep(1_000); // the stream has forgotten the ids
  const done = events("replay", "--from", from, "--to", to, "--topic", topic);
  assert.equal(done.status, 0, done.stderr);
  const again = (await readStream(broker, "IDENTITY")).filter(({ replay }) => replay === "true");
  again.forEach(checkMessage);
  assert.deepEqual(again.map(({ id }) => id), wanted.map(({ id }) => id));
});

test("a dead letter is listed with its reason, and tried again", async () => {
  const body = { specversion: "1.0", id: randomUUID(), source: "https://accounts.example.com", type: "accounts.user.role_required", data: { user_id: randomUUID(), role: "support", reason: "a test" } };
  await until(async () => broker.manager.streams.info("ACCOUNTS").then(() => true, () => false), "the stream of accounts");
  await broker.jetstream.publish(body.type, JSON.stringify(body));
  await until(async () => (await countOf(broker, "IDENTITY_DEAD")) === 1, "the dead letter");
  const listed = events("dead", "list", "--json");
  assert.equal(listed.status, 0, listed.stderr);
  const { letter, event } = JSON.parse(listed.stdout);
  assert.equal(event.data.reason, "role_not_grantable");
  const retried = events("dead", "retry", String(letter));
  assert.equal(retried.status, 0, retried.stderr);
  await until(async () => (await broker.manager.streams.info("IDENTITY_DEAD")).state.last_seq === 2, "it to come back as a new letter");
  assert.equal(events("dead", "retry", String(letter)).status, 1, "the old letter is gone");
});

test("without a bus the command says so", () => {
  const { status, stderr } = gatehouse(["events", "dead", "list", "--dev", "--data", server.data]);
  assert.equal(status, 1);
  assert.match(stderr, /events\.bus is none/);
});
