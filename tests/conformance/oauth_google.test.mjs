// Google-shaped sign-in against the certified oidc-provider: from a web front end with cookies, from an app with its own PKCE,
// and what is kept of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "../support/database.mjs";
import { appFlow, appTarget, browserAt, exchange, schemeTarget, serverWith, signInByApp, signInOnWeb, startPath, webTarget } from "../support/oauth.mjs";
import { freshEmail } from "../support/people.mjs";
import { GoogleLike } from "../support/providers/oidc.mjs";
import { totp } from "../support/totp.mjs";
import { newVerifier } from "../support/providers/stand_in.mjs";

const google = new GoogleLike();
let server;
before(async () => {
  await google.start();
  server = await serverWith({ google });
});
after(async () => {
  await server.stop();
  await google.stop();
  assert.deepEqual(google.complaints, [], "nothing of all this was a mistake in Google's eyes");
});

const arrive = (email = freshEmail(), more = {}) => ((google.signedIn = google.add(email, more)), email);

test("the providers are listed by name and title", async () => {
  const { body } = await server.client.get("/v1/oauth/providers");
  assert.deepEqual(body.items.map(({ name, preset, title }) => [name, preset, title]), [["google", "google", "Google"]]);
});

test("a web front end's person is signed up and in, by a cookie and by nothing in the address", async () => {
  const email = arrive();
  const { url, web, session } = await signInOnWeb(server, "google");
  assert.equal(url, webTarget, "back at redirect_to, and nothing beside it");
  const actor = await session();
  assert.equal(actor.email ?? email, email);
  assert.ok(web.trail.every((each) => !/gth[a-z]_/.test(each.url + (each.location ?? ""))), "no token of ours in any address");
  const me = await server.client.get("/v1/me", { headers: { Cookie: `gatehouse-session=${web.cookie("gatehouse-session")}` } });
  assert.deepEqual([me.body.email, me.body.email_verified, me.body.name, me.body.has_password], [email, true, "Grace Hopper", false]);
  assert.equal(me.body.picture, "https://lh3.googleusercontent.com/a/face");
  assert.deepEqual(web.cookieNames().filter((name) => name.includes("flow")), [], "the flow's cookie is gone");
});

test("the flow's cookie is HttpOnly, Lax, short-lived and holds nothing readable", async () => {
  arrive();
  const web = browserAt(server);
  const { setCookies, headers, status } = await web.visit(server.url + startPath("google"), { follow: false });
  assert.equal(status, 303);
  const asked = new URL(headers.location);
  const [line] = setCookies.filter((each) => each.startsWith("gatehouse-flow-google="));
  assert.match(line, /; HttpOnly/i);
  assert.match(line, /; SameSite=Lax/i);
  assert.match(line, /; Max-Age=600\b/i);
  const value = line.slice(line.indexOf("=") + 1, line.indexOf(";"));
  const bytes = Buffer.from(value, "base64url").toString("latin1");
  for (const secret of [asked.searchParams.get("state"), asked.searchParams.get("nonce"), webTarget]) assert.ok(!bytes.includes(secret) && !value.includes(secret));
  assert.deepEqual([asked.searchParams.get("code_challenge_method"), asked.searchParams.get("response_type"), asked.searchParams.get("scope")], ["S256", "code", "openid email profile"]);
});

test("the same person comes back to the same account, and what they changed of their profile stays", async () => {
  const email = arrive();
  const first = await signInByApp(server, "google");
  const { user_id: id } = first.body.actor;
  const client = server.client.as(first.body.session.token);
  assert.equal((await client.patch("/v1/me", { name: "Amazing Grace" })).status, 200);
  google.people.get(google.signedIn).name = "Somebody Else";
  google.people.get(google.signedIn).picture = "https://lh3.googleusercontent.com/a/other";
  google.people.get(google.signedIn).email = freshEmail("moved");
  const again = await signInByApp(server, "google");
  assert.equal(again.body.actor.user_id, id, "the subject decides, not the address");
  const me = (await server.client.as(again.body.session.token).get("/v1/me")).body;
  assert.deepEqual([me.email, me.name, me.picture], [email, "Amazing Grace", "https://lh3.googleusercontent.com/a/face"]);
});

test("an app with its own PKCE and a loopback or private-scheme redirect gets a session in exchange for a code", async () => {
  for (const redirectTo of [appTarget, schemeTarget]) {
    const email = arrive();
    const flow = await appFlow(server, "google", { redirectTo });
    assert.equal(flow.at, redirectTo);
    const { status, body, setCookies } = await exchange(server, flow);
    assert.equal(status, 200);
    assert.equal(body.status, "signed_in");
    assert.match(body.session.token, /^gths_/);
    assert.deepEqual(setCookies, [], "a bearer client gets no cookie");
    assert.deepEqual((await server.client.as(body.session.token).get("/v1/session")).body.amr, ["fed"]);
    assert.equal((await server.client.as(body.session.token).get("/v1/me")).body.email, email);
  }
});

