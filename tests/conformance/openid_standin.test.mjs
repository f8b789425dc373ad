// `oidc-provider` behaves as Google and as Apple do, and the rogue provider as told: what they refuse, and how they spell it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SignJWT, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, importPKCS8, jwtVerify } from "jose";
import { AppleLike, GoogleLike } from "../support/providers/oidc.mjs";
import { RogueProvider, badDays } from "../support/providers/rogue_provider.mjs";
import { challengeOf, newVerifier, urlWith } from "../support/providers/stand_in.mjs";
import { WebBrowser } from "../support/web_browser.mjs";

const callback = "http://localhost:9/callback";
const google = new GoogleLike();
const apple = new AppleLike();
const rogue = new RogueProvider();
const all = [google, apple, rogue];
before(() => Promise.all(all.map((each) => ((each.redirectUris = [callback]), each.start()))));
after(() => Promise.all(all.map((each) => each.stop())));

const browser = () => new WebBrowser({ url: "http://localhost:9" }, { stops: (url) => url.startsWith(callback) });
const post = async (url, form) => {
  const answer = await fetch(url, { method: "POST", body: new URLSearchParams(form) });
  return { status: answer.status, body: await answer.json() };
};

const verifier = newVerifier();
const asked = (provider, more) => ({ client_id: provider.clientId, redirect_uri: callback, response_type: "code", state: "xyz", nonce: "n-0S6", ...more });
const pkce = { code_challenge: challengeOf(verifier), code_challenge_method: "S256" };
const toGoogle = (more) => urlWith(`${google.url}/auth`, asked(google, { scope: "openid email profile", ...pkce, ...more }));
const tokenForm = (provider, code, more) => ({ grant_type: "authorization_code", code, redirect_uri: callback, client_id: provider.clientId, client_secret: provider.clientSecret, ...more });
const codeIn = ({ url }) => new URL(url).searchParams.get("code");

test("as Google: discovery, an ID token with nonce and at_hash, `iss` in the redirect, booleans as booleans", async () => {
  google.signedIn = google.add("grace@example.com", { hd: "example.com" });
  const ended = await browser().visit(toGoogle());
  const back = new URL(ended.url).searchParams;
  assert.deepEqual([back.get("state"), back.get("iss")], ["xyz", google.url]);
  const { status, body } = await post(`${google.url}/token`, tokenForm(google, codeIn(ended), { code_verifier: verifier }));
  assert.equal(status, 200);
  const discovery = await (await fetch(`${google.url}/.well-known/openid-configuration`)).json();
  const { payload } = await jwtVerify(body.id_token, createRemoteJWKSet(new URL(discovery.jwks_uri)), { issuer: google.url, audience: google.clientId });
  assert.deepEqual([payload.sub, payload.nonce, payload.email, payload.email_verified, payload.hd], [google.signedIn, "n-0S6", "grace@example.com", true, "example.com"]);
  assert.ok(payload.at_hash);
  assert.equal((await post(`${google.url}/token`, tokenForm(google, codeIn(ended), { code_verifier: verifier }))).body.error, "invalid_grant", "a code is good once");
});

test("as Google: PKCE is required and held to, another redirect_uri and a wrong secret are refused", async () => {
  google.signedIn = google.add("grace@example.com");
  const without = await browser().visit(toGoogle({ code_challenge: undefined, code_challenge_method: undefined }));
  assert.equal(new URL(without.url).searchParams.get("error"), "invalid_request");
  const plain = await browser().visit(toGoogle({ code_challenge_method: "plain" }));
  assert.equal(new URL(plain.url).searchParams.get("error"), "invalid_request");
  assert.equal((await browser().visit(toGoogle({ redirect_uri: "http://localhost:9/other" }))).status, 400);
  assert.equal((await browser().visit(toGoogle({ prompt: "login" }))).status, 400, "Google knows no prompt=login");
  const code = async () => codeIn(await browser().visit(toGoogle()));
  for (const [error, more] of [["invalid_grant", { code_verifier: newVerifier() }], ["invalid_grant", { code_verifier: verifier, redirect_uri: `${callback}/` }], ["invalid_client", { code_verifier: verifier, client_secret: "wrong" }]])
    assert.equal((await post(`${google.url}/token`, tokenForm(google, await code(), more))).body.error, error);
});

test("as Google: its pages ask who one is, then for consent, and a no comes back as access_denied", async () => {
  google.signedIn = google.add("grace@example.com");
  google.interactive = true;
  const web = browser();
  const login = await web.visit(toGoogle());
  assert.match(login.text, /Who are you/);
  const consent = await web.submit(login);
  assert.match(consent.text, /Do you agree/);
  const ended = await web.submit(consent, { go: "no" });
  assert.equal(new URL(ended.url).searchParams.get("error"), "access_denied");
  google.interactive = false;
});

