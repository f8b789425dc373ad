// What every event must be, judged without our own code: the published JSON Schemas, the `cloudevents` package, and the
// order that consumers are promised.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { CloudEvent } from "cloudevents";
import { Client } from "./client.mjs";
import { countOf, readStream, until } from "./nats.mjs";
import { root } from "./paths.mjs";
import { gatehouse } from "./server.mjs";

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default ? addFormats.default(ajv) : addFormats(ajv);
const folder = join(root, "packages/contracts/events");
const schemas = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".schema.json"))
    .map((name) => [name.replace(".schema.json", ""), ajv.compile(JSON.parse(readFileSync(join(folder, name), "utf8")))]),
);

/** One CloudEvent of ours, whole and by its schema. */
export function checkEvent(event) {
  const matches = schemas.get(event.type);
  assert.ok(matches, `${event.type} has a schema`);
  assert.ok(matches(event), `${event.type}: ${ajv.errorsText(matches.errors)} in ${JSON.stringify(event)}`);
  assert.ok(new CloudEvent(event, true).validate());
}

/** A message of the stream: its subject is the type and its Nats-Msg-Id the event's id. */
export function checkMessage({ subject, id, event }) {
  checkEvent(event);
  assert.equal(subject, event.type);
  assert.equal(id, event.id);
}

/** The first of each id; later ones must say the same. */
export function withoutDuplicates(messages) {
  const first = new Map();
  for (const message of messages) {
    if (!first.has(message.event.id)) first.set(message.event.id, message);
    else assert.equal(message.text, first.get(message.event.id).text, "a duplicate says the same");
  }
  return [...first.values()];
}

/** Each user's events count up by one, in the order in which they came. */
export function checkOrder(events) {
  const last = new Map();
  for (const { subject, userversion, type } of events) {
    if (subject === undefined) continue;
    assert.equal(userversion, (last.get(subject) ?? 0) + 1, `${type} of ${subject} is the next one`);
    last.set(subject, userversion);
  }
}

/** A service that may read events; the server must keep its data in a folder. */
export function eventReader(server) {
  const made = gatehouse(["service", "create", "reader", "--dev", "--data", server.data, "--permission", "identity.events.read"]);
  assert.equal(made.status, 0, made.stderr);
  const key = made.stdout.trim();
  server.secrets.add(key);
  return key;
}

/** Everything that GET /v1/events has, page by page. */
export async function pullAll(server, key, { limit = 100, topic } = {}) {
  // A client of its own: the signed heads of the audit log come here and stand in the log, and are no secrets.
  const client = new Client(server.url).as(key);
  const all = [];
  for (let after = "0"; ; ) {
    const { status, text, body } = await client.get("/v1/events", { query: { after, limit, ...(topic && { topic }) } });
    assert.equal(status, 200, text);
    all.push(...body.items);
    if (body.items.length < limit) return client.close(), all;
    after = body.items.at(-1).sequence;
  }
}

/** Waits until the stream has every event that the server ever made, and gives both, checked. */
export async function drained(server, key, broker, limit = 60_000) {
  let pulled, messages;
  // An event is numbered a moment after its change, so the backlog is drained when two looks see the same.
  await until(async () => {
    const before = pulled?.length;
    messages = (await countOf(broker, "IDENTITY")) >= (before ?? 1) ? await readStream(broker, "IDENTITY") : [];
    pulled = await pullAll(server, key);
    const ids = new Set(messages.map(({ id }) => id));
    return before === pulled.length && pulled.every(({ id }) => ids.has(id));
  }, "the backlog to drain", limit);
  messages.forEach(checkMessage);
  const once = withoutDuplicates(messages);
  checkOrder(once.map(({ event }) => event));
  assert.deepEqual(server.secrets.foundIn(messages.filter(({ subject }) => subject !== "identity.audit.checkpoint").map(({ text }) => text).join("\n")), [], "no secret in an event");
  return { messages, once, pulled };
}
