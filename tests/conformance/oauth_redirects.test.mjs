// Where a flow leads people, and what hostile values do to it (T11, T12, T13): no redirect leaves what is registered, no header
// chooses a host, and nothing that a client can write makes more of it than a 4xx.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { appTarget, browserAt, endOf, serverWith, startPath, webTarget } from "../support/oauth.mjs";
import { freshEmail, person } from "../support/people.mjs";
import { RogueProvider } from "../support/providers/rogue_provider.mjs";
import { sendRaw } from "../support/raw.mjs";

const rogue = new RogueProvider();
let server;
before(async () => {
  await rogue.start();
  server = await serverWith({ rogue });
});
after(async () => {
  await server.stop();
  await rogue.stop();
});
let count = 0;
beforeEach(() => {
  rogue.behave();
  rogue.signedIn = { sub: `s-${++count}`, email: freshEmail(), email_verified: true };
});

/** Ways in which an allow-list has been walked past, for a registered `https://shop.example.com/signed-in`. */
const bypasses = [
  "", "/", "//evil.example", "///evil.example", "\\\\evil.example", "/\\evil.example", "https:evil.example", "https:/evil.example",
  "https://evil.example", "https://evil.example/signed-in", "https://evil.example/signed-in", "https://shop.example.com@evil.example/signed-in",
  "https://shop.example.com%40evil.example/signed-in", "http://evil.example#@shop.example.com/signed-in", "http://evil.example?@shop.example.com/signed-in",
  "http://evil.example\\@shop.example.com/signed-in", "https://shop.example.com.evil.example/signed-in", "https://shop.example.com.evil.example:443/signed-in",
  "https://evilshop.example.com/signed-in", "https://user@shop.example.com/signed-in", "https://user:pw@shop.example.com/signed-in",
  "HTTPS://shop.example.com/signed-in", "https://SHOP.example.com/signed-in", "https://shop.example.com/Signed-In", "https://shop.example.com/signed-in/",
  "https://shop.example.com/signed-in/../evil", "https://shop.example.com/evil/../signed-in", "https://shop.example.com/./signed-in", "https://shop.example.com//signed-in",
  "https://shop.example.com/signed-in?next=https://evil.example", "https://shop.example.com/signed-in#fragment", "https://shop.example.com/signed-in?", "https://shop.example.com/signed-in#",
  "https://shop.example.com/signed%2Din", "https://shop.example.com/signed-in%00", "https://shop.example.com/signed-in%0d%0aSet-Cookie:a=b", "https://shop.example.com/signed-in\r\nSet-Cookie: a=b",
  "https://shop.example.com/signed-in%20", " https://shop.example.com/signed-in", "https://shop.example.com/signed-in ", "\thttps://shop.example.com/signed-in", "https://shop.example.com:444/signed-in", "https://shop.example.com:443/signed-in", "https://shop.example.com.:443/signed-in", "https://shop.example.com./signed-in",
  "http://shop.example.com/signed-in", "https://example.com/signed-in", "https://x.shop.example.com/signed-in", "http://127.0.0.1:3999/signed-in", "http://[::1]:3999/signed-in", "http://2130706433/signed-in",
  "https://shop.example.com:0443/signed-in", "https://shop.example.com\u2044signed-in", "https://sh\u043ep.example.com/signed-in", "https://shop\u3002example.com/signed-in", "https://\uff53hop.example.com/signed-in",
  "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "file:///etc/passwd", "blob:https://shop.example.com/x",
  "com.example.app:/signed-in", "com.example.evil:/signed-in", "https://shop.example.com/signed-in,http://evil.example", "https://shop.example.com/signed-in|http://evil.example", "%68ttps://shop.example.com/signed-in",
  `https://shop.example.com/signed-in?${"a".repeat(1800)}`, `http://evil.example/${"a".repeat(1900)}`,
];
const isSafe = (location) => {
  const { origin, pathname } = new URL(location, server.url);
  return [server.url, rogue.url].includes(origin) || `${origin}${pathname}` === webTarget;
};

