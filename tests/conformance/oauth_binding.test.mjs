// A flow is finished by the browser, the session and the provider that it was begun with, once and in time (T04, T05, T09):
// whatever else comes to the callback, nothing changes.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { rowCounts, sql } from "../support/database.mjs";
import { appFlow, appSession, authorize, browserAt, endOf, exchange, providersConfig, registerCallbacks, serverWith, signInByApp, signInOnWeb, startPath, webTarget } from "../support/oauth.mjs";
import { advance, freshEmail, person, times } from "../support/people.mjs";
import { Discord, discordUser } from "../support/providers/discord.mjs";
import { RogueProvider } from "../support/providers/rogue_provider.mjs";
import { Server, temporaryFolder } from "../support/server.mjs";

const standIns = { one: new RogueProvider(), two: new RogueProvider(), discord: new Discord() };
const { one, two, discord } = standIns;
let server;
before(async () => {
  await Promise.all(Object.values(standIns).map((each) => each.start()));
  server = await serverWith(standIns);
});
after(async () => {
  await server.stop();
  await Promise.all(Object.values(standIns).map((each) => each.stop()));
});
let count = 0;
const arrive = (provider = one) => (provider.signedIn = { sub: `s-${++count}`, email: freshEmail(), email_verified: true, name: "Eve" });
beforeEach(() => (one.behave(), two.behave(), arrive(), arrive(two), (discord.signedIn = discordUser(freshEmail()))));

const things = () => rowCounts(server.data).filter(({ name }) => !/audit|outbox|oauth_tickets|mail|login/.test(name));
/** Leaves for the provider, and stops at the callback's address with its code and state. */
async function untilCallback(path = startPath("one"), web = browserAt(server)) {
  const left = await web.visit(new URL(path, server.url).href, { follow: false });
  assert.equal(left.status, 303, left.text);
  const asked = left.headers.location;
  const back = await fetch(asked, { redirect: "manual" });
  return { web, callback: back.headers.get("location"), asked: new URL(asked).searchParams };
}
const changed = (url, changes) => {
  const to = new URL(url);
  for (const [name, value] of Object.entries(changes)) value === undefined ? to.searchParams.delete(name) : to.searchParams.set(name, value);
  return to.href;
};
const finish = async (web, url, method) => endOf(await web.visit(url, { from: `${one.url}/authorize`, ...method }));

test("T05 a callback without state, with a random one, or with one of another kind, is refused", async () => {
  const { web, callback } = await untilCallback();
  const before = things();
  for (const state of [undefined, "", "x", "a".repeat(43), "%", "'; DROP TABLE users; --", "é"]) {
    const { error } = await finish(web.copy(), changed(callback, { state }));
    assert.equal(error, "invalid_state", String(state));
  }
  assert.deepEqual(things(), before);
  assert.equal((await finish(web, callback)).error, undefined, "and the right one still goes through");
});

test("T05 the state of one provider at the callback of another is refused, though the cookie and the code are right", async () => {
  const { web, callback } = await untilCallback();
  const before = things();
  const elsewhere = callback.replace("/oauth/one/", "/oauth/two/");
  assert.equal((await finish(web.copy(), elsewhere)).error, "invalid_state");
  // The cookie of one provider under the name of another's opens nothing either.
  const forged = web.copy();
  const jar = forged.cookies.get("localhost");
  jar.set("gatehouse-flow-two", jar.get("gatehouse-flow-one"));
  assert.equal((await finish(forged, elsewhere)).error, "invalid_state");
  assert.deepEqual(things(), before);
  assert.equal(two.to("/token").length, 0, "the code was sent to nobody");
});

test("T05 a spent state is refused, and does not end the session that it made", async () => {
  const { web, callback } = await untilCallback();
  const replay = web.copy();
  assert.equal((await finish(web, callback)).at, webTarget);
  const session = web.cookie("gatehouse-session");
  assert.equal((await finish(replay, callback)).error, "invalid_state");
  assert.equal((await finish(web, callback)).error, "invalid_state");
  assert.equal((await server.client.get("/v1/session", { headers: { Cookie: `gatehouse-session=${session}` } })).status, 200);
});

test("T05 another browser's state is refused, and told apart", async () => {
  const { web, callback } = await untilCallback();
  const before = things();
  const { error, at } = await finish(browserAt(server), callback);
  assert.equal(error, "flow_in_another_browser");
  assert.equal(at, `${server.url}/error`, "nobody else's redirect_to is believed");
  const { web: other } = await untilCallback();
  assert.equal((await finish(other.copy(), callback)).error, "flow_in_another_browser");
  assert.deepEqual(things(), before);
  assert.equal(one.to("/token").length, 0);
  assert.equal((await finish(web, callback)).error, undefined);
});

