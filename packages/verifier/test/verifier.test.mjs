// Keys over HTTP, conditions, guards, the test issuer and the revocation feed, with no Gatehouse.
import assert from "node:assert/strict";
import http from "node:http";
import { after, test } from "node:test";
import { createTestIssuer, expressGuard, fastifyGuard, followRevocations, RemoteKeys, requirePermission, requireRecentAuth, requireRole, TokenError, verifyAccessToken } from "../dist/index.js";

const open = [];
after(() => open.forEach((server) => (server.closeAllConnections(), server.close())));

/** A server on a free port whose answers are `answer(request, response)`. */
async function serve(answer) {
  const server = http.createServer(answer);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(server);
  return `http://127.0.0.1:${server.address().port}`;
}
const json = (response, body, headers = {}) => response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const eventually = async (holds, what) => {
  for (const deadline = Date.now() + 5_000; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 20))) assert.ok(Date.now() < deadline, what);
};

test("the key set is read once, again for a new key, and not for each token that names an unknown one", async () => {
  const issuer = await createTestIssuer();
  const forger = await createTestIssuer();
  await forger.rotate();
  await forger.rotate();
  let reads = 0;
  const url = await serve((_, response) => (++reads, json(response, issuer.jwks, { "cache-control": "public, max-age=300" })));
  const options = { issuer: issuer.issuer, audience: issuer.audience, keys: new RemoteKeys(url, { cooldown: 0 }) };
  const token = await issuer.mint();
  await Promise.all(Array.from({ length: 20 }, () => verifyAccessToken(token, options)));
  assert.equal(reads, 1, "twenty at once share one reading");
  await issuer.rotate();
  await verifyAccessToken(await issuer.mint(), options);
  await verifyAccessToken(token, options);
  assert.equal(reads, 2, "a new key is read when it is first seen");

  reads = 0;
  const careful = { ...options, keys: new RemoteKeys(url) };
  const forged = await forger.mint();
  for (let i = 0; i < 50; ++i) await assert.rejects(verifyAccessToken(forged, careful), { code: "invalid_token" });
  assert.equal(reads, 1, "unknown keys cause no reading within the cooldown");
  await verifyAccessToken(token, careful);
});

test("keys past their max-age serve on while the set can't be read, and nothing is accepted without any", async () => {
  const issuer = await createTestIssuer();
  let away = false;
  const url = await serve((_, response) => (away ? response.writeHead(503).end() : json(response, issuer.jwks, { "cache-control": "max-age=0" })));
  const options = { issuer: issuer.issuer, audience: issuer.audience, keys: new RemoteKeys(url, { cooldown: 0 }) };
  const token = await issuer.mint();
  await verifyAccessToken(token, options);
  away = true;
  await verifyAccessToken(token, options);
  await assert.rejects(verifyAccessToken(token, { ...options, keys: new RemoteKeys(url, { cooldown: 0 }) }), { code: "unavailable", status: 503, challenge: undefined });
});

test("roles, permissions and a recent, strong sign-in can be asked for", async () => {
  const issuer = await createTestIssuer();
  const read = async (claims) => verifyAccessToken(await issuer.mint(claims), issuer.options);
  const now = Math.floor(Date.now() / 1000);
  const person = await read({ roles: ["seller"], permissions: ["payouts.read"], auth_time: now - 600 });

  requireRole("admin", "seller")(person);
  assert.throws(() => requireRole("admin")(person), { code: "insufficient_scope", status: 403 });
  requirePermission("payouts.read")(person);
  assert.throws(() => requirePermission("payouts.read", "payouts.write")(person), (error) => error.challenge.includes('scope="payouts.read payouts.write"'));

  requireRecentAuth({ maxAge: 900 })(person);
  const refusal = (options, claims) => {
    try {
      requireRecentAuth(options)(claims);
    } catch (error) {
      return error;
    }
    return assert.fail("it was let through");
  };
  const old = refusal({ maxAge: 300, acr: "aal2" }, { ...person, acr: "aal2" });
  assert.equal(old.status, 401);
  assert.equal(old.challenge, 'Bearer error="insufficient_user_authentication", error_description="a more recent sign-in is needed", acr_values="aal2", max_age="300"');
  assert.match(refusal({ acr: "aal2" }, person).message, /stronger/);
  const service = await verifyAccessToken(await issuer.mintService("payouts", ["payouts.read"]), issuer.options);
  assert.equal(refusal({ maxAge: 300 }, service).code, "insufficient_user_authentication", "a service never signed in");
});

test("the Express guard lets the right ones through and answers the others", async () => {
  const issuer = await createTestIssuer();
  const guard = expressGuard({ ...issuer.options, require: [requireRole("admin")] });
  const url = await serve((request, response) => guard(request, response, (error) => (error ? response.writeHead(500).end() : json(response, { sub: request.auth.sub }))));
  const ask = (token) => fetch(url, { headers: token ? { authorization: `Bearer ${token}` } : {} });
  const admin = await ask(await issuer.mint({ roles: ["admin"], sub: "somebody" }));
  assert.deepEqual(await admin.json(), { sub: "somebody" });

  const user = await ask(await issuer.mint());
  assert.equal(user.status, 403);
  assert.equal(user.headers.get("content-type"), "application/problem+json");
  assert.match(user.headers.get("www-authenticate"), /^Bearer error="insufficient_scope"/);
  assert.equal((await user.json()).code, "insufficient_scope");
  for (const wrong of [undefined, "gths_abc", await issuer.mint({ exp: 1 })]) assert.equal((await ask(wrong)).status, 401);
});

