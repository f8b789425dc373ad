// The main job, end to end: sign up, confirm, sign in, prove who you are, and leave.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { freshEmail, goodPassword, person, signIn, signUp } from "../support/people.mjs";
import { startServer } from "../support/server.mjs";

let server;
before(async () => (server = await startServer()));
after(() => server.stop());

test("somebody signs up, confirms, signs in, takes a JWT, sees and ends sessions, and signs out", async () => {
  const email = freshEmail("ada");
  const password = goodPassword();
  const { client, mailbox } = server;

  const asked = await client.post("/v1/sign-up", { email, password, name: "Ada Lovelace", locale: "en-GB" });
  assert.equal(asked.status, 202);
  assert.deepEqual(asked.body, { status: "verification_required" });
  assert.equal((await signIn(server, { email, password })).body.code, "email_unverified");

  const mail = await mailbox.newest(email, "verify_email");
  assert.equal(mail.to, email);
  const link = new URL(mail.links[0]);
  assert.equal(link.origin, server.url, "links lead to public_url");
  assert.equal(link.search, "", "the token isn't in the query, which servers log");
  assert.equal(new URLSearchParams(link.hash.slice(1)).get("token"), mail.token);

  const confirmed = await client.post("/v1/email/verify", { token: mail.token });
  assert.equal(confirmed.status, 200);
  assert.equal((await client.post("/v1/email/verify", { token: mail.token })).body.code, "invalid_token", "a token is good once");

  const signedIn = await signIn(server, { email, password });
  assert.equal(signedIn.status, 200);
  const { session, actor, device_token: device } = signedIn.body;
  assert.match(session.token, /^gths_/);
  assert.match(device, /^gthd_/);
  assert.equal(actor.user_id, confirmed.body.user_id);
  assert.equal(actor.name, "Ada Lovelace");

  const me = client.as(session.token);
  assert.deepEqual((await me.get("/v1/session")).body, { ...actor, idle_expires_at: (await me.get("/v1/session")).body.idle_expires_at });

  const token = await me.post("/v1/token");
  assert.equal(token.body.token_type, "Bearer");
  assert.equal(token.body.expires_in, 300);
  const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));
  const { payload, protectedHeader } = await jwtVerify(token.body.access_token, keys, { issuer: server.url, audience: "platform", typ: "at+jwt", algorithms: ["EdDSA"] });
  assert.ok(protectedHeader.kid);
  assert.equal(payload.sub, confirmed.body.user_id);
  assert.equal(payload.sid, session.id);
  assert.equal(payload.exp - payload.iat, 300);
  assert.equal(payload.email, email);

  const other = (await signIn(server, { email, password, device_token: device })).body.session;
  const list = (await me.get("/v1/me/sessions")).body.items;
  assert.deepEqual(list.map((each) => [each.id, each.current]).sort(), [[session.id, true], [other.id, false]].sort());
  assert.equal((await me.delete(`/v1/me/sessions/${other.id}`)).status, 204);
  assert.equal((await client.as(other.token).get("/v1/session")).status, 401, "the ended one is dead");
  assert.equal((await me.get("/v1/session")).status, 200, "this one lives");

  assert.equal((await me.post("/v1/sign-out")).status, 204);
  const gone = await me.get("/v1/session");
  assert.equal(gone.status, 401);
  assert.equal(gone.body.code, "no_session");
  assert.equal((await me.post("/v1/token")).status, 401);
});

test("a JWT for another audience, another issuer, or after its end is not accepted by jose", async () => {
  const { client } = await person(server);
  const { access_token: token } = (await client.post("/v1/token")).body;
  const keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));
  const right = { issuer: server.url, audience: "platform", typ: "at+jwt" };
  await jwtVerify(token, keys, right);
  await assert.rejects(jwtVerify(token, keys, { ...right, audience: "elsewhere" }), { code: "ERR_JWT_CLAIM_VALIDATION_FAILED" });
  await assert.rejects(jwtVerify(token, keys, { ...right, issuer: "https://elsewhere" }), { code: "ERR_JWT_CLAIM_VALIDATION_FAILED" });
  await assert.rejects(jwtVerify(token, keys, { ...right, typ: "jwt" }), { code: "ERR_JWT_CLAIM_VALIDATION_FAILED" });
  await assert.rejects(jwtVerify(token, keys, { ...right, currentDate: new Date(Date.now() + 301_000) }), { code: "ERR_JWT_EXPIRED" });
});

test("an audience that is not configured is refused with invalid_target", async () => {
  const { client } = await person(server);
  const answer = await client.post("/v1/token", { audience: "elsewhere" });
  assert.equal(answer.status, 400);
  assert.equal(answer.body.code, "invalid_target");
});

test("following a mailed link with GET or HEAD, as mail scanners do, consumes nothing", async () => {
  const email = freshEmail();
  await server.client.post("/v1/sign-up", { email, password: goodPassword() });
  const { token, links } = await server.mailbox.newest(email, "verify_email");
  for (const target of [new URL(links[0]).pathname, `/v1/email/verify`, `/v1/email/verify?token=${token}`, `/verify-email?token=${token}`])
    for (const method of ["GET", "HEAD"]) await server.client.call(method, target, { unchecked: true });
  const page = await server.client.get(new URL(links[0]).pathname, { unchecked: true });
  assert.equal(page.status, 200);
  assert.match(page.headers["content-type"], /^text\/html/);
  assert.match(page.text, /<button/, "a person clicks");
  assert.equal((await server.client.post("/v1/email/verify", { token })).status, 200, "the token is still good");
});

