// Cookies, origins, CORS and what browsers can be made to send (T31, T37, T60).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Jar } from "../support/client.mjs";
import { operations } from "../support/contract.mjs";
import { goodPassword, freshEmail, person, personWithTotp, signIn, signUp } from "../support/people.mjs";
import { startServer } from "../support/server.mjs";

const shop = "https://shop.example.com";
let server;
before(async () => (server = await startServer({ config: `[clients.shop]\norigins = ["${shop}"]\ntransport = "cookie"\n[clients.other]\norigins = ["https://other.example.com"]\ntransport = "cookie"\n` })));
after(() => server.stop());

const fromShop = { headers: { Origin: shop } };
async function shopper() {
  const who = await signUp(server);
  const jar = new Jar();
  const answer = await signIn(server, who, { client_id: "shop" }, { ...fromShop, jar });
  assert.equal(answer.status, 200, answer.text);
  return { ...who, jar, answer };
}

test("a cookie client gets its session in an HttpOnly, SameSite cookie for the whole path and no token in the body", async () => {
  const { answer, jar } = await shopper();
  assert.equal("token" in answer.body.session, false);
  assert.equal("device_token" in answer.body, false);
  const line = answer.setCookies.find((each) => each.startsWith("gatehouse-session="));
  assert.match(line, /; Path=\/(;|$)/);
  assert.match(line, /; HttpOnly/);
  assert.match(line, /; SameSite=Lax/);
  assert.match(line, /; Max-Age=\d+/);
  assert.doesNotMatch(line, /Domain=/i);
  assert.ok(answer.setCookies.some((each) => each.startsWith("gatehouse-device=")));
  assert.equal((await server.client.get("/v1/session", { jar })).status, 200);
});

test("a cookie's value is the session token, so that a server may forward it as Bearer", async () => {
  const { jar } = await shopper();
  assert.equal((await server.client.as(jar.values.get("gatehouse-session")).get("/v1/session")).status, 200);
});

test("T31 a planted cookie is replaced at sign-in, and a person who follows in the same browser shares nothing", async () => {
  const [first, second] = [await signUp(server), await signUp(server)];
  const jar = new Jar();
  jar.values.set("gatehouse-session", "gths_planted");
  await signIn(server, first, { client_id: "shop" }, { ...fromShop, jar });
  const old = jar.values.get("gatehouse-session");
  assert.notEqual(old, "gths_planted");
  await server.client.post("/v1/sign-out", undefined, { ...fromShop, jar });
  assert.equal(jar.values.has("gatehouse-session"), false, "signing out removes the cookie");
  await signIn(server, second, { client_id: "shop" }, { ...fromShop, jar });
  assert.notEqual(jar.values.get("gatehouse-session"), old);
  assert.equal((await server.client.get("/v1/session", { jar })).body.user_id, second.id);
  assert.equal((await server.client.as(old).get("/v1/session")).status, 401);
});

test("T37 a cookie call that changes state from anywhere but the client's own origin is 403 and changes nothing", async () => {
  const { jar } = await shopper();
  const evil = [
    {},
    { Origin: "null" },
    { Origin: "https://evil.example" },
    { Origin: `${shop}.evil.example` },
    { Origin: "http://shop.example.com" },
    { Origin: `${shop}:444` },
    { Origin: "https://SHOP.example.com.evil" },
    { Origin: "https://other.example.com" },
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
    { "Sec-Fetch-Site": "none" },
    { Origin: "https://evil.example", "Sec-Fetch-Site": "same-origin" },
  ];
  const calls = operations.filter(({ method, access }) => method !== "GET" && ["session", "step_up"].includes(access) && access);
  for (const headers of evil)
    for (const { method, path, body, id } of calls) {
      if (id === "createToken" && headers.Origin === undefined && headers["Sec-Fetch-Site"] === undefined) continue;
      const answer = await server.client.call(method, path.replace(/\{\w+\}/g, "x") + (id === "revokeMySessions" ? "?scope=all" : ""), { headers: { ...headers, Cookie: jar.header }, json: body ? {} : undefined, wrong: true });
      assert.equal(answer.status, 403, `${id} with ${JSON.stringify(headers)} answered ${answer.status} ${answer.text}`);
      assert.equal(answer.body.code, "cross_origin");
    }
  assert.equal((await server.client.get("/v1/session", { jar })).status, 200, "still signed in");
});

test("T37 forms, plain text and method overrides change nothing", async () => {
  const { jar } = await shopper();
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
    const answer = await server.client.call("PATCH", "/v1/me", { raw: '{"name":"Evil"}', headers: { "Content-Type": type, Origin: shop, Cookie: jar.header }, wrong: true });
    assert.equal(answer.status, 415);
  }
  const overridden = await server.client.get("/v1/session", { jar, headers: { "X-HTTP-Method-Override": "DELETE" } });
  assert.equal(overridden.status, 200);
  assert.equal((await server.client.get("/v1/sign-out", { jar })).status, 405);
  await server.client.call("HEAD", "/v1/session", { jar });
  assert.equal((await server.client.get("/v1/session", { jar })).status, 200);
});