test("the Fastify guard likewise", async () => {
  const issuer = await createTestIssuer();
  const guard = fastifyGuard(issuer.options);
  const reply = () => ({ headers: {}, code(status) { this.status = status; return this; }, header(name, value) { this.headers[name] = value; return this; }, send(body) { this.body = body; return this; } });
  const request = { headers: { authorization: `bearer ${await issuer.mint({ sub: "somebody" })}` } };
  assert.equal(await guard(request, reply()), undefined);
  assert.equal(request.auth.sub, "somebody");
  const refused = reply();
  assert.equal(await guard({ headers: {} }, refused), refused, "an answered request goes no further");
  assert.equal(refused.status, 401);
  assert.equal(JSON.parse(refused.body).code, "invalid_token");
});

/** A revocation feed as Gatehouse serves it: the cursor is the number of entries read. */
async function feedServer() {
  const feed = { items: [], away: false, asked: [], wake: () => {} };
  feed.end = (entry) => {
    const now = Date.now();
    feed.items.push({ before: new Date(now).toISOString(), expires_at: new Date(now + 300_000).toISOString(), ...entry });
    feed.wake();
  };
  feed.url = await serve(async (request, response) => {
    const query = new URL(request.url, "http://x").searchParams;
    feed.asked.push({ key: request.headers.authorization, cursor: query.get("cursor") });
    if (feed.away) return response.writeHead(503).end();
    const from = Number(query.get("cursor") ?? 0);
    if (feed.items.length <= from && Number(query.get("wait")) > 0)
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, Number(query.get("wait")) * 1000);
        feed.wake = () => (clearTimeout(timer), resolve());
      });
    return json(response, { items: feed.items.slice(from), next_cursor: String(feed.items.length) });
  });
  return feed;
}

test("a session's and a user's end is heard at once, and what follows it goes on", async () => {
  const server = await feedServer();
  server.end({ session_id: "ended-before" });
  const feed = followRevocations({ baseUrl: server.url, serviceKey: "gthk_test" });
  try {
    assert.ok(feed.stale, "nothing was heard yet");
    await feed.ready;
    assert.ok(!feed.stale);
    const issuer = await createTestIssuer();
    const options = { ...issuer.options, revocations: feed };
    await assert.rejects(verifyAccessToken(await issuer.mint({ sid: "ended-before" }), options), { code: "invalid_token" });

    const [one, other] = [await issuer.mint({ sid: "one" }), await issuer.mint({ sid: "other", sub: "somebody else" })];
    await verifyAccessToken(one, options);
    server.end({ session_id: "one" });
    const begin = Date.now();
    await eventually(() => feed.isRevoked({ sub: "x", sid: "one", iat: 0 }), "the ending was not heard");
    assert.ok(Date.now() - begin < 2_000);
    await assert.rejects(verifyAccessToken(one, options), { code: "invalid_token", message: "the session has ended" });
    await verifyAccessToken(other, options);

    const now = Math.floor(Date.now() / 1000);
    server.end({ user_id: "somebody else", before: new Date(now * 1000 + 1).toISOString() });
    await eventually(() => feed.isRevoked({ sub: "somebody else", sid: "other", iat: now }), "the user's ending was not heard");
    assert.ok(!feed.isRevoked({ sub: "somebody else", sid: "new", iat: now + 1 }), "a token of after it is good");
    assert.ok(server.asked.every(({ key }) => key === "Bearer gthk_test"));
  } finally {
    await feed.stop();
  }
});

test("a feed that is away is stale, says why, refuses by option, and comes back by itself", async () => {
  const server = await feedServer();
  server.away = true;
  const errors = [];
  const feed = followRevocations({ baseUrl: server.url, serviceKey: "gthk_test", onError: (error) => errors.push(error.message) });
  try {
    const issuer = await createTestIssuer();
    const token = await issuer.mint();
    await eventually(() => errors.length > 0, "the failure was not told");
    assert.match(errors[0], /503/);
    assert.ok(await verifyAccessToken(token, { ...issuer.options, revocations: feed }));
    await assert.rejects(verifyAccessToken(token, { ...issuer.options, revocations: feed, whenStale: "refuse" }), (error) => error instanceof TokenError && error.status === 503);
    server.away = false;
    await feed.ready;
    assert.ok(await verifyAccessToken(token, { ...issuer.options, revocations: feed, whenStale: "refuse" }));
  } finally {
    await feed.stop();
  }
});

test("silence of more than ten seconds is told, and its end too", async (context) => {
  const server = await feedServer();
  let ahead = 0;
  const real = performance.now.bind(performance);
  context.mock.method(performance, "now", () => real() + ahead);
  const told = [];
  const feed = followRevocations({ baseUrl: server.url, serviceKey: "gthk_test", onStale: (stale) => told.push(stale) });
  try {
    await feed.ready;
    ahead = 11_000;
    assert.ok(feed.stale);
    await eventually(() => told.length === 1, "staleness was not told");
    server.end({ session_id: "x" });
    await eventually(() => told.length === 2, "its end was not told");
    assert.deepEqual(told, [true, false]);
  } finally {
    await feed.stop();
  }
});
