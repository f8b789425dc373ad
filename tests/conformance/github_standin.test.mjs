// The stand-in for GitHub answers as GitHub's documentation says, its errors above all: what passes our tests against it has
// been held to that.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { GitHub, gitHubUser } from "../support/providers/github.mjs";
import { challengeOf, newVerifier, random, urlWith } from "../support/providers/stand_in.mjs";

const callback = "http://localhost:9/v1/oauth/github/callback";
const gitHub = new GitHub();
before(() => gitHub.start());
after(() => gitHub.stop());
beforeEach(() => {
  Object.assign(gitHub, { redirectUris: [callback], refuses: false, suspended: false, signedIn: gitHubUser("mona@example.com") });
  gitHub.complaints.length = 0;
});

const authorize = async (more = {}) => {
  const { status, headers } = await fetch(urlWith(`${gitHub.url}/login/oauth/authorize`, { client_id: gitHub.clientId, redirect_uri: callback, scope: "read:user user:email", state: "xyz", ...more }), { redirect: "manual" });
  const to = headers.get("location");
  return { status, to: to && to.split("?")[0], ...(to && Object.fromEntries(new URL(to).searchParams)) };
};
const redeem = async (code, more = {}, headers = { Accept: "application/json" }) => {
  const body = new URLSearchParams({ client_id: gitHub.clientId, client_secret: gitHub.clientSecret, code, redirect_uri: callback, ...more });
  const answer = await fetch(`${gitHub.url}/login/oauth/access_token`, { method: "POST", body, headers });
  const text = await answer.text();
  return { status: answer.status, type: answer.headers.get("content-type"), text, body: text.startsWith("{") ? JSON.parse(text) : undefined };
};
const signIn = async (scope = "read:user user:email") => (await redeem((await authorize({ scope })).code)).body.access_token;
const api = async (path, headers) => {
  const answer = await fetch(gitHub.url + path, { headers });
  return { status: answer.status, body: answer.headers.get("content-type").includes("json") ? await answer.json() : await answer.text(), link: answer.headers.get("link"), scopes: answer.headers.get("x-oauth-scopes") };
};

test("a code comes with the state, and is good for one token", async () => {
  const { to, code, state } = await authorize();
  assert.deepEqual([to, state], [callback, "xyz"]);
  const { status, body } = await redeem(code);
  assert.equal(status, 200);
  assert.match(body.access_token, /^gho_\w{36}$/);
  assert.deepEqual({ ...body, access_token: "" }, { access_token: "", scope: "read:user,user:email", token_type: "bearer" });
  assert.equal((await redeem(code)).body.error, "bad_verification_code", "a second time it is refused");
});

test("errors of the token endpoint come under 200, by their documented names", async () => {
  const expected = { error_uri: /^https:\/\/docs\.github\.com\// };
  for (const [error, attempt] of [
    ["incorrect_client_credentials", async () => redeem((await authorize()).code, { client_secret: "wrong" })],
    ["incorrect_client_credentials", async () => redeem((await authorize()).code, { client_id: "wrong" })],
    ["redirect_uri_mismatch", async () => redeem((await authorize()).code, { redirect_uri: `${callback}/` })],
    ["bad_verification_code", async () => redeem(random())],
  ]) {
    const { status, body } = await attempt();
    assert.deepEqual([status, body.error], [200, error]);
    assert.ok(body.error_description);
    assert.match(body.error_uri, expected.error_uri);
    assert.equal(body.access_token, undefined);
  }
});

test("a code that is too old is refused", async () => {
  const { life } = gitHub.codes;
  gitHub.codes.life = -1;
  const { code } = await authorize();
  gitHub.codes.life = life;
  assert.equal((await redeem(code)).body.error, "bad_verification_code");
});

test("without Accept the answer is a form, and the stand-in complains", async () => {
  const { type, text } = await redeem((await authorize()).code, {}, {});
  assert.match(type, /x-www-form-urlencoded/);
  assert.match(new URLSearchParams(text).get("access_token"), /^gho_/);
  assert.equal(gitHub.complaints.length, 1);
});

test("PKCE is S256 or nothing, and a challenge wants its verifier", async () => {
  const verifier = newVerifier();
  const code_challenge = challengeOf(verifier);
  assert.equal((await authorize({ code_challenge, code_challenge_method: "plain" })).status, 400);
  const begun = () => authorize({ code_challenge, code_challenge_method: "S256" });
  assert.ok((await redeem((await begun()).code, { code_verifier: verifier })).body.access_token);
  assert.equal((await redeem((await begun()).code, { code_verifier: newVerifier() })).body.error, "bad_verification_code");
  assert.equal((await redeem((await begun()).code)).body.error, "bad_verification_code");
});

test("an unknown client meets a page, another redirect_uri the registered one with the error", async () => {
  assert.equal((await authorize({ client_id: "unknown" })).status, 404);
  const { to, error, state } = await authorize({ redirect_uri: "https://evil.example/" });
  assert.deepEqual([to, error, state], [callback, "redirect_uri_mismatch", "xyz"]);
});

test("a refusal and a suspended application come back by their names", async () => {
  gitHub.refuses = true;
  assert.deepEqual([(await authorize()).error, (await authorize()).state], ["access_denied", "xyz"]);
  gitHub.suspended = true;
  assert.equal((await authorize()).error, "application_suspended");
});

test("the API wants a token and a User-Agent, and says what the token may", async () => {
  const token = await signIn();
  const right = await api("/user", { Authorization: `Bearer ${token}` });
  assert.equal(right.status, 200);
  assert.equal(right.body.id, gitHub.signedIn.id);
  assert.equal(right.body.emails, undefined, "addresses have a list of their own");
  assert.equal(right.scopes, "read:user, user:email");
  assert.deepEqual([(await api("/user", { Authorization: "Bearer gho_no" })).status, (await api("/user", {})).body.message], [401, "Requires authentication"]);
  const bare = await api("/user", { Authorization: `Bearer ${token}`, "User-Agent": "" });
  assert.equal(bare.status, 403);
});

test("addresses need their scope and come in pages of thirty", async () => {
  gitHub.signedIn.emails = Array.from({ length: 40 }, (_, i) => ({ email: `${i}@example.com`, primary: i === 35, verified: true, visibility: null }));
  assert.equal((await api("/user/emails", { Authorization: `Bearer ${await signIn("read:user")}` })).status, 404);
  const Authorization = `Bearer ${await signIn()}`;
  const first = await api("/user/emails", { Authorization });
  assert.equal(first.body.length, 30);
  assert.match(first.link, /page=2>; rel="next"/);
  assert.equal((await api("/user/emails?page=2", { Authorization })).body.length, 10);
  assert.equal((await api("/user/emails?per_page=100", { Authorization })).link, null);
});