test("T05 a cookie that was altered anywhere opens nothing", async () => {
  const { web, callback } = await untilCallback();
  const value = web.cookie("gatehouse-flow-one");
  for (const at of [0, 1, Math.floor(value.length / 2), value.length - 2]) {
    const forged = web.copy();
    const other = value.slice(0, at) + (value[at] === "A" ? "B" : "A") + value.slice(at + 1);
    forged.cookies.get("localhost").set("gatehouse-flow-one", { value: other, attributes: {} });
    assert.equal((await finish(forged, callback)).error, "flow_in_another_browser", `character ${at}`);
  }
  assert.equal((await finish(web, callback)).error, undefined);
});

test("T05 fifty parallel copies of the right callback make one session", async () => {
  for (let round = 0; round < 3; ++round) {
    const subject = arrive();
    const { web, callback } = await untilCallback();
    const ended = await times(50, () => finish(web.copy(), callback));
    const good = ended.filter(({ error }) => error === undefined);
    assert.equal(good.length, 1, JSON.stringify(ended.map(({ error }) => error)));
    assert.ok(ended.filter(({ error }) => error !== undefined).every(({ error }) => error === "invalid_state"));
    assert.equal(one.to("/token").filter(({ form }) => form?.code === new URL(callback).searchParams.get("code")).length, 1, "the code is presented once");
    const [{ id }] = sql(server.data, `SELECT user_id AS id FROM accounts WHERE subject = '${subject.sub}'`);
    assert.equal(sql(server.data, `SELECT count(*) AS n FROM sessions WHERE user_id = '${id}'`)[0].n, 1);
  }
});

test("T05 fifty parallel exchanges of one code make one session, fifty openings of one link one flow", async () => {
  const flow = await appFlow(server, "one");
  const answers = await times(50, () => exchange(server, flow));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  assert.ok(answers.filter(({ status }) => status !== 200).every(({ body }) => body.code === "invalid_state"));
  const { url } = await authorize(server, "one");
  const opened = await times(50, () => browserAt(server).visit(url, { follow: false }));
  assert.equal(opened.filter(({ headers }) => headers.location.startsWith(one.url)).length, 1);
});

test("T04 whose flow it is decides, not who brings it: a stranger's callback does nothing in a signed-in browser, nor mine in theirs", async () => {
  const [a, b] = await Promise.all([person(server), person(server)]);
  const [mine, theirs] = await Promise.all([appSession(server, a), appSession(server, b)]);
  const before = things();
  const begun = await authorize(server, "one", { intent: "link", token: mine });
  const { web, callback } = await untilCallback(begun.url);
  assert.equal((await finish(browserAt(server), callback)).error, "flow_in_another_browser");
  const own = await finish(web, callback);
  assert.ok(own.code);
  assert.equal((await exchange(server, { code: own.code, verifier: begun.verifier }, theirs)).body.code, "invalid_state");
  assert.equal((await exchange(server, { code: own.code, verifier: begun.verifier })).body.code, "no_session");
  // The other way round: B's link, finished by A.
  const reverse = await appFlow(server, "two", { intent: "link", token: theirs });
  assert.equal((await exchange(server, reverse, mine)).body.code, "invalid_state");
  assert.deepEqual(things(), before);
});

test("T04 a sign-in begun by an attacker can't be finished in the victim's browser, which would then be the attacker's", async () => {
  const { callback } = await untilCallback();
  const victim = browserAt(server);
  assert.equal((await finish(victim, callback)).error, "flow_in_another_browser");
  assert.equal(victim.cookie("gatehouse-session"), undefined);
});