test("T11 no redirect_to but the registered one, to the letter, begins a flow", async () => {
  for (const redirect_to of bypasses) {
    const { status, body, headers } = await server.client.get(startPath("rogue", { redirect_to }), { wrong: true });
    assert.equal(status, 400, `${JSON.stringify(redirect_to)}: ${status}`);
    assert.ok(["invalid_redirect", "invalid_request"].includes(body.code), `${JSON.stringify(redirect_to)}: ${body.code}`);
    assert.equal(headers.location, undefined);
  }
  assert.equal((await server.client.get(startPath("rogue"))).status, 303);
  assert.equal(rogue.requests.filter(({ path }) => path === "/authorize").length, 0, "nobody was sent to the provider");
});

test("T11 nor does authorize, for a loopback redirect, a private scheme, or a cookie client", async () => {
  const loopback = ["http://127.0.0.1/callback/", "http://127.0.0.1:99999/callback", "http://127.0.0.1:80:80/callback", "http://127.0.0.1:0x50/callback", "http://127.0.0.1:/callback", "http://127.0.0.2:1234/callback", "http://localhost:1234/callback", "http://[::1]:1234/callback", "https://127.0.0.1:1234/callback", "http://127.0.0.1:1234/callback?x=1", "http://127.0.0.1:1234/callback#x", "http://127.0.0.1:1234/other", "http://127.0.0.1:1234@evil.example/callback", "http://user@127.0.0.1:1234/callback", "http://127.0.0.1.evil.example:1234/callback", "http://127.1:1234/callback", "http://2130706433/callback", "com.example.app:/other", "com.example.app://signed-in", "com.example.app:signed-in", "COM.EXAMPLE.APP:/signed-in"];
  const code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  for (const redirect_to of [...bypasses.filter((each) => each !== "com.example.app:/signed-in"), ...loopback]) {
    for (const client_id of ["app", "web"]) {
      if (client_id === "web" && loopback.includes(redirect_to)) continue;
      const { status, body } = await server.client.post("/v1/oauth/rogue/authorize", { client_id, redirect_to, intent: "sign_in", code_challenge }, { wrong: true, headers: client_id === "web" ? { Origin: "https://shop.example.com" } : {} });
      assert.equal(status, 400, `${client_id} ${JSON.stringify(redirect_to)}: ${status} ${JSON.stringify(body)}`);
    }
  }
  for (const redirect_to of [appTarget, "http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback", "http://127.0.0.1/callback", "com.example.app:/signed-in"])
    assert.equal((await server.client.post("/v1/oauth/rogue/authorize", { client_id: "app", redirect_to, intent: "sign_in", code_challenge })).status, 200, redirect_to);
});

test("T11 another client's redirect, and a redirect twice, are refused", async () => {
  assert.equal((await server.client.get(startPath("rogue", { redirect_to: appTarget }))).status, 400);
  assert.equal((await server.client.get(`${startPath("rogue")}&redirect_to=https://evil.example`, { wrong: true })).status, 400);
  assert.equal((await server.client.get(`${startPath("rogue")}&callbackUrl=https://evil.example&next=https://evil.example`, { unchecked: true })).status, 400);
  for (const client_id of ["default", "pages", "nobody", "../web", "web%00"]) assert.equal((await server.client.get(startPath("rogue", { client_id }), { wrong: true })).status, 400, client_id);
});

test("T11 a flow that fails, however it fails, leads to the registered target or to our own page", async () => {
  const fails = [
    (to) => to.searchParams.set("state", "x"), (to) => to.searchParams.delete("state"), (to) => to.searchParams.delete("code"),
    (to) => (to.searchParams.delete("code"), to.searchParams.set("error", "access_denied")),
    (to) => (to.searchParams.delete("code"), to.searchParams.set("error", "https://evil.example"), to.searchParams.set("error_uri", "https://evil.example")),
    (to) => (to.searchParams.delete("code"), to.searchParams.set("error", "x\r\nLocation: https://evil.example")),
    (to) => to.searchParams.set("redirect_to", "https://evil.example"), (to) => to.searchParams.set("redirect_uri", "https://evil.example"),
    (to) => to.searchParams.set("iss", "https://evil.example"), (to) => (to.pathname = "/v1/oauth/nobody/callback"),
  ];
  for (const fail of fails) {
    const web = browserAt(server);
    const left = await web.visit(server.url + startPath("rogue"), { follow: false });
    const to = new URL((await fetch(left.headers.location, { redirect: "manual" })).headers.get("location"));
    fail(to);
    const answer = await web.visit(to.href, { follow: false, from: rogue.url });
    if (answer.status !== 303) assert.ok([400, 404].includes(answer.status), `${fail}: ${answer.status}`);
    else assert.ok(isSafe(answer.headers.location), answer.headers.location);
    assert.doesNotMatch(JSON.stringify(answer.headers), /evil/, String(fail));
  }
});

