// Events without a bus: the same CloudEvents by GET /v1/events, in order, page by page, and as they happen.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkEvent, checkOrder, eventReader, pullAll } from "../support/events.mjs";
import { until } from "../support/nats.mjs";
import { person, signUp, times } from "../support/people.mjs";
import { startServer, temporaryFolder } from "../support/server.mjs";

let server, key;
before(async () => {
  server = await startServer({ data: temporaryFolder() });
  key = eventReader(server);
});
after(() => server.stop());

test("every event is there in order, whatever the size of the pages", async () => {
  const topic = "identity.user.signed_up";
  await times(5, () => signUp(server));
  let all;
  // An event is numbered a moment after its change.
  await until(async () => {
    all = await pullAll(server, key, { limit: 1000 });
    return all.filter(({ type }) => type === topic).length === 5;
  }, "the events of five sign-ups");
  all.forEach(checkEvent);
  checkOrder(all);
  const sequences = all.map(({ sequence }) => sequence);
  assert.deepEqual(sequences, [...new Set(sequences)].sort());
  assert.deepEqual((await pullAll(server, key, { limit: 3 })).slice(0, all.length), all);
  assert.deepEqual((await pullAll(server, key, { topic })).map(({ id }) => id), all.filter(({ type }) => type === topic).map(({ id }) => id));
});

test("a waiting reader hears of an event as it happens", async () => {
  const { sequence } = (await pullAll(server, key)).at(-1);
  const waiting = server.client.as(key).get("/v1/events", { query: { after: sequence, topic: "identity.user.updated", wait: 20 } });
  const someone = await person(server);
  await someone.client.patch("/v1/me", { name: "Grace" });
  const { body, ms } = await waiting;
  assert.deepEqual(body.items.map(({ subject }) => subject), [someone.id]);
  assert.ok(ms < 15_000, "it did not wait to the end");
});

test("reading needs the permission", async () => {
  const someone = await person(server, { roles: ["admin"] });
  assert.ok([401, 403].includes((await someone.client.get("/v1/events")).status));
});
