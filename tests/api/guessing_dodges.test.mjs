// Whoever guesses can't slip from under the counters, and whoever sprays is seen (T25, T43 to T47).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { advance, freshEmail, person, personWithTotp, signIn, signUp, tally, times } from "../support/people.mjs";
import { sendRaw } from "../support/raw.mjs";
import { startServer } from "../support/server.mjs";

const wrong = "a wrong quiet harbour";
const config = '[server]\ntrusted_proxies = ["127.0.0.1/32", "::1/128", "10.0.0.0/8"]\n[throttle]\nnetwork_failures = 10\n[password]\nargon2_memory_kib = 8192\nargon2_iterations = 1\n';
let server, admin;
before(async () => {
  server = await startServer({ config });
  admin = await person(server, { roles: ["admin"] });
});
after(() => server.stop());

const from = (forwarded) => ({ headers: { "X-Forwarded-For": forwarded } });
let network = 0;
/** An address of a network that no test has used. */
const fresh = () => `198.18.${Math.floor(++network / 250)}.${network % 250}`;
const ipOfLast = async (email) => (await admin.client.get("/v1/admin/login-attempts", { query: { email } })).body.items[0].ip;

test("T43 from a trusted proxy the rightmost hop that is none counts, whatever stands left of it", async () => {
  const cases = {
    "203.0.113.5": "203.0.113.5",
    "1.2.3.4, 203.0.113.5": "203.0.113.5",
    "1.2.3.4, 203.0.113.5, 10.1.2.3": "203.0.113.5",
    "203.0.113.5, 10.1.2.3, 10.9.9.9, 127.0.0.1": "203.0.113.5",
    " 203.0.113.5 ,10.1.2.3": "203.0.113.5",
    "::ffff:203.0.113.5": "203.0.113.5",
    "2001:DB8:0:0:0:0:0:1": "2001:db8::1",
    "2001:0db8::0001": "2001:db8::1",
  };
  for (const [forwarded, ip] of Object.entries(cases)) {
    const email = freshEmail();
    assert.equal((await signIn(server, { email, password: wrong }, {}, from(forwarded))).status, 401, forwarded);
    assert.equal(await ipOfLast(email), ip, forwarded);
  }
});

test("T43 a hop that can't be read fails closed and crashes nothing", async () => {
  for (const forwarded of ["a", ",,,", "1.2.3", "1.2.3.4.5", "203.0.113.5:99999", "256.1.1.1", "unknown", "_hidden", "[::1", "203.0.113.5, x, 10.1.1.1", "1.2.3.4, ".repeat(900), "\t", "::ffff:999.1.1.1"]) {
    const { status } = await signIn(server, { email: freshEmail(), password: wrong }, {}, { ...from(forwarded), unchecked: true });
    assert.ok([400, 401, 431].includes(status), `${forwarded.slice(0, 40)}: ${status}`);
  }
  assert.equal((await server.client.get("/healthz")).status, 200);
});

test("T43 every address of an IPv6 /64 is one network, however it is spelt, and its neighbour another", async () => {
  const spelt = ["2001:db8:1:2::1", "2001:0DB8:0001:0002:0000:0000:0000:0002", "2001:db8:1:2:ffff::3", "2001:db8:1:2:0:0:0:4", "2001:db8:1:2::5", "2001:db8:1:2:aaaa:bbbb:cccc:dddd"];
  const statuses = [];
  for (let i = 0; i < 14; ++i) statuses.push((await signIn(server, { email: freshEmail(), password: wrong }, {}, from(spelt[i % spelt.length]))).status);
  assert.equal(statuses.filter((each) => each === 401).length, 10, String(statuses));
  assert.equal((await signIn(server, { email: freshEmail(), password: wrong }, {}, from("2001:db8:1:3::1"))).status, 401);
});