test("a code is worth nothing with another verifier, without one, a second time, or as a session", async () => {
  arrive();
  const flow = await appFlow(server, "google");
  assert.equal((await exchange(server, { ...flow, verifier: newVerifier() })).body.code, "invalid_state");
  assert.equal((await exchange(server, { ...flow, verifier: undefined })).status, 400);
  assert.equal((await server.client.as(flow.code).get("/v1/session")).status, 401);
  assert.equal((await exchange(server, flow)).status, 200, "wrong verifiers did not spend it");
  assert.equal((await exchange(server, flow)).body.code, "invalid_state");
});

test("a bearer client without a code_challenge, and a cookie client's start for a bearer client, are refused", async () => {
  const { status, body } = await server.client.post("/v1/oauth/google/authorize", { client_id: "app", redirect_to: appTarget, intent: "sign_in" });
  assert.equal(status, 400);
  assert.equal(body.errors[0].field, "code_challenge");
  assert.equal((await server.client.get(startPath("google", { client_id: "app", redirect_to: appTarget }))).status, 400);
});

test("a sign-up by a provider is told in one event, its sign-in in another, each change in one audit row", async () => {
  arrive();
  const { body } = await signInByApp(server, "google");
  const subject = body.actor.user_id;
  const rows = sql(server.data, `SELECT action, count(*) AS n FROM auth_audit_log WHERE subject_id = '${subject}' GROUP BY action`);
  for (const action of ["sign_in", "account.linked"]) assert.ok(rows.some((each) => each.action === action), `${action} in ${JSON.stringify(rows)}`);
  for (const { action, n } of rows) assert.equal(n, 1, action);
  const topics = sql(server.data, `SELECT topic, count(*) AS n FROM outbox_events WHERE subject = '${subject}' AND topic NOT LIKE 'identity.audit.%' GROUP BY topic`).map(({ topic, n }) => `${topic} ${n}`);
  for (const topic of ["identity.user.signed_up 1", "identity.account.linked 1", "identity.user.signed_in 1"]) assert.ok(topics.includes(topic), `${topic} in ${topics}`);
});

test("a person who says no at Google comes back with oauth_denied, and nothing was made", async () => {
  arrive();
  const before = sql(server.data, "SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM sessions) AS sessions");
  google.refuses = true;
  const { error, at, web } = await signInOnWeb(server, "google");
  google.refuses = false;
  assert.deepEqual([error, at], ["oauth_denied", webTarget]);
  assert.equal(web.cookie("gatehouse-session"), undefined);
  assert.deepEqual(sql(server.data, "SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM sessions) AS sessions"), before);
});

test("an account that is disabled is told so after its sign-in at the provider, and gets nothing", async () => {
  arrive();
  const { body } = await signInByApp(server, "google");
  const admin = (await server.client.post("/dev/users", { email: freshEmail("admin"), password: "a quiet harbour at noon", roles: ["admin"] })).body.session.token;
  assert.equal((await server.client.as(admin).patch(`/v1/admin/users/${body.actor.user_id}`, { status: "disabled", reason: "test" })).status, 200);
  const { error, web } = await signInOnWeb(server, "google");
  assert.equal(error, "account_disabled");
  assert.equal(web.cookie("gatehouse-session"), undefined);
});

test("a second factor is asked for after a provider's sign-in as after a password", async () => {
  arrive();
  const { body } = await signInByApp(server, "google");
  const client = server.client.as(body.session.token);
  const { secret } = (await client.post("/v1/me/mfa/totp")).body;
  assert.equal((await client.post("/v1/me/mfa/totp/confirm", { code: totp(secret) })).status, 200);
  const { challenge, methods, web, at } = await signInOnWeb(server, "google");
  assert.equal(at, webTarget);
  assert.match(challenge, /^gthc_/);
  assert.ok(methods.split(",").includes("totp"));
  assert.equal(web.cookie("gatehouse-session"), undefined, "no session before the factor");
  const byApp = await signInByApp(server, "google");
  assert.equal(byApp.body.status, "mfa_required");
  assert.equal(byApp.body.session, undefined);
});

test("hosted_domain lets in only whom Google itself places there, by the claim and not by the address", async () => {
  const workspace = new GoogleLike();
  await workspace.start();
  const other = await serverWith({ workspace }, { settings: { workspace: { hosted_domain: "example.com" } } });
  try {
    for (const hd of [undefined, "example.org", "EXAMPLE.COM.evil", "", ["example.com"], "sub.example.com"]) {
      workspace.signedIn = workspace.add(freshEmail(), { hd }); // an address at example.com each time
      assert.equal((await signInOnWeb(other, "workspace")).error, "invalid_provider_token", String(hd));
    }
    assert.equal(sql(other.data, "SELECT count(*) AS n FROM users")[0].n, 0);
    workspace.signedIn = workspace.add(freshEmail(), { hd: "example.com" });
    assert.equal((await signInOnWeb(other, "workspace")).error, undefined);
  } finally {
    await other.stop();
    await workspace.stop();
  }
});
