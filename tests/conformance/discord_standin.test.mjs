// The stand-in for Discord answers as Discord's documentation says, its errors above all.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Discord, discordUser } from "../support/providers/discord.mjs";
import { challengeOf, newVerifier, urlWith } from "../support/providers/stand_in.mjs";

const callback = "http://localhost:9/v1/oauth/discord/callback";
const discord = new Discord();
before(() => discord.start());
after(() => discord.stop());
beforeEach(() => {
  Object.assign(discord, { redirectUris: [callback], refuses: false, signedIn: discordUser("nelly@example.com") });
  discord.complaints.length = 0;
});

const authorize = async (more = {}) => {
  const { status, headers } = await fetch(urlWith(`${discord.url}/oauth2/authorize`, { response_type: "code", client_id: discord.clientId, redirect_uri: callback, scope: "identify email", state: "xyz", ...more }), { redirect: "manual" });
  const to = headers.get("location");
  return { status, ...(to && Object.fromEntries(new URL(to).searchParams)) };
};
const formFor = (code, more) => ({ grant_type: "authorization_code", code, redirect_uri: callback, client_id: discord.clientId, client_secret: discord.clientSecret, ...more });
const redeem = async (code, more = {}, { headers = {}, json = false } = {}) => {
  const form = formFor(code, more);
  const body = json ? JSON.stringify(form) : new URLSearchParams(form);
  const answer = await fetch(`${discord.url}/api/oauth2/token`, { method: "POST", body, headers: json ? { "Content-Type": "application/json", ...headers } : headers });
  return { status: answer.status, body: await answer.json() };
};
const me = async (token) => {
  const answer = await fetch(`${discord.url}/api/users/@me`, { headers: { Authorization: `Bearer ${token}` } });
  return { status: answer.status, body: await answer.json() };
};

test("a code is good for one token, by credentials in the form or as Basic", async () => {
  const { code, state } = await authorize();
  assert.equal(state, "xyz");
  const { status, body } = await redeem(code);
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body).sort(), ["access_token", "expires_in", "refresh_token", "scope", "token_type"]);
  assert.deepEqual([body.token_type, body.expires_in, body.scope], ["Bearer", 604800, "identify email"]);
  assert.deepEqual(await redeem(code), { status: 400, body: { error: "invalid_grant", error_description: 'Invalid "code" in request.' } });
  const Authorization = `Basic ${Buffer.from(`${discord.clientId}:${discord.clientSecret}`).toString("base64")}`;
  assert.equal((await redeem((await authorize()).code, { client_id: "", client_secret: "" }, { headers: { Authorization } })).status, 200);
});

test("JSON at the token endpoint is an error", async () => {
  const { status, body } = await redeem((await authorize()).code, {}, { json: true });
  assert.deepEqual([status, body.error], [400, "invalid_request"]);
});

test("the token endpoint's errors are RFC 6749's", async () => {
  for (const [expected, more] of [
    [[401, "invalid_client"], { client_secret: "wrong" }],
    [[401, "invalid_client"], { client_id: "1" }],
    [[400, "invalid_grant"], { redirect_uri: `${callback}/` }],
    [[400, "unsupported_grant_type"], { grant_type: "password" }],
  ]) {
    const { status, body } = await redeem((await authorize()).code, more);
    assert.deepEqual([status, body.error], expected);
  }
});

test("a code that is too old is refused, and one with a challenge wants its verifier", async () => {
  const { life } = discord.codes;
  discord.codes.life = -1;
  const { code } = await authorize();
  discord.codes.life = life;
  assert.equal((await redeem(code)).body.error, "invalid_grant");
  const verifier = newVerifier();
  const begun = () => authorize({ code_challenge: challengeOf(verifier), code_challenge_method: "S256" });
  assert.equal((await redeem((await begun()).code, { code_verifier: verifier })).status, 200);
  assert.equal((await redeem((await begun()).code, { code_verifier: newVerifier() })).body.error, "invalid_grant");
});

test("an unknown client and a redirect_uri that is not registered are told on Discord's own page", async () => {
  assert.deepEqual(await authorize({ client_id: "1" }), { status: 404 });
  assert.deepEqual(await authorize({ redirect_uri: "https://evil.example/" }), { status: 400 });
  assert.equal((await authorize({ scope: "identify everything" })).error, "invalid_scope");
});

test("a refusal comes back by its name", async () => {
  discord.refuses = true;
  const { error, state } = await authorize();
  assert.deepEqual([error, state], ["access_denied", "xyz"]);
});

test("the account is told as far as the scopes go, and never to a wrong token", async () => {
  const tokenFor = async (scope) => (await redeem((await authorize({ scope })).code)).body.access_token;
  const whole = await me(await tokenFor("identify email"));
  assert.match(whole.body.id, /^\d{17,20}$/);
  assert.deepEqual([whole.body.email, whole.body.verified, whole.body.global_name, whole.body.discriminator], ["nelly@example.com", true, null, "0"]);
  const narrow = await me(await tokenFor("identify"));
  assert.deepEqual([narrow.status, "email" in narrow.body, "verified" in narrow.body], [200, false, false]);
  assert.deepEqual(await me("wrong"), { status: 401, body: { message: "401: Unauthorized", code: 0 } });
});