test("T44 one account is one counter: from many networks, in any spelling of address, path, version and type", async () => {
  const who = await signUp(server);
  const [local, domain] = who.email.split("@");
  const seen = [];
  const spellings = [who.email, who.email.toUpperCase(), `${local}@${domain.toUpperCase()}`, `${local[0].toUpperCase()}${local.slice(1)}@${domain}`];
  for (let i = 0; i < 14; ++i) seen.push((await signIn(server, { email: spellings[i % 4], password: wrong }, {}, from(fresh()))).status);
  assert.equal(seen.filter((each) => each === 401).length, 10, String(seen));
  assert.equal((await signIn(server, who, {}, from(fresh()))).status, 429, "the account's counter, not a network's");

  const body = JSON.stringify({ email: who.email, password: wrong });
  const raw = (line, more = "") => `${line}\r\nHost: localhost:${server.port}\r\nContent-Type: application/json\r\nConnection: close\r\nX-Forwarded-For: ${fresh()}\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
  for (const [line, more] of [["POST /v1/sign-in HTTP/1.0"], ["POST //v1/sign-in HTTP/1.1"], ["POST /v1/sign-in/ HTTP/1.1"], ["POST /v1/sign%2din HTTP/1.1"], ["POST /v1/sign-in;x=1 HTTP/1.1"], ["POST /v1/./sign-in HTTP/1.1"], ["POST /v0/../v1/sign-in HTTP/1.1"], ["POST /V1/SIGN-IN HTTP/1.1"], ["POST /v1/sign-in?x=%2e HTTP/1.1"], ["HEAD /v1/sign-in HTTP/1.1"], ["PUT /v1/sign-in HTTP/1.1"], ["POST /v1/sign-in HTTP/1.1", "X-HTTP-Method-Override: GET\r\n"], ["POST /v1/sign-in HTTP/1.1", "Accept-Version: 0\r\nX-API-Version: 0\r\n"]]) {
    const { statuses, text } = await sendRaw(server, raw(line, more ?? ""));
    assert.ok([400, 404, 405, 429].includes(statuses[0]), `${line}: ${text.slice(0, 200)}`);
  }
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "application/vnd.api+json"]) {
    const { status } = await server.client.call("POST", "/v1/sign-in", { raw: body, headers: { "Content-Type": type, "X-Forwarded-For": fresh() }, unchecked: true });
    assert.ok([415, 400, 429].includes(status), `${type}: ${status}`);
  }
});

test("T45 what the limit let through is what was evaluated: the attempts on record are no more than it, and each was hashed", { timeout: 60_000 }, async () => {
  const who = await signUp(server);
  const answers = await times(500, (i) => signIn(server, { ...who, password: `${wrong} ${i}` }, {}, from(fresh())));
  const seen = tally(answers);
  assert.ok((seen[401] ?? 0) <= 10, `the account's limit is 10: ${JSON.stringify(seen)}`);
  assert.equal((seen[401] ?? 0) + (seen[429] ?? 0), 500, JSON.stringify(seen));
  const { items } = (await admin.client.get("/v1/admin/login-attempts", { query: { user_id: who.id, limit: 200 } })).body;
  assert.equal(items.length, seen[401], "a refused one writes a counter and no record");
});

test("T46 an account that is locked by its factor or disabled is refused on every path, also one begun before", async () => {
  const who = await personWithTotp(server);
  const { challenge } = (await signIn(server, who, {}, from(fresh()))).body;
  const verify = async () => server.client.post(`/v1/mfa/challenges/${challenge.id}/verify`, { method: "totp", code: await who.code() });
  assert.equal((await admin.client.patch(`/v1/admin/users/${who.id}`, { status: "disabled", reason: "test" })).status, 200);
  const refused = [await verify(), await who.client.get("/v1/session"), await who.client.post("/v1/token"), await who.client.post("/v1/reauthenticate", { password: who.password }), await signIn(server, who, {}, from(fresh()))];
  assert.deepEqual(refused.map(({ status }) => status), [410, 401, 401, 401, 403]);
  await server.client.post("/v1/password/forgot", { email: who.email });
  assert.equal((await server.mailbox.of(who.email)).filter(({ template }) => template === "reset_password").length, 0, "no way round by mail");
  for (const { text } of refused) assert.doesNotMatch(text, /test|reason/, "neutral");
});

