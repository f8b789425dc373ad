// Who may call what: every operation of the contract with every kind of token (T10), and without any.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { operations } from "../support/contract.mjs";
import { freshEmail, goodPassword, person, personWithTotp, signIn } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

let server, tokens;

before(async () => {
  const data = temporaryFolder();
  server = await startServer({ data, config: '[clients.reader]\naudiences = ["identity", "platform"]\n' });
  const service = gatehouse(["service", "create", "nothing", "--permission", "identity.client.forward", "--dev", "--data", data]);
  assert.equal(service.status, 0, service.stderr);
  const who = await person(server);
  const protectedOne = await personWithTotp(server);
  const signedIn = (await signIn(server, who)).body;
  const email = freshEmail();
  await server.client.post("/v1/sign-up", { email, password: goodPassword() });
  const reading = (await signIn(server, who, { client_id: "reader" })).body.session.token;
  tokens = {
    session: signedIn.session.token,
    ended: await endedSession(who),
    access: (await server.client.as(signedIn.session.token).post("/v1/token")).body.access_token,
    reading: (await server.client.as(reading).post("/v1/token", { audience: "identity" })).body.access_token,
    service: service.stdout.match(/gthk_[A-Za-z0-9_-]+/)[0],
    device: signedIn.device_token,
    challenge: (await signIn(server, protectedOne)).body.challenge.id,
    verify: await server.mailbox.token(email, "verify_email"),
    backup: "4mxk-q7ta-9bfz-08cd",
    nothing: "",
    noise: "abc",
    dots: "a.b.c",
    percent: "%",
  };
});
after(() => server.stop());

async function endedSession(who) {
  const { token } = (await signIn(server, who)).body.session;
  await server.client.as(token).post("/v1/sign-out");
  return token;
}

/** A path with its parameters filled by something that isn't there. */
const filled = (path) => path.replace("{role}", "seller").replace(/\{\w+\}/g, "0199c7a2-0000-7000-8000-000000000000");
const guarded = operations.filter(({ access, path }) => access !== "public" && !path.includes("{provider}"));

test("every operation that needs a caller answers 401 to nobody", async () => {
  for (const { method, path, body, id } of guarded) {
    const answer = await server.client.call(method, filled(path), { json: body ? {} : undefined, wrong: true });
    assert.equal(answer.status, 401, `${id} answered ${answer.status} ${answer.text}`);
  }
});

test("T10 tokens of every other kind are refused on every operation, where a session is expected", async () => {
  const wrong = ["ended", "access", "device", "challenge", "verify", "backup", "nothing", "noise", "dots", "percent"];
  for (const { method, path, body, id, access } of guarded)
    for (const kind of [...wrong, ...(["service", "admin"].includes(access) ? [] : ["service"])]) {
      const answer = await server.client.as(`${tokens[kind]}`).call(method, filled(path), { json: body ? {} : undefined, wrong: true });
      // A mailed token may be one that enrols: there it is refused as a mailed token is.
      if (kind === "verify" && ["enrollTotp", "confirmTotp"].includes(id)) {
        assert.equal(answer.status, 400, `${id} answered ${answer.status} ${answer.text}`);
        continue;
      }
      assert.equal(answer.status, 401, `${id} answered ${answer.status} to ${kind}: ${answer.text}`);
      if (["device", "challenge", "verify"].includes(kind)) assert.equal(answer.body.code, "wrong_token_type", `${id} with ${kind}`);
    }
});

test("T10 a session is refused where only a service may call, and a service without the permission everywhere", async () => {
  for (const { method, path, body, id, access } of guarded.filter((each) => ["service", "admin"].includes(each.access))) {
    const json = body ? {} : undefined;
    if (access === "service") assert.equal((await server.client.as(tokens.session).call(method, filled(path), { json, wrong: true })).status, 401, id);
    else assert.equal((await server.client.as(tokens.session).call(method, filled(path), { json, wrong: true })).body.code, "forbidden", id);
    assert.equal((await server.client.as(tokens.service).call(method, filled(path), { json, wrong: true })).body.code, "forbidden", id);
  }
});

test("an access token for identity reads, and does nothing else", async () => {
  for (const { method, path, body, id, access } of guarded.filter((each) => each.access !== "service")) {
    const answer = await server.client.as(tokens.reading).call(method, filled(path), { json: body ? {} : undefined, wrong: true });
    if (access === "access_token_ok") assert.equal(answer.status, 200, `${id}: ${answer.text}`);
    else assert.equal(answer.status, 401, `${id} answered ${answer.status} to an access token`);
  }
});

