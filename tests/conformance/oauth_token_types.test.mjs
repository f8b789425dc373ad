// T10 for what a sign-in with a provider adds: its state, link, code, nonce, ID token and flow cookie are each good in one place,
// and the tokens of other places are good for nothing here.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { operations } from "../support/contract.mjs";
import { appFlow, authorize, browserAt, endOf, serverWith, startPath } from "../support/oauth.mjs";
import { freshEmail, goodPassword, person, personWithTotp, signIn } from "../support/people.mjs";
import { RogueProvider } from "../support/providers/rogue_provider.mjs";

const rogue = new RogueProvider();
let server, theirs, ours;
before(async () => {
  await rogue.start();
  server = await serverWith({ rogue }, { settings: { rogue: { accepted_audiences: ["sheet"] } } });
  rogue.signedIn = { sub: "s-1", email: freshEmail(), email_verified: true };
  const web = browserAt(server);
  const left = await web.visit(server.url + startPath("rogue"), { follow: false });
  const asked = new URL(left.headers.location).searchParams;
  const back = new URL((await fetch(left.headers.location, { redirect: "manual" })).headers.get("location"));
  const { url, verifier } = await authorize(server, "rogue");
  const nonce = (await server.client.post("/v1/oauth/rogue/nonce", { client_id: "app" })).body.nonce;
  theirs = {
    state: asked.get("state"),
    "state's nonce": asked.get("nonce"),
    "provider's code": back.searchParams.get("code"),
    "flow cookie": web.cookie("gatehouse-flow-rogue"),
    link: new URL(url).searchParams.get("request"),
    verifier,
    code: (await appFlow(server, "rogue")).code,
    nonce,
    "ID token": rogue.idToken({ aud: "sheet", sub: "s-2", email: freshEmail(), email_verified: true, nonce }),
  };
  const who = await person(server);
  const signedIn = (await signIn(server, who)).body;
  const email = freshEmail();
  await server.client.post("/v1/sign-up", { email, password: goodPassword() });
  ours = {
    session: signedIn.session.token,
    access: (await server.client.as(signedIn.session.token).post("/v1/token")).body.access_token,
    device: signedIn.device_token,
    challenge: (await signIn(server, await personWithTotp(server))).body.challenge.id,
    verify: await server.mailbox.token(email, "verify_email"),
    backup: "4mxk-q7ta-9bfz-08cd",
  };
});
after(async () => {
  await server.stop();
  await rogue.stop();
});

const filled = (path) => path.replace("{role}", "seller").replace("{provider}", "rogue").replace(/\{\w+\}/g, "0199c7a2-0000-7000-8000-000000000000");

test("T10 nothing of a flow is a session, a service key or an access token, on any operation", async () => {
  for (const { method, path, body, id } of operations.filter(({ access }) => access !== "public"))
    for (const [kind, token] of Object.entries(theirs)) {
      const { status } = await server.client.as(token).call(method, filled(path), { json: body ? {} : undefined, wrong: true });
      assert.equal(status, 401, `${id} answered ${status} to a ${kind}`);
    }
});

test("T10 nor a session cookie, a mailed token, a challenge or a device", async () => {
  const password = goodPassword();
  for (const [kind, token] of Object.entries(theirs)) {
    assert.equal((await server.client.get("/v1/session", { headers: { Cookie: `gatehouse-session=${token}` } })).status, 401, kind);
    for (const [path, json] of [["/v1/email/verify", { token }], ["/v1/password/reset", { token, password }], ["/v1/invitations/accept", { token, password }], ["/v1/not-me", { token }]]) {
      const { status } = await server.client.post(path, json, { wrong: true });
      assert.ok([400, 401].includes(status), `${path} answered ${status} to a ${kind}`);
    }
    const { status } = await server.client.post(`/v1/mfa/challenges/${encodeURIComponent(token)}/verify`, { method: "totp", code: "123456" }, { unchecked: true });
    assert.ok([400, 401, 404, 410, 414].includes(status), `challenge: ${status} for a ${kind}`);
  }
});

test("T10 of a flow's things each is good in its own place alone", async () => {
  const places = {
    link: (value) => browserAt(server).visit(`${server.url}/v1/oauth/rogue/start?${new URLSearchParams({ request: value })}`, { follow: false }),
    code: (value) => server.client.post("/v1/oauth/exchange", { code: value, code_verifier: theirs.verifier }, { wrong: true }),
    "ID token": (value) => server.client.post("/v1/oauth/rogue/id-token", { id_token: value, client_id: "app" }, { wrong: true }),
    state: (value) => browserAt(server).visit(`${server.url}/v1/oauth/rogue/callback?${new URLSearchParams({ code: "x", state: value })}`, { follow: false }),
  };
  const good = ({ status, headers, body }) => (status === 303 ? headers.location.startsWith(rogue.url) : status === 200 && body?.status === "signed_in");
  for (const [place, bring] of Object.entries(places))
    for (const [kind, value] of Object.entries({ ...theirs, ...ours }).filter(([each]) => each !== place)) {
      const answer = await bring(value);
      assert.ok(!good(answer), `a ${kind} is no ${place}: ${answer.status} ${answer.headers.location}`);
      assert.ok(answer.status < 500, `${place}, ${kind}: ${answer.status}`);
    }
});

test("T10 and after all these refusals each is still good, once, in its own place", async () => {
  const byToken = await server.client.post("/v1/oauth/rogue/id-token", { id_token: theirs["ID token"], client_id: "app" });
  assert.equal(byToken.status, 200, byToken.text);
  const opened = await browserAt(server).visit(`${server.url}/v1/oauth/rogue/start?request=${theirs.link}`, { follow: false });
  assert.ok(opened.headers.location.startsWith(rogue.url));
  assert.equal((await server.client.post("/v1/oauth/exchange", { code: theirs.code, code_verifier: theirs.verifier })).body.code, "invalid_state", "the code belongs to another verifier");
  const web = browserAt(server);
  web.cookies.set("localhost", new Map([["gatehouse-flow-rogue", { value: theirs["flow cookie"], attributes: {} }]]));
  assert.equal(endOf(await web.visit(`${server.url}/v1/oauth/rogue/callback?${new URLSearchParams({ code: theirs["provider's code"], state: theirs.state, iss: rogue.url })}`)).error, undefined);
});