test("T25 wrong codes count for the account from every network and in every challenge, and a right password forgives none", { timeout: 60_000 }, async () => {
  const who = await personWithTotp(server);
  const { device_token: device, session } = await finishedSignIn(who);
  const codes = (await server.client.as(session.token).post("/v1/me/mfa/backup-codes")).body.backup_codes;
  const begun = async () => {
    const answer = await signIn(server, who, { device_token: device }, from(fresh()));
    assert.equal(answer.body.status, "mfa_required", `a known device is not held up: ${answer.text}`);
    return answer.body.challenge.id;
  };
  const answer = async (id, method, code) => (await server.client.post(`/v1/mfa/challenges/${id}/verify`, { method, code }, from(fresh()))).status;
  assert.equal(await answer(await begun(), "totp", await who.code()), 200, "right codes are taken so far");
  for (let round = 0; round < 10; ++round) {
    const id = await begun();
    for (let i = 0; i < 5; ++i) assert.equal(await answer(id, "totp", "000000"), 401);
    assert.equal(await answer(id, "totp", await who.code()), 410, "a challenge has five tries");
  }
  assert.notEqual(await answer(await begun(), "totp", await who.code()), 200, "after fifty, over ten challenges and sixty networks, a right one is refused");
  assert.equal(await answer(await begun(), "backup_code", codes[0]), 200, "a backup code frees it");
  assert.equal(await answer(await begun(), "totp", await who.code()), 200);
});

/** A finished sign-in of this person, by which its browser is known. */
async function finishedSignIn(who) {
  const { body } = await signIn(server, who, {}, from(fresh()));
  const finished = await server.client.post(`/v1/mfa/challenges/${body.challenge.id}/verify`, { method: "totp", code: await who.code() });
  assert.equal(finished.status, 200, finished.text);
  return finished.body;
}

test("T47 a delay that others cause ends by itself, and the owner's mailed way in works meanwhile", async () => {
  const who = await signUp(server);
  for (let i = 0; i < 40; ++i) await signIn(server, { ...who, password: wrong }, {}, from(fresh()));
  const held = await signIn(server, who, {}, from(fresh()));
  assert.equal(held.status, 429);
  await server.client.post("/v1/password/forgot", { email: who.email }, from(fresh()));
  assert.equal((await server.client.post("/v1/password/reset", { token: await server.mailbox.token(who.email, "reset_password"), password: "yet another quiet harbour" })).status, 204);
  const wait = Number(held.headers["retry-after"]);
  assert.ok(wait >= 1 && wait <= 3600, `${wait} s`);
  await advance(server, `${wait + 1}s`);
  assert.equal((await signIn(server, { ...who, password: "yet another quiet harbour" }, {}, from(fresh()))).status, 200);
});

test("spraying one password over many accounts through many networks marks the sign-in that it wins, and its owner is told", async () => {
  const sprayed = await startServer({ config });
  try {
    const staff = await person(sprayed, { roles: ["admin"] });
    const victim = await signUp(sprayed);
    const home = from("203.0.113.77");
    const device = (await signIn(sprayed, victim, {}, home)).body.device_token;
    for (let i = 0; i < 60; ++i) assert.equal((await signIn(sprayed, { email: freshEmail("sprayed"), password: victim.password }, {}, from(fresh()))).status, 401);
    assert.equal((await signIn(sprayed, victim, {}, from(fresh()))).status, 200, "the password they guessed");
    assert.equal((await signIn(sprayed, victim, { device_token: device }, home)).status, 200);
    const [own, won] = (await staff.client.get("/v1/admin/login-attempts", { query: { user_id: victim.id } })).body.items;
    assert.deepEqual(won.risk.reasons, ["new_device", "new_network", "password_spraying"]);
    assert.equal(won.risk.level, "high");
    assert.deepEqual([own.risk.reasons, own.risk.level], [[], "low"], "the owner's own browser is not suspected");
    const mail = await sprayed.mailbox.newest(victim.email, "suspicious_sign_in");
    assert.equal((await sprayed.client.post("/v1/not-me", { token: mail.token })).status, 204);
    assert.equal((await signIn(sprayed, victim, {}, from(fresh()))).body.code, "password_reset_required");
  } finally {
    await sprayed.stop();
  }
});
