// Apple-shaped sign-in against the certified oidc-provider: the answer is a form that Apple's page posts from another site, the
// client secret is a token that we sign, the name comes once and unsigned, and booleans come as text.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "../support/database.mjs";
import { appFlow, appSession, browserAt, endOf, exchange, serverWith, signInByApp, signInOnWeb, startPath, webTarget } from "../support/oauth.mjs";
import { freshEmail, person } from "../support/people.mjs";
import { AppleLike } from "../support/providers/oidc.mjs";

const apple = new AppleLike();
let server;
before(async () => {
  await apple.start();
  server = await serverWith({ apple });
  server.secrets.add(apple.privateKey);
});
after(async () => {
  await server.stop();
  await apple.stop();
  assert.deepEqual(apple.complaints, [], "nothing of all this was a mistake in Apple's eyes");
});
const arrive = (email = freshEmail(), more = {}) => ((apple.signedIn = apple.add(email, more)), email);
const me = async (token) => (await server.client.as(token).get("/v1/me")).body;

test("the flow's cookie crosses sites (SameSite=None; Secure), and form_post is asked for", async () => {
  const { setCookies, headers } = await browserAt(server).visit(server.url + startPath("apple"), { follow: false });
  const [line] = setCookies.filter((each) => each.includes("gatehouse-flow-apple="));
  for (const attribute of [/; SameSite=None/i, /; Secure/i, /; HttpOnly/i]) assert.match(line, attribute);
  const query = new URL(headers.location).searchParams;
  assert.deepEqual([query.get("response_mode"), query.get("response_type"), query.get("scope")], ["form_post", "code", "name email"]);
  assert.ok(query.get("nonce") && query.get("state"));
});

test("the form from Apple's site signs a person up, takes the name of the first consent, and never its address", async () => {
  const email = arrive();
  apple.people.get(apple.signedIn).email = email;
  const { error, web, session, at } = await signInOnWeb(server, "apple");
  assert.deepEqual([error, at], [undefined, webTarget]);
  const posted = web.trail.find(({ method, url }) => method === "POST" && url.endsWith("/callback"));
  assert.ok(!posted.sent.includes("gatehouse-session"), "a Lax cookie does not come with a post from another site");
  const actor = await session();
  const [user] = sql(server.data, `SELECT name, email FROM users WHERE id = '${actor.user_id}'`);
  assert.deepEqual([user.name, user.email], ["Johnny Appleseed", email]);
});

test("the client secret is made anew for each call, short-lived, and names what Apple wants named", async () => {
  arrive();
  apple.secrets.length = 0;
  assert.equal((await signInByApp(server, "apple")).status, 200);
  assert.equal((await signInByApp(server, "apple")).status, 200);
  const [first] = apple.secrets;
  assert.equal(apple.secrets.length, 2);
  assert.deepEqual([first.iss, first.sub, first.aud], [apple.teamId, apple.clientId, "https://appleid.apple.com"]);
  assert.ok(first.exp - first.iat <= 3600 && Math.abs(first.iat - Date.now() / 1000) < 60);
});

test("on the second visit, without a name, the account keeps the first one", async () => {
  arrive();
  const first = await signInByApp(server, "apple");
  apple.people.get(apple.signedIn).firstName = "Other";
  const second = await signInByApp(server, "apple");
  assert.equal(second.body.actor.user_id, first.body.actor.user_id);
  assert.equal((await me(second.body.session.token)).name, "Johnny Appleseed");
});

test("a private relay address is an address like any other", async () => {
  const email = arrive(`${freshEmail("x").split("@")[0]}@privaterelay.appleid.com`);
  const { body } = await signInByApp(server, "apple");
  assert.deepEqual([body.status, (await me(body.session.token)).email], ["signed_in", email]);
});

test("\"true\" as text is yes; \"false\", \"TRUE\", \"1\" and others are not", async () => {
  for (const word of ["false", "TRUE", "True", "1", "yes", " true", 1, ["true"]]) {
    arrive(freshEmail(), { email_verified: word });
    assert.equal((await signInOnWeb(server, "apple")).error, "provider_email_unverified", JSON.stringify(word));
  }
  arrive(freshEmail(), { email_verified: true });
  assert.equal((await signInByApp(server, "apple")).status, 200, "and a boolean is yes as well");
});

test("a hostile `user` field names nobody else's address, and breaks nothing", async () => {
  for (const [user, name] of [
    [JSON.stringify({ name: { firstName: "Ann", lastName: "Lee" }, email: "victim@example.com" }), "Ann Lee"],
    ["{", null],
    ["[]", null],
    [JSON.stringify({ name: "Ann" }), null],
    [JSON.stringify({ name: { firstName: ["x"], lastName: { a: 1 } } }), null],
    [JSON.stringify({ name: { firstName: "a\u0000b", lastName: "\r\nBcc: x@example.com" } }), null],
    [JSON.stringify({ name: { firstName: "A".repeat(3000), lastName: "" } }), undefined],
  ]) {
    const email = arrive();
    const web = browserAt(server);
    const left = await web.visit(server.url + startPath("apple"), { follow: false });
    const stopped = web.copy();
    stopped.stops = (url) => url.startsWith(`${server.url}/v1/oauth/apple/callback`);
    const { form, url } = await stopped.visit(left.headers.location);
    const ended = endOf(await web.visit(url, { method: "POST", form: { ...form, user }, from: `${apple.url}/auth/authorize` }));
    assert.equal(ended.error, undefined, user.slice(0, 60));
    const [row] = sql(server.data, `SELECT name, email FROM users WHERE email_canonical = '${email}'`);
    assert.equal(row.email, email);
    if (name !== undefined) assert.equal(row.name, name, user.slice(0, 60));
    else assert.ok(row.name === null || row.name.length <= 200);
  }
});

test("a person who cancels at Apple is told so", async () => {
  arrive();
  apple.refuses = true;
  const { error, at } = await signInOnWeb(server, "apple");
  apple.refuses = false;
  assert.deepEqual([error, at], ["oauth_denied", webTarget]);
});

test("the post without the flow's cookie, or without a form, does nothing", async () => {
  arrive();
  const web = browserAt(server);
  const left = await web.visit(server.url + startPath("apple"), { follow: false });
  const stopped = web.copy();
  stopped.stops = (url) => url.startsWith(`${server.url}/v1/oauth/apple/callback`);
  const { form, url } = await stopped.visit(left.headers.location);
  const callback = new URL(url).pathname;
  const bare = await server.client.call("POST", callback, { form });
  assert.equal(new URL(bare.headers.location, server.url).searchParams.get("error"), "flow_in_another_browser");
  assert.equal((await server.client.call("POST", callback, { json: form, wrong: true })).status, 415);
  assert.equal((await server.client.call("POST", callback, { raw: `state=${form.state}&state=x`, headers: { "Content-Type": "application/x-www-form-urlencoded" }, wrong: true })).status, 400);
  const { error } = endOf(await web.visit(url, { method: "POST", form, from: apple.url }));
  assert.equal(error, undefined, "and it is still good for its own browser");
});

test("linking by Apple's form works for the session that began it, though no session cookie comes with the post", async () => {
  const token = await appSession(server, await person(server));
  arrive();
  const flow = await appFlow(server, "apple", { intent: "link", token });
  const { status, body } = await exchange(server, flow, token);
  assert.deepEqual([status, body.status, body.account.provider], [200, "linked", "apple"]);
});