test("T10 tokens of other kinds are refused as mailed tokens, device tokens and challenge ids", async () => {
  const { client } = server;
  const password = goodPassword();
  for (const kind of ["session", "access", "service", "device", "challenge", "backup", "noise"]) {
    const token = tokens[kind];
    const calls = [
      client.post("/v1/email/verify", { token }, { wrong: true }),
      client.post("/v1/password/reset", { token, password }, { wrong: true }),
      client.post("/v1/email/change/confirm", { token }, { wrong: true }),
      client.post("/v1/email/change/undo", { token }, { wrong: true }),
      client.post("/v1/invitations/accept", { token, password }, { wrong: true }),
      client.post("/v1/not-me", { token }, { wrong: true }),
      client.post("/v1/deletion/cancel", { token }, { wrong: true }),
    ];
    for (const { status, text } of await Promise.all(calls)) assert.ok([400, 401].includes(status), `${kind}: ${status} ${text}`);
  }
  for (const kind of ["session", "access", "service", "device", "verify", "backup", "noise"]) {
    const { status, text } = await client.post(`/v1/mfa/challenges/${encodeURIComponent(tokens[kind])}/verify`, { method: "totp", code: "123456" });
    assert.ok([401, 404, 410].includes(status), `${kind}: ${status} ${text}`);
  }
});

test("T10 a verification token is good for its own purpose alone, and the refusals spend nothing", async () => {
  const { client } = server;
  const password = goodPassword();
  for (const call of [
    () => client.post("/v1/password/reset", { token: tokens.verify, password }),
    () => client.post("/v1/email/change/confirm", { token: tokens.verify }),
    () => client.post("/v1/email/change/undo", { token: tokens.verify }),
    () => client.post("/v1/invitations/accept", { token: tokens.verify, password }),
    () => client.post("/v1/not-me", { token: tokens.verify }),
    () => client.post("/v1/deletion/cancel", { token: tokens.verify }),
  ])
    assert.equal((await call()).status, 400);
  assert.equal((await client.post("/v1/email/verify", { token: tokens.verify })).status, 200);
});

test("T23 what the password step of a person with a second factor answers opens no door but the challenge's", async () => {
  const who = await personWithTotp(server);
  const { body, setCookies } = await signIn(server, who);
  assert.equal(body.status, "mfa_required");
  assert.deepEqual(Object.keys(body).sort(), ["challenge", "status"]);
  assert.deepEqual(setCookies, []);
  for (const { method, path, body: needsBody, id } of guarded) {
    const answer = await server.client.as(body.challenge.id).call(method, filled(path), { json: needsBody ? {} : undefined, wrong: true, headers: { Cookie: `gatehouse-session=${body.challenge.id}` } });
    assert.equal(answer.status, 401, id);
  }
});

test("Authorization decides: a bad bearer is 401 even beside a good cookie, and two of either are none", async () => {
  const cookie = `gatehouse-session=${tokens.session}`;
  const get = (headers) => server.client.get("/v1/session", { headers });
  assert.equal((await get({ Cookie: cookie })).status, 200);
  assert.equal((await get({ Cookie: cookie, Authorization: "Bearer gths_wrong" })).status, 401);
  assert.equal((await get({ Cookie: cookie, Authorization: "Basic YTpi" })).status, 401);
  assert.equal((await get({ Cookie: `${cookie}; ${cookie}` })).status, 401);
});

test("T48 members that only the server may set are refused, and change nothing", async () => {
  const who = await person(server);
  const before = (await who.client.get("/v1/me")).body;
  for (const [name, value] of Object.entries({ role: "admin", roles: ["admin"], is_admin: true, permissions: ["identity.users.read"], tenant_id: "x", acr: "aal2", created_at: "2020-01-01T00:00:00Z", id: "x", status: "active", email: "evil@example.com", email_verified: true, verified_at: "2020-01-01T00:00:00Z", user_id: "x", Name: "x", screening: "clear", identity_verification: "verified" })) {
    const patched = await who.client.patch("/v1/me", { [name]: value }, { wrong: true });
    assert.equal(patched.body.code, "unknown_field", name);
    if (name === "email") continue;
    const signedUp = await server.client.post("/v1/sign-up", { email: freshEmail(), password: goodPassword(), [name]: value }, { wrong: true });
    assert.equal(signedUp.body.code, "unknown_field", name);
  }
  assert.deepEqual((await who.client.get("/v1/me")).body, before);
});

test("T29 T49 another person's session is 404 exactly as one that isn't there", async () => {
  const [one, other] = [await person(server), await person(server)];
  const theirs = await one.client.delete(`/v1/me/sessions/${other.session.id}`);
  const nobodys = await one.client.delete("/v1/me/sessions/0199c7a2-0000-7000-8000-000000000000");
  const plain = ({ status, body: { request_id, ...body } }) => ({ status, body });
  assert.deepEqual(plain(theirs), plain(nobodys));
  assert.equal(theirs.status, 404);
  assert.equal((await other.client.get("/v1/session")).status, 200);
});