test("T37 login CSRF: a sign-in that would set a cookie must come from the client's origin", async () => {
  const who = await signUp(server);
  for (const headers of [{}, { Origin: "https://evil.example" }, { Origin: "null" }]) {
    const answer = await signIn(server, who, { client_id: "shop" }, { headers });
    assert.equal(answer.status, 403);
    assert.equal(answer.body.code, "cross_origin");
    assert.deepEqual(answer.setCookies, []);
  }
  assert.equal((await signIn(server, who, { client_id: "pages" }, { headers: { Origin: server.url } })).status, 200, "our own pages");
  assert.equal((await signIn(server, who, { client_id: "pages" }, { headers: { "Sec-Fetch-Site": "same-origin" } })).status, 200);
  assert.equal((await signIn(server, who, { client_id: "nobody" })).body.code, "invalid_client");
});

test("a cookie client's challenge is answered only by the browser that began it", async () => {
  const who = await personWithTotp(server);
  const jar = new Jar();
  const { body } = await signIn(server, who, { client_id: "shop" }, { ...fromShop, jar });
  assert.equal(body.status, "mfa_required");
  const answer = async (options) => server.client.post(`/v1/mfa/challenges/${body.challenge.id}/verify`, { method: "totp", code: await who.code() }, options);
  const elsewhere = await answer(fromShop);
  assert.ok([401, 404, 410].includes(elsewhere.status), elsewhere.text);
  assert.deepEqual(elsewhere.setCookies, []);
  const here = await answer({ ...fromShop, jar });
  assert.equal(here.status, 200, here.text);
  assert.equal((await server.client.get("/v1/session", { jar })).body.acr, "aal2");
});

test("CORS with credentials is for the clients' exact origins alone; public documents are readable from anywhere", async () => {
  const preflight = (origin, path = "/v1/session", method = "GET") => server.client.call("OPTIONS", path, { headers: { Origin: origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type" }, unchecked: true });
  const allowed = await preflight(shop);
  assert.equal(allowed.headers["access-control-allow-origin"], shop);
  assert.equal(allowed.headers["access-control-allow-credentials"], "true");
  for (const origin of ["https://evil.example", "null", `${shop}.evil.example`, "http://shop.example.com"]) {
    assert.equal((await preflight(origin)).headers["access-control-allow-origin"], undefined, origin);
    assert.equal((await server.client.get("/v1/session", { headers: { Origin: origin } })).headers["access-control-allow-origin"], undefined, origin);
  }
  const answer = await server.client.get("/v1/session", { headers: { Origin: shop } });
  assert.equal(answer.headers["access-control-allow-origin"], shop);
  assert.match(answer.headers.vary ?? "", /Origin/i, "a cache must not mix origins");
  for (const path of ["/.well-known/jwks.json", "/.well-known/oauth-authorization-server", "/v1/openapi.json"]) {
    const open = await server.client.get(path, { headers: { Origin: "https://anybody.example" } });
    assert.equal(open.headers["access-control-allow-origin"], "*");
    assert.equal(open.headers["access-control-allow-credentials"], undefined);
    assert.match(open.headers["cache-control"], /max-age=\d+/);
  }
});

test("T60 every answer has nosniff, every answer about somebody is no-store, and no other method is served", async () => {
  const who = await person(server);
  const answers = [await who.client.get("/v1/session"), await who.client.get("/v1/me"), await who.client.post("/v1/token"), await signIn(server, who), await signIn(server, { ...who, password: "wrong quiet harbour" }), await server.client.get("/v1/session")];
  for (const { headers } of answers) {
    assert.match(headers["cache-control"], /no-store/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers.server, undefined, "no version is told");
  }
  for (const method of ["TRACE", "PROPFIND"]) assert.ok([405, 501].includes((await server.client.call(method, "/v1/session", { unchecked: true })).status), method);
  const page = await server.client.get("/verify-email", { unchecked: true });
  assert.match(page.headers["content-security-policy"], /default-src 'none'|script-src/);
  assert.match(page.headers["content-security-policy"], /frame-ancestors 'none'/);
  assert.match(page.headers["referrer-policy"], /no-referrer/);
});

test("the development mailbox is 404 to what came through a proxy or from another site, and its posts need JSON", async () => {
  for (const headers of [{ "X-Forwarded-For": "1.2.3.4" }, { Forwarded: "for=1.2.3.4" }, { Via: "1.1 proxy" }, { "X-Forwarded-Host": "x" }, { Origin: "https://evil.example" }, { "Sec-Fetch-Site": "cross-site" }])
    for (const [method, path] of [["GET", "/dev/mailbox"], ["POST", "/dev/users"], ["POST", "/dev/reset"]])
      assert.equal((await server.client.call(method, path, { headers, json: method === "POST" && path !== "/dev/reset" ? { email: freshEmail(), password: goodPassword() } : undefined, unchecked: true })).status, 404, `${path} ${JSON.stringify(headers)}`);
  assert.equal((await server.client.call("POST", "/dev/users", { raw: "{}", headers: { "Content-Type": "text/plain" }, unchecked: true })).status, 415);
});
