// Hosts, forwarded addresses and the framing of requests: nothing that a client can write decides a link, a limit or where
// a message ends (T12, T43, T44, T56, T58).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freshEmail, goodPassword, signIn, signUp } from "../support/people.mjs";
import { sendRaw } from "../support/raw.mjs";
import { startServer } from "../support/server.mjs";

let server;
before(async () => (server = await startServer({ config: "[throttle]\npair_failures = 5\naccount_failures = 8\nnetwork_failures = 100000\nsign_ups_per_network = 1000\n" })));
after(() => server.stop());

test("T12 no header chooses the origin of a mailed link, the issuer or a discovery document", async () => {
  const poisoned = [{ "X-Forwarded-Host": "evil.example" }, { "X-Forwarded-Proto": "https", "X-Forwarded-Port": "444", "X-Forwarded-Prefix": "/evil" }, { Forwarded: "host=evil.example;proto=https" }, { "X-Original-URL": "/evil" }, { "X-Host": "evil.example" }, { Host: "127.0.0.1" }];
  for (const headers of poisoned) {
    const who = await signUp(server);
    await server.client.post("/v1/password/forgot", { email: who.email }, { headers });
    const mail = await server.mailbox.newest(who.email, "reset_password");
    for (const link of mail.links) assert.equal(new URL(link).origin, server.url, JSON.stringify(headers));
    assert.doesNotMatch(mail.text + mail.html, /evil/);
    const metadata = await server.client.get("/.well-known/oauth-authorization-server", { headers });
    assert.equal(metadata.body.issuer, server.url);
    assert.doesNotMatch(metadata.text, /evil/);
  }
});