test("confirming one sign-up kills every other pending one of that address, so no stranger's password survives", async () => {
  const email = freshEmail();
  const [stranger, owner] = [goodPassword(), goodPassword()];
  await server.client.post("/v1/sign-up", { email, password: stranger });
  const first = await server.mailbox.token(email, "verify_email");
  await server.client.post("/v1/sign-up", { email, password: owner });
  const tokens = (await server.mailbox.of(email)).map((mail) => mail.token);
  const own = tokens.find((token) => token !== first);
  assert.ok(own, "the second sign-up has a mail of its own");
  assert.equal((await server.client.post("/v1/email/verify", { token: own })).status, 200);
  assert.equal((await server.client.post("/v1/email/verify", { token: first })).status, 400);
  assert.equal((await signIn(server, { email, password: owner })).status, 200);
  assert.equal((await signIn(server, { email, password: stranger })).status, 401);
});

test("each sign-in has a new token, and a session found by a shortened, altered or extended token is none (T19)", async () => {
  const who = await signUp(server);
  const first = (await signIn(server, who)).body.session;
  const second = (await signIn(server, who)).body.session;
  assert.notEqual(first.token, second.token);
  const { token } = first;
  const flip = (text, at) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
  const altered = [token.slice(0, -1), token.slice(0, -7), `${token}A`, `${token}=`, token.toUpperCase(), token.toLowerCase(), `${token.slice(0, 5)}%5F${token.slice(5)}`, token.replace("gths_", "gthv_"), token.slice(5)];
  for (let at = 5; at < token.length; at += 3) altered.push(flip(token, at));
  for (const bad of altered) assert.equal((await server.client.as(bad).get("/v1/session")).status, 401, bad);
  assert.equal((await server.client.as(token).get("/v1/session")).status, 200);
});

test("DELETE /v1/session signs out as POST /v1/sign-out does", async () => {
  const { client } = await person(server);
  assert.equal((await client.delete("/v1/session")).status, 204);
  assert.equal((await client.get("/v1/session")).status, 401);
});

test("ending others keeps this session, ending all keeps none, and the scope must be said", async () => {
  const who = await signUp(server);
  const sessions = [];
  for (let i = 0; i < 3; ++i) sessions.push((await signIn(server, who)).body.session);
  const clients = sessions.map(({ token }) => server.client.as(token));
  assert.equal((await clients[0].delete("/v1/me/sessions")).status, 400);
  assert.equal((await clients[0].delete("/v1/me/sessions?scope=others")).status, 204);
  assert.deepEqual(await Promise.all(clients.map(async (each) => (await each.get("/v1/session")).status)), [200, 401, 401]);
  assert.equal((await clients[0].delete("/v1/me/sessions?scope=all")).status, 204);
  assert.equal((await clients[0].get("/v1/session")).status, 401);
});

test("the profile is read and patched by RFC 7396, with ETag and If-Match", async () => {
  const { client } = await person(server, { name: "Grace" });
  const before = await client.get("/v1/me");
  const patched = await client.patch("/v1/me", { name: "Grace Hopper", locale: "en-US" }, { headers: { "If-Match": before.headers.etag } });
  assert.equal(patched.status, 200, patched.text);
  assert.equal(patched.body.name, "Grace Hopper");
  assert.equal((await client.patch("/v1/me", { name: "No" }, { headers: { "If-Match": before.headers.etag } })).status, 412);
  assert.equal((await client.patch("/v1/me", { name: null })).body.name, null, "null clears");
  assert.equal((await client.get("/v1/me")).body.locale, "en-US", "what is not named stays");
});

test("passwords that are short, common or made of one's own words are refused with the reason", async () => {
  for (const [password, code] of [["short", "too_short"], ["passwordpassword", "common"], ["x".repeat(257), "too_long"]]) {
    const { status, body } = await server.client.post("/v1/sign-up", { email: freshEmail(), password }, { wrong: true });
    assert.equal(status, 400);
    assert.equal(body.code, "password_rejected", password);
    assert.ok(body.errors.some((each) => each.field === "password"), JSON.stringify(body));
    if (code !== "common") assert.ok(body.errors.some((each) => each.code === code), JSON.stringify(body.errors));
  }
  const own = await server.client.post("/v1/sign-up", { email: "wilhelmina.featherstone@example.com", password: "wilhelmina.featherstone" });
  assert.equal(own.body.code, "password_rejected");
});

test("T53 passwords are taken whole: after NUL, past 72 bytes, spaces kept, NFC and NFD alike, counted in code points", async () => {
  const check = async (password, wrong, alike) => {
    const who = await person(server, { password });
    assert.equal((await signIn(server, { email: who.email, password: alike ?? password })).status, 200, JSON.stringify(password));
    assert.equal((await signIn(server, { email: who.email, password: wrong })).status, 401, `${JSON.stringify(wrong)} is another password`);
  };
  const long = "staple ".repeat(11);
  await check(`${long}tail`, `${long}liat`);
  await check("pass\u0000word of quiet harbour", "pass");
  await check("  two spaces before it  ", "two spaces before it");
  await check("caf\u00e9 au lait at noon", "cafe au lait at noon", "cafe\u0301 au lait at noon");
  await check("\u{1F40C}".repeat(15), "\u{1F40C}".repeat(14));
  await check("m".repeat(200) + " and more", "m".repeat(200));
});
