// The promise of events: each arrives, in its user's order, whole and by its schema, whatever happens to the broker and
// to us.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drained, eventReader } from "../support/events.mjs";
import { Nats, countOf, freePort, pause, until } from "../support/nats.mjs";
import { goodPassword, person, personWithTotp, signIn, signUp, times } from "../support/people.mjs";
import { startServer, temporaryFolder } from "../support/server.mjs";

const withBus = (nats) => `[events]\nbus = "nats"\nnats_url = "${nats.url}"\n[roles.seller]\npermissions = ["shop.sell"]\n`;

test("a story of sign-ups, factors, roles and endings arrives as CloudEvents, in order", async (t) => {
  const nats = await (await Nats.onFreePort()).start();
  const broker = await nats.connection();
  const server = await startServer({ config: withBus(nats), data: temporaryFolder() });
  t.after(() => Promise.all([server.kill(), broker.close(), nats.kill()]));
  const key = eventReader(server);

  const ada = await signUp(server);
  assert.equal((await signIn(server, { email: ada.email, password: goodPassword() })).status, 401);
  const { body: signedIn } = await signIn(server, ada);
  const mine = server.client.as(signedIn.session.token);
  assert.equal((await mine.patch("/v1/me", { name: "Ada" })).status, 200);
  assert.equal((await mine.post("/v1/me/password", { current_password: ada.password, new_password: (ada.password = goodPassword()) })).status, 204);
  assert.equal((await server.client.post("/v1/password/forgot", { email: ada.email })).status, 202);
  const reset = await server.client.post("/v1/password/reset", { token: await server.mailbox.token(ada.email, "reset_password"), password: (ada.password = goodPassword()) });
  assert.equal(reset.status, 204);
  const factored = await personWithTotp(server);
  const challenge = (await signIn(server, factored)).body.challenge;
  assert.equal((await server.client.post(`/v1/mfa/challenges/${challenge.id}/verify`, { method: "totp", code: await factored.code() })).status, 200);

  const admin = await person(server, { roles: ["admin"] });
  const bob = await person(server);
  assert.equal((await admin.client.post(`/v1/admin/users/${bob.id}/roles`, { role: "seller" })).status, 201);
  assert.equal((await admin.client.delete(`/v1/admin/users/${bob.id}/roles/seller`)).status, 204);
  assert.equal((await admin.client.delete(`/v1/admin/users/${bob.id}/sessions`)).status, 204);
  assert.equal((await admin.client.patch(`/v1/admin/users/${bob.id}`, { status: "disabled", reason: "a test" })).status, 200);

  const { once, pulled } = await drained(server, key, broker);
  assert.deepEqual(new Set(once.map(({ id }) => id)), new Set(pulled.map(({ id }) => id)), "the bus has what GET /v1/events has");
  const types = new Set(once.map(({ event }) => event.type));
  for (const type of ["user.signed_up", "user.signed_in", "user.updated", "user.status_changed", "password.changed", "password.reset", "role.assigned", "role.revoked", "session.revoked", "audit.recorded"])
    assert.ok(types.has(`identity.${type}`), `identity.${type} came`);
  const byType = (type, user) => once.filter(({ event }) => event.type === type && event.subject === user);
  assert.equal(byType("identity.user.signed_up", ada.id).length, 1);
  const [{ event: signInEvent }] = byType("identity.user.signed_in", ada.id);
  assert.equal(signInEvent.data.session_id, signedIn.session.id);
  assert.ok(signInEvent.data.risk.level);
  await server.stop();
});

test("a broker that is absent at start, and stopped later, costs the API nothing and gets everything in order", async (t) => {
  const nats = await Nats.onFreePort();
  const server = await startServer({ config: withBus(nats), data: temporaryFolder() });
  t.after(() => Promise.all([server.kill(), nats.kill()]));
  const key = eventReader(server);
  const people = await times(3, () => person(server));
  await nats.start();
  const broker = await nats.connection();
  await drained(server, key, broker);

  await broker.close();
  await nats.stop();
  const slowest = [];
  for (let round = 0; round < 30; ++round) {
    for (const each of people) {
      const { status, ms } = await each.client.patch("/v1/me", { name: `Name ${round}` });
      assert.equal(status, 200);
      slowest.push(ms);
    }
    await pause(100);
  }
  assert.ok(Math.max(...slowest) < 2_000, `no answer waited for the broker: ${Math.max(...slowest)} ms`);
  await nats.start();
  const back = await nats.connection();
  const { once } = await drained(server, key, back);
  for (const each of people)
    assert.equal(once.filter(({ event }) => event.type === "identity.user.updated" && event.subject === each.id).length, 30);
  await server.stop();
  await back.close();
});

test("killed at any moment, it loses no event, and repeats one only with the same id", async (t) => {
  const nats = await (await Nats.onFreePort()).start();
  const broker = await nats.connection();
  // A memory for ids of a tenth of a second lets duplicates be seen.
  await broker.manager.streams.add({ name: "IDENTITY", subjects: ["identity.>"], duplicate_window: 100_000_000 });
  const options = { config: withBus(nats), data: temporaryFolder(), listen: `localhost:${await freePort()}` };
  let server = await startServer(options);
  t.after(() => Promise.all([server.kill(), broker.close(), nats.kill()]));
  const key = eventReader(server);
  const people = await times(4, () => person(server));
  const answered = new Map(people.map(({ id }) => [id, 0]));

  for (let round = 1; round <= 10; ++round) {
    let going = true;
    const load = people.map(async ({ id, token }) => {
      const client = server.client.as(token);
      for (let i = 0; going; ++i) {
        try {
          const { status } = await client.patch("/v1/me", { name: `Name ${round} ${i}` });
          if (status === 200) answered.set(id, answered.get(id) + 1);
        } catch (error) {
          if (going) throw error;
        }
      }
    });
    const before = await countOf(broker, "IDENTITY");
    await until(async () => (await countOf(broker, "IDENTITY")) > before + 5, "the relay to publish");
    await pause(Math.random() * 150);
    going = false;
    await server.kill();
    await Promise.all(load);
    server.client.close();
    server = await startServer(options);
    // The dead leader's lease ends ten seconds after its last renewal, by its own clock.
    assert.equal((await server.client.post("/dev/clock", { advance: `${15 * round}s` })).status, 200);
  }

  const { once, pulled } = await drained(server, key, broker);
  assert.deepEqual(new Set(once.map(({ id }) => id)), new Set(pulled.map(({ id }) => id)), "nothing is invented either");
  for (const [user, count] of answered) {
    const came = once.filter(({ event }) => event.type === "identity.user.updated" && event.subject === user).length;
    assert.ok(came >= count, `${came} events for ${count} answers`);
  }
  await server.stop();
});