test("T12 a foreign Host, two Hosts and an absolute target for another host are refused", async () => {
  assert.ok([400, 403, 421].includes((await server.client.get("/v1/session", { headers: { Host: "evil.example" }, unchecked: true })).status));
  const host = `localhost:${server.port}`;
  assert.deepEqual((await sendRaw(server, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nHost: evil.example\r\n\r\n`)).statuses, [400]);
  assert.deepEqual((await sendRaw(server, "GET /healthz HTTP/1.1\r\n\r\n")).statuses, [400]);
  const absolute = await sendRaw(server, `GET http://evil.example/healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  assert.ok(absolute.statuses[0] >= 400 && absolute.statuses[0] < 500, absolute.text);
});

test("T43 forwarded addresses of an untrusted peer move no limit and reach no record, however they are spelt", async () => {
  const who = await signUp(server);
  const spelt = ["1.2.3.4", "a", "", ",,,", "1.2.3.4, ".repeat(400), "::1", "0:0:0:0:0:0:0:1", "::ffff:1.2.3.4", "[2001:db8::1]:443", "2001:DB8::1"];
  const statuses = [];
  for (const value of spelt)
    for (const name of ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Remote-Addr"]) {
      const answer = await signIn(server, { ...who, password: "a wrong quiet harbour" }, {}, { headers: { [name]: name === "Forwarded" ? `for=${value.slice(0, 1000)}` : value.slice(0, 3000) } });
      statuses.push(answer.status);
    }
  assert.ok(statuses.filter((each) => each === 401).length <= 5, `one counter: ${statuses}`);
  assert.equal(statuses.at(-1), 429);
});

test("T44 guesses spread over spellings of the address, the path and the version share one counter", async () => {
  const email = freshEmail("shared");
  await signUp(server, { email });
  const password = "a wrong quiet harbour";
  const statuses = [];
  for (let round = 0; round < 6; ++round)
    for (const spelling of [email, email.toUpperCase(), email[0].toUpperCase() + email.slice(1)]) statuses.push((await signIn(server, { email: spelling, password })).status);
  assert.ok(statuses.filter((each) => each === 401).length <= 5, String(statuses));
  for (const path of ["/v1//sign-in", "/v1/sign-in/", "/v1/sign%2din", "/v1/./sign-in", "/V1/sign-in"]) {
    const answer = await server.client.call("POST", path, { json: { email, password }, unchecked: true });
    assert.ok([404, 429].includes(answer.status), `${path}: ${answer.status}`);
  }
});

test("T56 ambiguous framing is 400 and the connection closes, so that no canary is answered as a second message", async () => {
  const host = `Host: localhost:${server.port}\r\n`;
  const canary = `GET /healthz HTTP/1.1\r\n${host}\r\n`;
  const post = `POST /v1/sign-in HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;
  const attacks = {
    "Content-Length with Transfer-Encoding": `${post}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "two different lengths": `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    "a list of lengths": `${post}Content-Length: 2, 3\r\n\r\n{}`,
    "a signed length": `${post}Content-Length: +2\r\n\r\n{}`,
    "a length with text": `${post}Content-Length: 2x\r\n\r\n{}`,
    "a huge chunk": `${post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n`,
    "a chunk size with text": `${post}Transfer-Encoding: chunked\r\n\r\n2g\r\n{}\r\n0\r\n\r\n`,
    "chunked that isn't last": `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    "an unknown coding": `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    "a folded header": `${post}X-A: b\r\n c\r\nContent-Length: 0\r\n\r\n`,
    "a space before the colon": `${post}Content-Length : 2\r\n\r\n{}`,
    "a bare CR in a header": `${post}X-A: b\rc\r\nContent-Length: 2\r\n\r\n{}`,
    "a NUL in a header": `${post}X-A: b\0c\r\nContent-Length: 2\r\n\r\n{}`,
    "chunked in HTTP/1.0": `POST /v1/sign-in HTTP/1.0\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  };
  for (const [name, bytes] of Object.entries(attacks)) {
    const { statuses, closed, text } = await sendRaw(server, bytes + canary);
    assert.equal(statuses.length, 1, `${name}: the canary was answered\n${text}`);
    assert.ok([400, 411, 413, 501].includes(statuses[0]), `${name}: ${text}`);
    assert.ok(closed, `${name}: the connection stays open`);
  }
});

test("requests in a pipeline are answered in order, each once", async () => {
  const host = `Host: localhost:${server.port}\r\n\r\n`;
  const { statuses } = await sendRaw(server, `GET /healthz HTTP/1.1\r\n${host}GET /nothing HTTP/1.1\r\n${host}GET /v1/session HTTP/1.1\r\n${host}GET /healthz HTTP/1.1\r\n${host}`);
  assert.deepEqual(statuses, [200, 404, 401, 200]);
});

test("T57 a head that is too long or has too many fields is 431, a target that is too long 414", async () => {
  const host = `Host: localhost:${server.port}\r\n`;
  assert.deepEqual((await sendRaw(server, `GET /healthz HTTP/1.1\r\n${host}X-A: ${"a".repeat(20_000)}\r\n\r\n`)).statuses, [431]);
  assert.deepEqual((await sendRaw(server, `GET /healthz HTTP/1.1\r\n${host}${Array.from({ length: 150 }, (_, i) => `X-${i}: a\r\n`).join("")}\r\n`)).statuses, [431]);
  assert.deepEqual((await sendRaw(server, `GET /${"a".repeat(9_000)} HTTP/1.1\r\n${host}\r\n`)).statuses, [414]);
});

test("T58 control characters and very long text in what is logged or mailed stay one JSON line each", async () => {
  const nasty = "\u001b[31mred\u001b[0m \u0085 \u2028";
  const lines = server.log.length;
  await server.client.get("/v1/session", { headers: { "User-Agent": "\t\x7f%0d%0aSet-Cookie: a=b".replace(/\x7f/, "") + "a".repeat(5000) } });
  for (const name of ["x\r\nBcc: evil@example.com", "x\ny", `x${"\0"}y`, nasty]) {
    const { status } = await server.client.post("/v1/sign-up", { email: freshEmail(), password: goodPassword(), name }, { wrong: true });
    assert.ok([202, 400].includes(status));
  }
  const ofThese = server.log.slice(lines);
  assert.ok(ofThese.every((line) => typeof line.event === "string"));
  for (const mail of (await server.client.get("/dev/mailbox")).body.items) assert.doesNotMatch(mail.subject + mail.to, /[\r\n\0]/);
});
