// Sessions under race and over time: ending them while they are used, a step-up that replaces the token, the ends by
// idleness and by age, and a death of the process between (T32 to T36).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "../support/database.mjs";
import { advance, person, signIn, tally, times } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

const config = `[password]
argon2_memory_kib = 8192
argon2_iterations = 1
[session]
idle_timeout = "1h"
absolute_timeout = "4h"
[clients.reader]
audiences = ["identity", "platform"]
`;
const data = temporaryFolder();
let server, introspector;
before(async () => {
  server = await startServer({ data, config });
  const made = gatehouse(["service", "create", "looker", "--permission", "identity.introspect", "--dev", "--data", data]);
  assert.equal(made.status, 0, made.stderr);
  introspector = server.client.as(made.stdout.match(/gthk_[A-Za-z0-9_-]+/)[0]);
});
after(() => server.stop());

const check = async (token) => (await server.client.as(token).get("/v1/session")).status;
const isActive = async (token) => (await introspector.post("/v1/introspect", { token })).body.active;

/**
 * One round of T34: ends everything while tokens are minted, renewed and used, a little later from round to round;
 * answers what still works afterwards.
 */
async function logoutRacesMinting(who, round) {
  const token = (await signIn(server, who, { client_id: "reader" })).body.session.token;
  const client = server.client.as(token);
  const mint = () => client.post("/v1/token", { audience: "identity" });
  const renewing = client.post("/v1/reauthenticate", { password: who.password });
  const using = [renewing, mint(), mint(), mint(), client.get("/v1/session")];
  await [undefined, using[1], Promise.all(using.slice(1)), renewing][round % 4];
  const [ended, ...others] = await Promise.all([client.delete("/v1/me/sessions?scope=all"), ...using]);
  const seen = [token, ...others.flatMap(({ body }) => [body.access_token, body.session?.token]).filter(Boolean)];
  // The step-up may have been first: then the old token no longer ends anything, and its owner asks with the new one.
  if (ended.status === 401) assert.equal((await server.client.as(others[0].body.session.token).delete("/v1/me/sessions?scope=all")).status, 204);
  else assert.equal(ended.status, 204, ended.text);
  const working = [];
  for (const each of seen) if ((await check(each)) !== 401 || (await isActive(each))) working.push(each.slice(0, 5));
  return { working, minted: others.filter(({ body }) => body.access_token).length, renewed: others[0].status === 200 };
}

test("T34 in 1,000 rounds of ending all sessions while tokens are minted and renewed, nothing of them works afterwards", { timeout: 240_000 }, async (t) => {
  const people = await times(4, () => person(server));
  const sum = { minted: 0, renewed: 0 };
  await Promise.all(people.map(async (who) => {
    for (let round = 0; round < 250; ++round) {
      const { working, minted, renewed } = await logoutRacesMinting(who, round);
      assert.deepEqual(working, [], `round ${round}`);
      sum.minted += minted;
      sum.renewed += Number(renewed);
    }
  }));
  t.diagnostic(`${sum.minted} tokens were minted and ${sum.renewed} sessions renewed beside the endings`);
  assert.ok(sum.minted > 100 && sum.renewed > 100, "the race was run");
});

test("T32 of 100 step-ups of one session at once one has the live token, and every other one is dead", { timeout: 60_000 }, async () => {
  const who = await person(server);
  const answers = await times(100, () => who.client.post("/v1/reauthenticate", { password: who.password }));
  const given = answers.filter(({ status }) => status === 200).map(({ body }) => body.session.token);
  assert.ok(given.length >= 1, JSON.stringify(tally(answers)));
  const live = [];
  for (const token of new Set(given)) if ((await check(token)) === 200) live.push(token);
  assert.equal(live.length, 1, JSON.stringify(tally(answers)));
  assert.equal(await check(who.token), 401, "the token before is dead");
});

test("T32 a chain of step-ups within a second leaves its last token alone alive", async () => {
  const who = await person(server);
  const chain = [who.token];
  for (let i = 0; i < 5; ++i) chain.push((await server.client.as(chain.at(-1)).post("/v1/reauthenticate", { password: who.password })).body.session.token);
  assert.deepEqual(await Promise.all(chain.map(check)), [401, 401, 401, 401, 401, 200]);
});

test("T33 a token that was replaced or signed out stays dead after kill -9 and a new start", async () => {
  const folder = temporaryFolder();
  const first = await startServer({ data: folder, config });
  const who = await person(first);
  const renewed = (await who.client.post("/v1/reauthenticate", { password: who.password })).body.session.token;
  const ended = (await signIn(first, who)).body.session.token;
  assert.equal((await first.client.as(ended).post("/v1/sign-out")).status, 204);
  first.client.close();
  await first.kill();
  const second = await startServer({ data: folder, config });
  try {
    const status = async (token) => (await second.client.as(token).get("/v1/session")).status;
    assert.deepEqual(await Promise.all([who.token, ended, renewed].map(status)), [401, 401, 200]);
  } finally {
    await second.stop();
  }
});

