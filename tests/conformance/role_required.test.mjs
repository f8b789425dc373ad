// accounts.user.role_required: carried out once, however often it comes; what can't be carried out is set aside with the
// reason, and holds nobody up.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { checkEvent } from "../support/events.mjs";
import { Nats, countOf, readStream, until } from "../support/nats.mjs";
import { person } from "../support/people.mjs";
import { startServer } from "../support/server.mjs";

const topic = "accounts.user.role_required";
let nats, broker, server, admin;

before(async () => {
  nats = await (await Nats.onFreePort()).start();
  broker = await nats.connection();
  await broker.manager.streams.add({ name: "ACCOUNTS", subjects: ["accounts.>"] });
  server = await startServer({ config: `[events]\nbus = "nats"\nnats_url = "${nats.url}"\n[roles.seller]\npermissions = ["shop.sell"]\n` });
  admin = await person(server, { roles: ["admin"] });
});
after(async () => {
  try {
    await server.stop();
  } finally {
    await broker.close();
    await nats.kill();
  }
});

const request = (data, id = randomUUID()) => ({ specversion: "1.0", id, source: "https://accounts.example.com", type: topic, data: { reason: "shop opened", ...data } });
const publish = (body) => broker.jetstream.publish(topic, typeof body === "string" ? body : JSON.stringify(body));
const rolesOf = async ({ id }) => (await admin.client.get(`/v1/admin/users/${id}/roles`)).body.items.map(({ role }) => role);
const holds = (someone, role) => until(async () => (await rolesOf(someone)).includes(role), `the role ${role}`);

/** Another one's request, after which all earlier ones have been handled. */
async function marker() {
  const last = await person(server);
  await publish(request({ user_id: last.id, role: "seller" }));
  await holds(last, "seller");
}
const assignmentsOf = async ({ id }) => (await readStream(broker, "IDENTITY")).filter(({ event }) => event.type === "identity.role.assigned" && event.subject === id);

test("a role is granted once, however often the event comes, and stays away once taken away", async () => {
  const someone = await person(server);
  const event = request({ user_id: someone.id, role: "seller", expires_at: "2040-01-01T00:00:00Z" });
  checkEvent(event);
  await Promise.all(Array.from({ length: 5 }, () => publish(event)));
  await holds(someone, "seller");
  await marker();
  assert.equal((await rolesOf(someone)).filter((role) => role === "seller").length, 1);

  assert.equal((await admin.client.delete(`/v1/admin/users/${someone.id}/roles/seller`)).status, 204);
  await publish(event);
  await marker();
  assert.ok(!(await rolesOf(someone)).includes("seller"), "a redelivery doesn't grant it again");
  await until(async () => (await readStream(broker, "IDENTITY")).some(({ event: { type, subject } }) => type === "identity.role.revoked" && subject === someone.id), "the revocation's event");
  assert.equal((await assignmentsOf(someone)).length, 1);

  await publish(request({ user_id: someone.id, role: "seller" }));
  await holds(someone, "seller");
});

test("what can't be carried out goes to the dead letters with the reason, and the rest is carried out", async () => {
  const someone = await person(server);
  const disabled = await person(server);
  assert.equal((await admin.client.patch(`/v1/admin/users/${disabled.id}`, { status: "disabled", reason: "a test" })).status, 200);
  const poison = [
    ["malformed", "no JSON at all"],
    ["malformed", JSON.stringify({ ...request({ user_id: someone.id, role: "seller" }), specversion: "0.3" })],
    ["malformed", request({ user_id: someone.id, role: "seller", expires_at: "tomorrow" })],
    ["unknown_user", request({ user_id: randomUUID(), role: "seller" })],
    ["unknown_role", request({ user_id: someone.id, role: "emperor" })],
    ["role_not_grantable", request({ user_id: someone.id, role: "admin" })],
    ["user_disabled", request({ user_id: disabled.id, role: "seller" })],
    ["expired", request({ user_id: someone.id, role: "seller", expires_at: "2020-01-01T00:00:00Z" })],
  ].map(([reason, body]) => [reason, typeof body === "string" ? body : JSON.stringify(body)]);
  for (const [, body] of poison) await publish(body);
  await marker();
  await until(async () => (await countOf(broker, "IDENTITY_DEAD")) >= poison.length, "the dead letters");
  const letters = await readStream(broker, "IDENTITY_DEAD");
  for (const { subject, event } of letters) {
    checkEvent(event);
    assert.equal(subject, `dead.${topic}`);
    assert.equal(event.data.subject, topic);
  }
  const found = letters.map(({ event: { data } }) => [data.reason, Buffer.from(data.original_base64, "base64").toString("utf8")]);
  assert.deepEqual(found, poison);
  assert.deepEqual((await rolesOf(someone)).filter((role) => role !== "user"), []);
});