test("T11 what the provider says in words is never shown or sent on, only its meaning", async () => {
  const web = browserAt(server);
  const left = await web.visit(server.url + startPath("rogue"), { follow: false });
  const { searchParams } = new URL(left.headers.location);
  const callback = new URL(searchParams.get("redirect_uri"));
  for (const [name, value] of Object.entries({ state: searchParams.get("state"), error: "access_denied", error_description: "<script>alert(1)</script>", iss: rogue.url })) callback.searchParams.set(name, value);
  const ended = endOf(await web.visit(callback.href, { from: rogue.url }));
  assert.deepEqual([ended.error, ended.url], ["oauth_denied", `${webTarget}?error=oauth_denied`]);
});

test("T12 no header chooses where the provider sends people back, or where we do", async () => {
  const poisoned = [{ "X-Forwarded-Host": "evil.example" }, { "X-Forwarded-Proto": "https", "X-Forwarded-Port": "444", "X-Forwarded-Prefix": "/evil" }, { Forwarded: "host=evil.example;proto=https" }, { "X-Original-URL": "/evil" }, { "X-Rewrite-URL": "/evil" }, { "X-Host": "evil.example" }, { "X-Forwarded-Server": "evil.example" }, { Host: `127.0.0.1:${server.port}` }, { Referer: "https://evil.example/" }];
  for (const headers of poisoned) {
    const { status, headers: answered } = await server.client.get(startPath("rogue"), { headers });
    assert.equal(status, 303, JSON.stringify(headers));
    assert.equal(new URL(answered.location).searchParams.get("redirect_uri"), `${server.url}/v1/oauth/rogue/callback`, JSON.stringify(headers));
    assert.doesNotMatch(JSON.stringify(answered), /evil/);
    const { body } = await server.client.post("/v1/oauth/rogue/authorize", { client_id: "app", redirect_to: appTarget, intent: "sign_in", code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" }, { headers });
    assert.ok(body.authorization_url.startsWith(`${server.url}/v1/oauth/rogue/start?request=`), JSON.stringify(headers));
    const failed = await server.client.get("/v1/oauth/rogue/callback?state=x&code=y", { headers });
    assert.ok(failed.headers.location.startsWith(`${server.url}/error?`), failed.headers.location);
  }
});

test("T12 a foreign Host, two Hosts and an absolute target for another host are refused at the callback as elsewhere", async () => {
  const path = "/v1/oauth/rogue/callback?state=x&code=y";
  const host = `localhost:${server.port}`;
  assert.ok([400, 403, 421].includes((await server.client.get(path, { headers: { Host: "evil.example" }, unchecked: true })).status));
  assert.deepEqual((await sendRaw(server, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\n\r\n`)).statuses, [400]);
  const absolute = await sendRaw(server, `GET http://evil.example${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  assert.ok(absolute.statuses[0] >= 400 && absolute.statuses[0] < 500, absolute.text);
});

const hostile = ["%", "%ZZ", "%ff%fe", "%00", "%ed%a0%80", "%c0%af", "\u2028", "\u202e", "'\"><script>", "{{7*7}}", "${jndi:ldap://x}", "a".repeat(4000), "%0d%0aX-Evil:%201", "+", "&&&===", "[]", "null", "-1", "9".repeat(400)];

test("T13 hostile values in every parameter and segment are 4xx or a plain failure at once, and the process lives", async () => {
  const { pid } = server;
  const quick = async (target, { statuses = [303, 400, 404, 414], ...options } = {}) => {
    const answer = await server.client.call(options.method ?? "GET", target, { unchecked: true, ...options });
    assert.ok(statuses.includes(answer.status), `${target.slice(0, 120)}: ${answer.status} ${answer.text.slice(0, 200)}`);
    assert.ok(answer.ms < 1_000, `${Math.round(answer.ms)} ms for ${target.slice(0, 80)}`);
    assert.doesNotMatch(JSON.stringify(answer.headers), /x-evil/i);
    if (answer.status === 303) assert.ok(isSafe(answer.headers.location), answer.headers.location);
  };
  for (const value of hostile) {
    const raw = /^[\x21-\x7e]*$/.test(value) ? value : encodeURIComponent(value);
    for (const name of ["client_id", "redirect_to", "request"]) await quick(`/v1/oauth/rogue/start?${name}=${raw}`);
    for (const name of ["code", "state", "iss", "error", "error_description", "error_uri", "scope", "authuser", "prompt", "hd", "unknown"]) await quick(`/v1/oauth/rogue/callback?${name}=${raw}`);
    await quick(`/v1/oauth/${raw}/start`);
    await quick(`/v1/oauth/${raw}/callback?state=x`);
    for (const name of ["code", "state", "user", "id_token", "error"]) await quick("/v1/oauth/rogue/callback", { method: "POST", raw: `${name}=${raw}`, headers: { "Content-Type": "application/x-www-form-urlencoded" } });
  }
  for (const target of [`/v1/oauth/rogue/callback?state=${"a".repeat(9000)}`, `/v1/oauth/rogue/start?request=${"a".repeat(9000)}`, `/v1/oauth/${"a".repeat(9000)}/start`]) await quick(target, { statuses: [414, 431] });
  await quick("/v1/oauth/rogue/callback", { method: "POST", raw: `code=${"a".repeat(70_000)}`, headers: { "Content-Type": "application/x-www-form-urlencoded" }, statuses: [413] });
  assert.equal(server.pid, pid);
  assert.equal((await server.client.get("/healthz")).status, 200);
});

test("T13 hostile cookies at the callback are no flow, and 64 KiB of them no request", async () => {
  for (const value of [...hostile.filter((each) => /^[\x21-\x7e]*$/.test(each)), "", ";;;", "=".repeat(100), "A".repeat(3000)]) {
    const { status, headers } = await server.client.get("/v1/oauth/rogue/callback?state=x&code=y", { headers: { Cookie: `gatehouse-flow-rogue=${value}` }, unchecked: true });
    assert.ok([303, 400].includes(status), `${value.slice(0, 40)}: ${status}`);
    if (status === 303) assert.match(headers.location, /\/error\?error=invalid_state$/);
  }
  const two = await server.client.get("/v1/oauth/rogue/callback?state=x&code=y", { headers: { Cookie: "gatehouse-flow-rogue=a; gatehouse-flow-rogue=b" } });
  assert.match(two.headers.location, /invalid_state/);
  const { statuses } = await sendRaw(server, `GET /v1/oauth/rogue/callback HTTP/1.1\r\nHost: localhost:${server.port}\r\nCookie: gatehouse-flow-rogue=${"a".repeat(65_536)}\r\n\r\n`);
  assert.deepEqual(statuses, [431]);
});

test("T13 hostile bodies of exchange, authorize, nonce and id-token are 4xx with the field named", async () => {
  const { token } = await person(server);
  const calls = { "/v1/oauth/exchange": { code: "x", code_verifier: "a".repeat(43) }, "/v1/oauth/rogue/authorize": { client_id: "app", redirect_to: appTarget, intent: "sign_in", code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" }, "/v1/oauth/rogue/nonce": { client_id: "app" }, "/v1/oauth/rogue/id-token": { id_token: "x", client_id: "app" } };
  for (const [path, right] of Object.entries(calls))
    for (const name of Object.keys(right))
      for (const value of ["", "\u0000", "\ud800", "a".repeat(60_000), 7, null, [right[name]], { a: right[name] }, true]) {
        const { status, text } = await server.client.as(token).post(path, { ...right, [name]: value }, { wrong: true });
        assert.ok([400, 401].includes(status) || ([null, ""].includes(value) && status === 200 && name === "client_id"), `${path} ${name} ${JSON.stringify(value)?.slice(0, 40)}: ${status} ${text.slice(0, 200)}`);
      }
});
