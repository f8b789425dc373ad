// Guessing is limited per account, network and pair, counted before the hash, across restarts; nobody can lock another out
// for good (T45, T47, T54), and every attempt is on record.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "../support/client.mjs";
import { advance, freshEmail, goodPassword, median, person, signIn, signUp, tally, times } from "../support/people.mjs";
import { startServer, temporaryFolder } from "../support/server.mjs";

const data = temporaryFolder();
let server;
before(async () => (server = await startServer({ data, config: "[throttle]\nnetwork_failures = 100000\n" })));
after(() => server.stop());
const wrong = "a wrong quiet harbour";

test("T45 of 500 wrong passwords at once on 50 connections no more than the limit are evaluated, and the right one among them is refused", { timeout: 60_000 }, async () => {
  const who = await signUp(server);
  const crowd = new Client(server.url, { secrets: server.secrets, connections: 50 });
  const guess = (password) => crowd.post("/v1/sign-in", { email: who.email, password });
  const answers = await times(500, () => guess(wrong));
  const late = await guess(who.password);
  crowd.close();
  const seen = tally(answers);
  assert.ok((seen[401] ?? 0) <= 5, `${seen[401]} were evaluated, with a limit of 5 for a pair: ${JSON.stringify(seen)}`);
  assert.equal((seen[401] ?? 0) + (seen[429] ?? 0), 500, JSON.stringify(seen));
  assert.equal(late.status, 429, "the right password after the limit");
  assert.ok(Number(late.headers["retry-after"]) >= 1);
});

test("an unknown address is throttled exactly as a known one", async () => {
  const known = (await signUp(server)).email;
  const statuses = async (email) => {
    const seen = [];
    for (let i = 0; i < 8; ++i) seen.push((await signIn(server, { email, password: wrong })).status);
    return seen;
  };
  assert.deepEqual(await statuses(freshEmail()), await statuses(known));
});

test("a delay ends by itself, and only failures count", async () => {
  const who = await signUp(server);
  for (let i = 0; i < 12; ++i) assert.equal((await signIn(server, who)).status, 200, "a success never delays");
  for (let i = 0; i < 7; ++i) await signIn(server, { ...who, password: wrong });
  const refused = await signIn(server, who);
  assert.equal(refused.status, 429);
  await advance(server, `${Number(refused.headers["retry-after"]) + 1}s`);
  assert.equal((await signIn(server, who)).status, 200);
});

test("T47 while others hammer the account, its live session and its known device still work", async () => {
  const who = await signUp(server);
  const { session, device_token: device } = (await signIn(server, who)).body;
  await times(100, () => signIn(server, { ...who, password: wrong }));
  assert.equal((await signIn(server, who)).status, 429, "from elsewhere it waits");
  assert.equal((await server.client.as(session.token).get("/v1/session")).status, 200);
  assert.equal((await signIn(server, who, { device_token: device })).status, 200, "the known device has a budget of its own");
  const other = await signUp(server);
  const theirs = (await signIn(server, other)).body.device_token;
  assert.equal((await signIn(server, who, { device_token: theirs })).status, 429, "another account's device helps nothing");
});

test("an administrator's unlock forgives the failures", async () => {
  const who = await signUp(server);
  for (let i = 0; i < 8; ++i) await signIn(server, { ...who, password: wrong });
  assert.equal((await signIn(server, who)).status, 429);
  const fresh = await person(server, { roles: ["admin"] });
  assert.equal((await fresh.client.post(`/v1/admin/users/${who.id}/unlock`, { reason: "asked by telephone" })).status, 204);
  assert.equal((await signIn(server, who)).status, 200);
});

test("counters survive a restart", async () => {
  const folder = temporaryFolder();
  const first = await startServer({ data: folder });
  const who = await signUp(first);
  for (let i = 0; i < 6; ++i) await signIn(first, { ...who, password: wrong });
  assert.equal((await signIn(first, who)).status, 429);
  await first.stop();
  const second = await startServer({ data: folder });
  assert.equal((await signIn(second, who)).status, 429);
  await second.stop();
});

test("a network that fails at many addresses is slowed down, whoever it asks for", async () => {
  const small = await startServer({ config: "[throttle]\nnetwork_failures = 20\n" });
  try {
    const who = await signUp(small);
    const answers = [];
    for (let i = 0; i < 30; ++i) answers.push(await signIn(small, { email: freshEmail("sprayed"), password: wrong }));
    assert.equal(answers.at(-1).status, 429, JSON.stringify(tally(answers)));
    assert.ok(tally(answers)[401] <= 20);
    assert.equal((await signIn(small, who)).status, 429);
  } finally {
    await small.stop();
  }
});

test("each attempt is on record with outcome, factor, reason, network, device, latency and risk, and no password", async () => {
  const who = await signUp(server);
  await signIn(server, { ...who, password: wrong });
  await signIn(server, who);
  const staff = await person(server, { roles: ["admin"] });
  const { body, text } = await staff.client.get("/v1/admin/login-attempts", { query: { user_id: who.id } });
  assert.deepEqual(body.items.map(({ outcome, factor, reason }) => [outcome, factor, reason]), [["success", "password", null], ["failure", "password", "invalid_credentials"]]);
  assert.ok(body.items.every((each) => each.latency_ms > 0 && each.ip && each.risk.level));
  assert.ok(!text.includes(who.password));
  const unknown = freshEmail("unknown");
  await signIn(server, { email: unknown, password: wrong });
  const byAddress = await staff.client.get("/v1/admin/login-attempts", { query: { email: unknown } });
  assert.equal(byAddress.body.items.length, 1, "found by address without the address being stored");
  assert.ok(!byAddress.text.includes(unknown));
});

test("T54 200 sign-ins at once with the longest passwords are answered 200, 429 or 503 with Retry-After while session checks stay quick", { timeout: 60_000 }, async () => {
  const people = await times(8, () => person(server, { password: `${"long ".repeat(50)}${goodPassword().slice(0, 6)}` }));
  const checks = [];
  let busy = true;
  const checking = (async () => {
    while (busy) checks.push((await people[0].client.get("/v1/session")).ms);
  })();
  const crowd = new Client(server.url, { secrets: server.secrets, connections: 200 });
  const answers = await times(200, (i) => crowd.post("/v1/sign-in", { email: people[i % 8].email, password: people[i % 8].password }));
  busy = false;
  await checking;
  crowd.close();
  assert.ok(answers.every(({ status }) => [200, 429, 503].includes(status)), JSON.stringify(tally(answers)));
  assert.ok(answers.some(({ status }) => status === 200));
  assert.ok(checks.length > 20 && median(checks) < 100, `${checks.length} checks with a median of ${median(checks)} ms`);
});
