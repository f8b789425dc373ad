// events/topics.yaml -> events/*.schema.json, events/asyncapi.yaml, events/identity.ts, generated/event_topics.hpp.
import { stringify } from "yaml";
import { generatedCpp, literal, readYaml } from "./lib.mjs";
import { typeOf } from "./typescript.mjs";

/** The URI in an event's `dataschema`, also the `$id` of its schema. */
export const dataschema = (topic) => `urn:gatehouse:event:${topic.name}:v${topic.major}`;

export function topics() {
  return Object.entries(readYaml("events/topics.yaml"))
    .filter(([name]) => !name.startsWith("_"))
    .map(([name, spec]) => ({ ...spec, name, erasable: spec.erasable ?? spec.user === true }));
}

function dataSchema(topic) {
  const optional = topic.optional ?? [];
  const required = Object.keys(topic.data).filter((member) => !optional.includes(member));
  const schema = { type: "object", required, properties: topic.data };
  if (!topic.erasable) return schema;
  return {
    type: "object",
    required: ["user_id"],
    properties: { ...topic.data, erased: { const: true, description: "The user was erased since; only user_id is left." } },
    if: { not: { required: ["erased"] } },
    then: { required },
  };
}

/** The CloudEvents 1.0 envelope around the topic's data. */
function envelope(topic) {
  const ours = topic.direction === "produces";
  const properties = {
    specversion: { const: "1.0" },
    id: { type: "string", minLength: 1, maxLength: 64, description: ours ? "The outbox row's id, and Nats-Msg-Id: deduplicate by it." : "Unique with source; deduplicate by it." },
    source: { type: "string", format: "uri-reference", minLength: 1, description: ours ? "The issuer." : "Who produced it." },
    type: { const: topic.name },
    ...(topic.user ? { subject: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$", description: "The user's id." } } : {}),
    time: { type: "string", format: "date-time" },
    datacontenttype: { const: "application/json" },
    dataschema: topic.direction === "consumes" ? { type: "string", format: "uri" } : { const: dataschema(topic) },
    traceparent: { type: "string", pattern: "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$", description: "W3C Trace Context of the request that caused it." },
    ...(ours ? { sequence: { type: "string", pattern: "^[0-9]{20}$", description: "The place among all events, zero-padded so that text order is event order." } } : {}),
    ...(ours && topic.user ? { userversion: { type: "integer", minimum: 1, maximum: 2147483647, description: "Counts up by one per user: a gap is a missing event." } } : {}),
    data: dataSchema(topic),
  };
  const required = ["specversion", "id", "source", "type", "data"];
  if (topic.direction !== "consumes") required.push("time", "dataschema");
  if (ours) required.push("datacontenttype", "sequence");
  if (ours && topic.user === true) required.push("subject", "userversion");
  return { type: "object", required, properties };
}

function example(topic, index) {
  const ours = topic.direction === "produces";
  const subject = topic.user && (topic.example.user_id ?? topic.example.subject_id);
  return {
    specversion: "1.0",
    id: `0199c7a2-c0de-7000-8000-${String(index).padStart(12, "0")}`,
    source: topic.direction === "consumes" ? "https://accounts.example.com" : "https://id.example.com",
    type: topic.name,
    ...(subject ? { subject } : {}),
    time: "2026-11-23T12:00:00.123456Z",
    datacontenttype: "application/json",
    ...(topic.direction === "consumes" ? {} : { dataschema: dataschema(topic) }),
    ...(ours ? { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", sequence: String(index).padStart(20, "0") } : {}),
    ...(ours && subject ? { userversion: index } : {}),
    data: topic.example,
  };
}

function schemaFile(topic, index) {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: dataschema(topic),
    title: topic.name,
    description: topic.description,
    $comment: "Generated from packages/contracts/events/topics.yaml by script/contracts. Do not edit.",
    ...envelope(topic),
    examples: [example(topic, index + 1)],
  };
  return JSON.stringify(schema, null, 2) + "\n";
}

/** The AsyncAPI 3 document; payloads are written in place, since the files' 2020-12 dialect marker is not AsyncAPI's. */
function asyncapi(all) {
  const key = (topic) => topic.name.replace(/\./g, "_");
  const channels = {};
  const operations = {};
  const messages = {};
  all.forEach((topic, index) => {
    channels[key(topic)] = { address: topic.name, description: topic.description, messages: { event: { $ref: `#/components/messages/${key(topic)}` } } };
    operations[`${topic.direction === "consumes" ? "receive" : "send"}_${key(topic)}`] = {
      action: topic.direction === "consumes" ? "receive" : "send",
      channel: { $ref: `#/channels/${key(topic)}` },
      summary: topic.description,
      messages: [{ $ref: `#/channels/${key(topic)}/messages/event` }],
    };
    messages[key(topic)] = {
      name: topic.name,
      title: topic.name,
      contentType: "application/cloudevents+json",
      headers: { $ref: `#/components/schemas/${topic.direction === "consumes" ? "ReceivedHeaders" : "Headers"}` },
      payload: envelope(topic),
      examples: [{ name: "example", payload: example(topic, index + 1) }],
    };
  });
  const document = {
    asyncapi: "3.0.0",
    info: {
      title: "Gatehouse identity events",
      version: "1.0.0",
      description:
        "CloudEvents 1.0, structured JSON, on NATS JetStream; the subject is the event's type. Delivery is at least once and in order per user: deduplicate by `id`. Members may be added within a major version, so ignore those you don't know. The same events can be pulled from GET /v1/events.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/cloudevents+json",
    servers: { nats: { host: "localhost:4222", protocol: "nats", description: "`events.nats_url`; streams IDENTITY (identity.>), ACCOUNTS (consumed) and IDENTITY_DEAD (dead.>)." } },
    channels,
    operations,
    components: {
      messages,
      schemas: {
        Headers: {
          type: "object",
          required: ["Nats-Msg-Id"],
          properties: {
            "Nats-Msg-Id": { type: "string", description: "The event's id: JetStream drops a repeat within its window." },
            "Gatehouse-Replay": { type: "string", const: "true", description: "Set where `gatehouse events replay` published it again." },
          },
        },
        ReceivedHeaders: { type: "object", properties: { "Nats-Msg-Id": { type: "string" } } },
      },
    },
  };
  return `# Generated from packages/contracts/events/topics.yaml by script/contracts. Do not edit.\n${stringify(document, { lineWidth: 140, aliasDuplicateObjects: false })}`;
}

/** identity.user.signed_up -> UserSignedUp, accounts.user.role_required -> AccountsUserRoleRequired */
function typeName(topic) {
  const words = topic.name.replace(/^identity\./, "").split(/[._]/);
  return words.map((word) => word[0].toUpperCase() + word.slice(1)).join("");
}

function typescript(all) {
  const produced = all.filter((t) => t.direction === "produces");
  const data = all.map((t) => `/** ${t.description} */\nexport interface ${typeName(t)} ${typeOf({ type: "object", properties: t.data, required: Object.keys(t.data).filter((m) => !(t.optional ?? []).includes(m)) })}`);
  const required = all.map((t) => `  "${t.name}": ${JSON.stringify(Object.keys(t.data).filter((m) => !(t.optional ?? []).includes(m)))},`);
  return `// Generated from packages/contracts/events/topics.yaml by script/contracts. Do not edit.
//
// The events of the identity domain: CloudEvents 1.0 in structured JSON, as published to NATS and as answered by
// GET /v1/events. Members may be added within a major version: ignore what you don't know.

${data.join("\n\n")}

/** The topics that identity produces. */
export const TOPICS = [
${produced.map((t) => `  "${t.name}",`).join("\n")}
] as const;

export type Topic = (typeof TOPICS)[number];

/** The topics that identity consumes: others produce them, in the same envelope. */
export const CONSUMED_TOPICS = [${all.filter((t) => t.direction === "consumes").map((t) => `"${t.name}"`).join(", ")}] as const;

/** Where messages go that could not be carried out. */
export const DEAD_TOPICS = [${all.filter((t) => t.direction === "dead").map((t) => `"${t.name}"`).join(", ")}] as const;

/** The data of each topic. */
export interface EventData {
${all.map((t) => `  "${t.name}": ${typeName(t)};`).join("\n")}
}

export type AnyTopic = keyof EventData;

/** A CloudEvent of one topic. */
export interface CloudEvent<T extends AnyTopic> {
  specversion: "1.0";
  /** Deduplicate by it. */
  id: string;
  source: string;
  type: T;
  /** The user's id, where one is concerned. */
  subject?: string;
  time?: string;
  datacontenttype?: "application/json";
  dataschema?: string;
  traceparent?: string;
  /** The place among all events, zero-padded so that text order is event order. */
  sequence?: string;
  /** Counts up by one per user: a gap is a missing event. */
  userversion?: number;
  data: EventData[T];
}

/** Any event that identity produces; \`switch (event.type)\` narrows \`event.data\`. */
export type IdentityEvent = { [T in Topic]: CloudEvent<T> }[Topic];

/** An event whose user was erased since: of its data only \`user_id\` is left. */
export interface ErasedIdentityEvent extends Omit<CloudEvent<Topic>, "data"> {
  data: { user_id: string; erased: true };
}

/** Whether the event is a tombstone; ask before reading \`data\` of events pulled or replayed. */
export function isErased(event: IdentityEvent | ErasedIdentityEvent): event is ErasedIdentityEvent {
  return (event.data as { erased?: unknown }).erased === true;
}

/** The input is not an event of this contract. */
export class IdentityEventError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "IdentityEventError";
  }
}

const REQUIRED_DATA: Record<AnyTopic, readonly string[]> = {
${required.join("\n")}
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseAs<T extends AnyTopic>(input: string | Uint8Array | unknown, topics: readonly T[]): { [K in T]: CloudEvent<K> }[T] {
  let value: unknown = input;
  if (input instanceof Uint8Array) value = new TextDecoder("utf-8", { fatal: true }).decode(input);
  if (typeof value === "string") {
    try {
      value = JSON.parse(value);
    } catch {
      throw new IdentityEventError("the event is not JSON");
    }
  }
  if (!isRecord(value)) throw new IdentityEventError("the event is not a JSON object");
  if (value.specversion !== "1.0") throw new IdentityEventError("the event is not CloudEvents 1.0");
  for (const member of ["id", "source", "type"])
    if (typeof value[member] !== "string" || value[member] === "") throw new IdentityEventError(\`the event has no \${member}\`);
  const topic = topics.find((known) => known === value.type);
  if (topic === undefined) throw new IdentityEventError(\`the event's type \${String(value.type)} is not known\`);
  const data = value.data;
  if (!isRecord(data)) throw new IdentityEventError("the event has no data");
  const wanted = data.erased === true ? ["user_id"] : REQUIRED_DATA[topic];
  for (const member of wanted) if (!(member in data)) throw new IdentityEventError(\`the event's data has no \${member}\`);
  return value as unknown as { [K in T]: CloudEvent<K> }[T];
}

/**
 * Reads an event that identity produced, from a parsed value, a JSON text or its bytes (a NATS message's \`data\`).
 * Throws IdentityEventError for what is not one; a topic that is newer than this package is such an error too, so a
 * consumer of a whole stream filters by subject first.
 */
export function parseIdentityEvent(input: unknown): IdentityEvent {
  return parseAs(input, TOPICS);
}

/** Reads a message of a topic that identity consumes; for the tests of those who produce it. */
export function parseConsumedEvent(input: unknown): CloudEvent<(typeof CONSUMED_TOPICS)[number]> {
  return parseAs(input, CONSUMED_TOPICS);
}
`;
}

function header(all) {
  return `${generatedCpp("events/topics.yaml")}#pragma once
// The topics of the contract with the \`dataschema\` that their CloudEvents carry. Used by the relay, by GET /v1/events and
// by the test that compares the domain's topics with the contract's.
#include <cstdint>
#include <string_view>

namespace gatehouse {

enum class TopicDirection : std::uint8_t { produces, consumes, dead };

struct EventTopic {
  std::string_view name;
  TopicDirection direction;
  std::string_view dataschema;
};

inline constexpr EventTopic kEventTopics[] = {
${all.map((t) => `    {${literal(t.name)}, TopicDirection::${t.direction}, ${literal(dataschema(t))}},`).join("\n")}
};

/// The \`dataschema\` of a topic; empty for one that is not in the contract.
constexpr std::string_view event_dataschema(std::string_view topic) {
  for (const auto& known : kEventTopics)
    if (known.name == topic) return known.dataschema;
  return {};
}

}  // namespace gatehouse
`;
}

export function generate() {
  const all = topics();
  const files = {
    "packages/contracts/events/asyncapi.yaml": asyncapi(all),
    "packages/contracts/events/identity.ts": typescript(all),
    "packages/contracts/generated/event_topics.hpp": header(all),
  };
  all.forEach((topic, index) => (files[`packages/contracts/events/${topic.name}.schema.json`] = schemaFile(topic, index)));
  return files;
}