test("T35 whatever ends a session is seen at once by checks, minting, introspection and access tokens", async () => {
  const admin = await person(server, { roles: ["admin"] });
  const ways = {
    "an administrator ends it": (who) => admin.client.delete(`/v1/admin/sessions/${who.session.id}?reason=test`),
    "an administrator ends all": (who) => admin.client.delete(`/v1/admin/users/${who.id}/sessions?reason=test`),
    disabling: (who) => admin.client.patch(`/v1/admin/users/${who.id}`, { status: "disabled", reason: "test" }),
    deletion: (who) => admin.client.delete(`/v1/admin/users/${who.id}?reason=test`),
    "not me": async (who) => server.client.post("/v1/not-me", { token: await server.mailbox.token(who.email, "new_device") }),
    "a reset by mail": async (who) => {
      await server.client.post("/v1/password/forgot", { email: who.email });
      return server.client.post("/v1/password/reset", { token: await server.mailbox.token(who.email, "reset_password"), password: "an entirely other harbour" });
    },
    "a change of the password elsewhere": async (who) => server.client.as((await signIn(server, who)).body.session.token).post("/v1/me/password", { current_password: who.password, new_password: "an entirely other harbour" }),
    "a confirmed match": async (who) => {
      const path = `/v1/admin/users/${who.id}/compliance`;
      for (const screening of ["pending", "possible_match"]) await admin.client.patch(path, { screening, reference: "case", reason: "test" });
      return admin.client.patch(path, { screening: "confirmed_match", reference: "case", reason: "test" });
    },
    "signing out": (who) => who.client.post("/v1/sign-out"),
  };
  for (const [name, end] of Object.entries(ways)) {
    const made = await person(server);
    const { session } = (await signIn(server, made, { client_id: "reader" })).body;
    const who = { ...made, session, client: server.client.as(session.token) };
    const { access_token: access } = (await who.client.post("/v1/token", { audience: "identity" })).body;
    assert.equal(await check(session.token), 200);
    assert.equal(await check(access), 200, "an access token for identity may read");
    assert.ok(await isActive(access));
    const answer = await end(who);
    assert.ok([200, 204].includes(answer.status), `${name}: ${answer.text}`);
    assert.equal(await check(session.token), 401, name);
    assert.equal((await who.client.post("/v1/token")).status, 401, name);
    assert.equal(await isActive(session.token), false, name);
    assert.equal(await isActive(access), false, name);
    assert.equal(await check(access), 401, `${name}: its access token reads nothing more`);
  }
});

test("T36 a session ends when it is idle for too long, and at its age however much it is used", async () => {
  const idle = await person(server);
  await advance(server, "59m");
  assert.equal((await idle.client.get("/v1/session")).status, 200, "use moves the idle end");
  await advance(server, "59m");
  assert.equal((await idle.client.get("/v1/session")).status, 200);
  await advance(server, "61m");
  assert.equal((await idle.client.get("/v1/session")).status, 401);
});

test("T36 minting tokens and stepping up never take a session past its age", async () => {
  const who = await person(server);
  let { client } = who;
  const end = Date.parse((await client.get("/v1/session")).body.expires_at);
  for (let i = 0; i < 5; ++i) {
    await advance(server, "45m");
    assert.equal((await client.post("/v1/token")).status, 200);
    const renewed = await client.post("/v1/reauthenticate", { password: who.password });
    assert.equal(renewed.status, 200, renewed.text);
    client = server.client.as(renewed.body.session.token);
    assert.equal(Date.parse((await client.get("/v1/session")).body.expires_at), end, "the end stays where it was");
  }
  await advance(server, "16m");
  assert.equal((await client.post("/v1/token")).status, 401);
  assert.equal((await client.get("/v1/session")).status, 401);
});

test("T36 the list of sessions shows the person's own live ones alone, and each has an id and a token of its own", async () => {
  const [one, other] = [await person(server), await person(server)];
  const tokens = [];
  for (let i = 0; i < 5; ++i) tokens.push((await signIn(server, one)).body.session.token);
  const { items } = (await one.client.get("/v1/me/sessions")).body;
  assert.equal(items.length, 6);
  const own = sql(data, `SELECT id FROM sessions WHERE user_id = '${one.id}' ORDER BY id`).map(({ id }) => id);
  assert.deepEqual(items.map(({ id }) => id).sort(), own);
  assert.ok(!items.some(({ id }) => id === other.session.id));
  assert.equal(new Set(tokens).size, 5);
  await advance(server, "61m");
  const fresh = (await signIn(server, one)).body.session;
  assert.deepEqual((await server.client.as(fresh.token).get("/v1/me/sessions")).body.items.map(({ id }) => id), [fresh.id], "those that ended are not shown");
});