test("T04 link and reauthenticate need a session, by start as by authorize", async () => {
  for (const intent of ["link", "reauthenticate"]) {
    const { status } = await server.client.post("/v1/oauth/one/authorize", { client_id: "app", redirect_to: "http://127.0.0.1:1/callback", intent, code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" });
    assert.equal(status, 401, intent);
    assert.equal((await server.client.get(`${startPath("one")}&intent=${intent}`, { unchecked: true })).status, 400, "start knows no intent");
  }
});

test("T04 a link whose session has ended meanwhile is refused at the callback and at the exchange", async () => {
  const who = await person(server);
  const token = await appSession(server, who);
  const flow = await appFlow(server, "one", { intent: "link", token });
  const { url } = await authorize(server, "two", { intent: "link", token });
  const { web, callback } = await untilCallback(url);
  assert.equal((await server.client.as(token).post("/v1/sign-out")).status, 204);
  assert.equal((await exchange(server, flow, token)).status, 401);
  assert.equal((await finish(web, callback)).error, "no_session");
  assert.equal(sql(server.data, `SELECT count(*) AS n FROM accounts WHERE user_id = '${who.id}'`)[0].n, 0);
});

test("the browser that is framed, prefetched or asked by script does not walk through a flow", async () => {
  const { web, callback } = await untilCallback();
  for (const destination of ["iframe", "image", "empty"])
    assert.equal((await server.client.get(new URL(callback).pathname + new URL(callback).search, { headers: { Cookie: `gatehouse-flow-one=${web.cookie("gatehouse-flow-one")}`, "Sec-Fetch-Dest": destination }, wrong: true })).status, 403);
  assert.equal((await server.client.call("HEAD", new URL(callback).pathname + new URL(callback).search, { unchecked: true })).status, 405);
  assert.equal((await finish(web, callback)).error, undefined, "and nothing of it spent the state");
});

test("no answer of a flow is kept by a cache, or tells the next site where it came from", async () => {
  const web = browserAt(server);
  const left = await web.visit(server.url + startPath("one"), { follow: false });
  const back = (await fetch(left.headers.location, { redirect: "manual" })).headers.get("location");
  const returned = await web.visit(back, { from: one.url, follow: false });
  for (const { headers } of [left, returned]) {
    assert.match(headers["cache-control"], /no-store/);
    assert.match(headers["referrer-policy"] ?? "", /no-referrer|strict-origin|same-origin|origin/);
  }
});

test("T09 a user who is disabled between start and callback gets nothing", async () => {
  const { body } = await signInByApp(server, "one");
  const admin = await person(server, { roles: ["admin"] });
  const { web, callback } = await untilCallback();
  const flow = await appFlow(server, "one");
  assert.equal((await admin.client.patch(`/v1/admin/users/${body.actor.user_id}`, { status: "disabled", reason: "T09" })).status, 200);
  assert.equal((await finish(web, callback)).error, "account_disabled");
  assert.equal(web.cookie("gatehouse-session"), undefined);
  const late = await exchange(server, flow);
  assert.deepEqual([late.status, late.body.code], [403, "account_disabled"]);
});

test("T09 a provider that is taken out of the configuration between start and callback is refused, and says so", async () => {
  const data = temporaryFolder();
  const clients = `[clients.web]\ntransport = "cookie"\norigins = ["https://shop.example.com"]\nredirect_uris = ["${webTarget}"]\n`;
  const first = await new Server({ data, config: clients + providersConfig({ one, two }) }).started();
  registerCallbacks(first.url, { one, two });
  const web = browserAt(first);
  const left = await web.visit(first.url + startPath("one"), { follow: false });
  const back = (await fetch(left.headers.location, { redirect: "manual" })).headers.get("location");
  await first.stop();
  const second = await new Server({ data, listen: `localhost:${first.port}`, config: clients + providersConfig({ two }) }).started();
  try {
    web.server = second;
    const { error } = endOf(await web.visit(back, { from: `${one.url}/authorize` }));
    assert.equal(error, "unknown_provider");
    assert.equal(web.cookie("gatehouse-session"), undefined);
    assert.equal((await second.client.get(startPath("one"))).status, 404);
  } finally {
    await second.stop();
    registerCallbacks(server.url, standIns);
  }
});

// The clock moves from here on: the last tests of this file, on a server of their own.
test("T05 a flow that took longer than ten minutes, a link longer than two and a code longer than two are refused", async () => {
  const late = { one: new RogueProvider() };
  await late.one.start();
  const other = await serverWith(late);
  try {
    late.one.signedIn = { sub: "s-1", email: freshEmail(), email_verified: true };
    const web = browserAt(other);
    const left = await web.visit(other.url + startPath("one"), { follow: false });
    const back = (await fetch(left.headers.location, { redirect: "manual" })).headers.get("location");
    const flow = await appFlow(other, "one");
    const { url } = await authorize(other, "one");
    await advance(other, "121s");
    assert.equal((await exchange(other, flow)).body.code, "invalid_state");
    assert.equal(endOf(await browserAt(other).visit(url)).error, "flow_expired");
    await advance(other, "480s");
    assert.equal(endOf(await web.visit(back, { from: late.one.url })).error, "flow_expired");
    assert.equal(late.one.to("/token").length, 1, "the late code was sent to nobody");
    assert.equal(sql(other.data, "SELECT count(*) AS n FROM users")[0].n, 0);
  } finally {
    await other.stop();
    await late.one.stop();
  }
});

test("a sign-in on the web and one by an app don't end each other, nor do two providers' at once", async () => {
  const web = browserAt(server);
  const first = await untilCallback(startPath("one"), web);
  arrive(two);
  const second = await untilCallback(startPath("two"), web);
  assert.equal((await finish(web, second.callback)).error, undefined);
  assert.equal((await finish(web, first.callback)).error, undefined);
  assert.equal((await signInOnWeb(server, "discord")).error, undefined);
});