const toApple = (more) => urlWith(`${apple.url}/auth/authorize`, asked(apple, { scope: "name email", response_mode: "form_post", ...more }));
const appleSecret = async ({ kid = apple.keyId, iss = apple.teamId, sub = apple.clientId, aud = "https://appleid.apple.com", life = "5m" } = {}) =>
  new SignJWT({}).setProtectedHeader({ alg: "ES256", kid }).setIssuer(iss).setSubject(sub).setAudience(aud).setIssuedAt().setExpirationTime(life).sign(await importPKCS8(apple.privateKey, "ES256"));

test("as Apple: the answer is a form posted by a page of Apple's, with the name at the first consent alone", async () => {
  apple.signedIn = apple.add("johnny@privaterelay.appleid.com");
  const web = browser();
  const fields = [];
  for (let round = 0; round < 2; ++round) {
    const posted = await web.visit(toApple());
    assert.deepEqual([posted.url, posted.method], [callback, "POST"]);
    fields.push(posted.form);
  }
  assert.deepEqual(fields.map((each) => Object.keys(each).sort()), [["code", "state", "user"], ["code", "state"]]);
  assert.deepEqual(JSON.parse(fields[0].user), { name: { firstName: "Johnny", lastName: "Appleseed" }, email: "johnny@privaterelay.appleid.com" });
  const { status, body } = await post(`${apple.url}/auth/token`, tokenForm(apple, fields[1].code, { client_secret: await appleSecret() }));
  assert.equal(status, 200, JSON.stringify(body));
  const claims = decodeJwt(body.id_token);
  assert.deepEqual([claims.iss, claims.email_verified, claims.is_private_email, claims.nonce], ["https://appleid.apple.com", "true", "true", "n-0S6"]);
  assert.equal((await fetch(`${apple.url}/me`)).status, 404, "there is no userinfo endpoint");
});

test("as Apple: no form_post, no scope", async () => {
  const answer = await fetch(toApple({ response_mode: undefined }));
  assert.equal(answer.status, 400);
  assert.match(await answer.text(), /response_mode must be form_post/);
});

test("as Apple: the client secret is held to Apple's rules", async () => {
  apple.signedIn = apple.add("johnny@example.com");
  const wrong = { kid: { kid: "OTHER00000" }, team: { iss: "OTHER00000" }, "client id": { sub: "com.example.other" }, audience: { aud: apple.url }, "six months": { life: "183d" }, expired: { life: "-1m" } };
  for (const [what, change] of Object.entries(wrong)) {
    const { status, body } = await post(`${apple.url}/auth/token`, tokenForm(apple, "any", { client_secret: await appleSecret(change) }));
    assert.deepEqual([status, body], [400, { error: "invalid_client" }], what);
  }
  assert.equal((await post(`${apple.url}/auth/token`, tokenForm(apple, "any", { client_secret: "a plain secret" }))).body.error, "invalid_client");
  assert.equal((await post(`${apple.url}/auth/token`, tokenForm(apple, "any", { client_secret: await appleSecret() }))).body.error, "invalid_grant");
});

test("the rogue provider is right until it is told otherwise, and each wrong is as named", async () => {
  rogue.signedIn = { sub: "s-1", email: "eve@example.com", email_verified: true };
  const keys = createRemoteJWKSet(new URL(`${rogue.url}/jwks`), { cooldownDuration: 0 });
  const redeem = async (more) => post(`${rogue.url}/token`, tokenForm(rogue, codeIn(await browser().visit(urlWith(`${rogue.url}/authorize`, asked(rogue, { scope: "openid email", ...pkce })))), { code_verifier: verifier, ...more }));
  const right = await redeem();
  assert.equal((await jwtVerify(right.body.id_token, keys, { issuer: rogue.url, audience: rogue.clientId })).payload.nonce, "n-0S6");
  for (const signature of ["none", "hs256_with_public_key", "embedded_jwk", "strangers_key", "unknown_kid", "cut"]) {
    rogue.signature = signature;
    const { id_token: token } = (await redeem()).body;
    const { alg, kid, jwk } = decodeProtectedHeader(token);
    const seen = { none: alg === "none", hs256_with_public_key: alg === "HS256", embedded_jwk: Boolean(jwk), unknown_kid: kid === rogue.stranger.kid }[signature];
    assert.notEqual(seen, false, signature);
    await assert.rejects(jwtVerify(token, keys), undefined, signature);
  }
  rogue.behave();
  assert.equal((await redeem({ client_secret: "wrong" })).status, 401);
  assert.equal((await redeem({ code_verifier: newVerifier() })).body.error, "invalid_grant");
});

test("a bad day ends when the caller hangs up", async () => {
  for (const day of Object.keys(badDays)) {
    rogue.bad = { jwks: day };
    await fetch(`${rogue.url}/jwks`, { redirect: "manual", signal: AbortSignal.timeout(150) }).then((answer) => answer.body?.cancel(), () => {});
  }
  rogue.behave();
  assert.equal((await fetch(`${rogue.url}/jwks`)).status, 200);
});
