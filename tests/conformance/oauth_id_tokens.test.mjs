// What we send to a provider, and what we make of its ID tokens (T06, T07): each request with a challenge and a nonce of its own,
// and no token that is not signed by the provider's key, for us, now, for this very request.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { sql } from "../support/database.mjs";
import { appFlow, serverWith, signInByApp, signInOnWeb } from "../support/oauth.mjs";
import { advance, freshEmail, times } from "../support/people.mjs";
import { Discord, discordUser } from "../support/providers/discord.mjs";
import { GitHub, gitHubUser } from "../support/providers/github.mjs";
import { AppleLike, GoogleLike } from "../support/providers/oidc.mjs";
import { RogueProvider, rsaKey } from "../support/providers/rogue_provider.mjs";
import { challengeOf } from "../support/providers/stand_in.mjs";

const standIns = { rogue: new RogueProvider(), google: new GoogleLike(), apple: new AppleLike(), github: new GitHub(), discord: new Discord() };
const { rogue, google, apple, github, discord } = standIns;
let server;
before(async () => {
  await Promise.all(Object.values(standIns).map((each) => each.start()));
  server = await serverWith(standIns);
});
after(async () => {
  await server.stop();
  await Promise.all(Object.values(standIns).map((each) => each.stop()));
});
let count = 0;
beforeEach(() => {
  rogue.behave();
  rogue.signedIn = { sub: `s-${++count}`, email: freshEmail(), email_verified: true };
});

const made = () => sql(server.data, "SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM sessions) AS sessions")[0];
const now = () => Math.floor(Date.now() / 1000);

test("T06 every request has PKCE S256, a challenge, state and nonce of its own, and one redirect_uri to the letter", async () => {
  for (let round = 0; round < 5; ++round) {
    rogue.signedIn = { sub: `s-${++count}`, email: freshEmail(), email_verified: true };
    assert.equal((await signInByApp(server, "rogue")).status, 200);
  }
  const asked = rogue.to("/authorize").map(({ query }) => query);
  const redeemed = rogue.to("/token").map(({ form }) => form);
  assert.equal(asked.length, 5);
  for (const name of ["code_challenge", "state", "nonce"]) assert.equal(new Set(asked.map((each) => each[name])).size, 5, `${name} differs`);
  for (const [index, query] of asked.entries()) {
    const form = redeemed[index];
    assert.equal(query.code_challenge_method, "S256");
    assert.match(form.code_verifier, /^[A-Za-z0-9._~-]{43,128}$/);
    assert.equal(challengeOf(form.code_verifier), query.code_challenge);
    assert.equal(query.redirect_uri, `${server.url}/v1/oauth/rogue/callback`);
    assert.equal(form.redirect_uri, query.redirect_uri);
    assert.ok(query.state.length >= 43 && query.nonce.length >= 43, "256 bits each");
  }
  assert.deepEqual(rogue.complaints, []);
});

test("T06 so it is at each of the four, each with a redirect_uri of its own", async () => {
  google.signedIn = google.add(freshEmail());
  apple.signedIn = apple.add(freshEmail());
  github.signedIn = gitHubUser(freshEmail());
  discord.signedIn = discordUser(freshEmail());
  for (const provider of ["google", "apple", "github", "discord"]) {
    const { error, web } = await signInOnWeb(server, provider);
    assert.equal(error, undefined, `${provider}: ${standIns[provider].complaints}`);
    const [left] = web.trail;
    const query = new URL(left.location).searchParams;
    assert.equal(query.get("code_challenge_method"), "S256", provider);
    assert.equal(query.get("redirect_uri"), `${server.url}/v1/oauth/${provider}/callback`);
    assert.equal(query.has("nonce"), ["google", "apple"].includes(provider));
    assert.deepEqual(standIns[provider].complaints, [], provider);
  }
});

/** Each must end in `invalid_provider_token`, on the web and by an app, and leave nothing. */
async function refused(what, go, code = "invalid_provider_token") {
  const before = made();
  rogue.behave();
  go();
  const web = await signInOnWeb(server, "rogue");
  assert.equal(web.error, code, what);
  assert.equal(web.web.cookie("gatehouse-session"), undefined, what);
  const app = await appFlow(server, "rogue");
  assert.deepEqual([app.error, app.code], [code, undefined], what);
  assert.deepEqual(made(), before, what);
}

test("T06 an ID token with another nonce, an empty one, or none is refused", async () => {
  for (const nonce of ["another", "", undefined, null, 1, ["n"]]) await refused(`nonce ${nonce}`, () => (rogue.tamper = ({ claims }) => (nonce === undefined ? delete claims.nonce : (claims.nonce = nonce))));
});

test("T07 claims that are not for us, not now, or of another shape are refused", async () => {
  const wrong = {
    "iss of somebody else": (claims) => (claims.iss = "https://accounts.google.com"),
    "iss with a slash more": (claims) => (claims.iss += "/"),
    "iss in another case": (claims) => (claims.iss = claims.iss.toUpperCase()),
    "iss missing": (claims) => delete claims.iss,
    "iss in a list": (claims) => (claims.iss = [claims.iss]),
    "aud of another client": (claims) => (claims.aud = "another"),
    "aud a list without us": (claims) => (claims.aud = ["another", "third"]),
    "aud a list with another": (claims) => Object.assign(claims, { aud: [claims.aud, "another"], azp: claims.aud }),
    "aud a list, no azp": (claims) => (claims.aud = [claims.aud, claims.aud]),
    "aud missing": (claims) => delete claims.aud,
    "aud empty": (claims) => (claims.aud = []),
    "azp of another": (claims) => (claims.azp = "another"),
    "azp no text": (claims) => (claims.azp = 7),
    "exp past": (claims) => (claims.exp = now() - 120),
    "exp missing": (claims) => delete claims.exp,
    "exp as text": (claims) => (claims.exp = String(claims.exp)),
    "exp a fraction": (claims) => (claims.exp += 0.5),
    "exp beyond all dates": (claims) => (claims.exp = 1e300),
    "iat far ahead": (claims) => (claims.iat = now() + 3600),
    "nbf ahead": (claims) => (claims.nbf = now() + 3600),
    "sub missing": (claims) => delete claims.sub,
    "sub empty": (claims) => (claims.sub = ""),
    "sub null": (claims) => (claims.sub = null),
    "sub a number": (claims) => (claims.sub = 7),
    "sub a list": (claims) => (claims.sub = ["s"]),
    "sub too long": (claims) => (claims.sub = "s".repeat(256)),
    "at_hash of another access token": (claims) => (claims.at_hash = "AAAAAAAAAAAAAAAAAAAAAA"),
  };
  for (const [what, change] of Object.entries(wrong)) await refused(what, () => (rogue.tamper = ({ claims }) => change(claims)));
});

test("T07 signatures by anybody but the provider, by any trick, are refused", async () => {
  for (const signature of ["none", "hs256_with_public_key", "embedded_jwk", "strangers_key", "unknown_kid", "cut"]) await refused(signature, () => (rogue.signature = signature));
  const headers = {
    "alg in another case": (header) => (header.alg = "nOnE"),
    "alg of another family": (header) => (header.alg = "ES256"),
    "alg stronger than the key's record": (header) => (header.alg = "RS512"),
    "kid a path": (header) => (header.kid = "../../etc/passwd"),
    "kid SQL": (header) => (header.kid = "' OR 1=1 --"),
    "crit": (header) => Object.assign(header, { crit: ["exp"] }),
    "b64 false": (header) => Object.assign(header, { b64: false, crit: ["b64"] }),
    "typ of an access token": (header) => (header.typ = "at+jwt"),
  };
  for (const [what, change] of Object.entries(headers)) await refused(what, () => (rogue.tamper = ({ header }) => change(header)));
  await refused("jku and x5u", () => (rogue.tamper = ({ header }) => Object.assign(header, { kid: "elsewhere", jku: `${rogue.url}/evil-jku`, x5u: `${rogue.url}/evil-x5u` })));
  assert.equal(rogue.to("/evil").length, 0, "no address out of a token is fetched");
});

test("T07 an answer without an ID token, with one that is none, or with two, is refused", async () => {
  for (const [what, id_token] of Object.entries({ none: undefined, empty: "", text: "abc", dots: "a.b.c", "a million dots": ".".repeat(1_000_000), JWE: "a.b.c.d.e", number: 7, list: ["x"], null: null }))
    await refused(what, () => (rogue.tokenAnswer = (answer) => ({ ...answer, id_token }))).catch(async (error) => {
      // What is not even an answer is the provider's error.
      if (!/provider_error/.test(String(error.message) + JSON.stringify(error.actual))) throw error;
      await refused(what, () => (rogue.tokenAnswer = (answer) => ({ ...answer, id_token })), "provider_error");
    });
});

test("T07 unknown kids refresh the keys at a limited rate, whoever sends them", async () => {
  rogue.rotate(); // the cached keys are old now
  await advance(server, "31s"); // and the last fetch is long enough ago
  assert.equal((await signInByApp(server, "rogue")).status, 200, "the new key is looked for");
  const first = rogue.jwksFetches;
  assert.equal(first, 1);
  rogue.signature = "unknown_kid";
  const flows = await times(30, () => appFlow(server, "rogue"));
  assert.ok(flows.every(({ error }) => error === "invalid_provider_token"));
  assert.equal(rogue.jwksFetches, first, "within thirty seconds they are not fetched again");
});

test("T07 the callback's iss (RFC 9207) must be the provider's, and must be there where its metadata promise it", async () => {
  for (const iss of ["https://evil.example", `${rogue.url}/`, "", undefined]) await refused(`iss ${iss}`, () => (rogue.back = (parameters) => ({ ...parameters, iss })));
  assert.equal(rogue.to("/token").length, 0, "the code went nowhere");
});

test("key rotation: a key that appears is fetched for, one that has left the set signs nobody in", async () => {
  const fresh = { turning: new RogueProvider() };
  await fresh.turning.start();
  const other = await serverWith(fresh);
  try {
    const { turning } = fresh;
    turning.signedIn = { sub: "s-1", email: freshEmail(), email_verified: true };
    assert.equal((await signInByApp(other, "turning")).status, 200);
    const [old] = turning.keys;
    turning.keys = [rsaKey(), old]; // signs with the new one, the old one still published
    await advance(other, "31s");
    assert.equal((await signInByApp(other, "turning")).status, 200, "an unknown kid is looked for");
    assert.equal(turning.jwksFetches, 2);
    const published = turning.keys;
    turning.keys = [old];
    assert.equal((await signInByApp(other, "turning")).status, 200, "the old one is good while it is published");
    turning.keys = [rsaKey()];
    await advance(other, "31s");
    turning.tamper = ({ header }) => (header.kid = turning.keys[0].kid);
    assert.equal((await signInByApp(other, "turning")).status, 200, "and the whole set is replaced");
    turning.tamper = () => {};
    turning.keys = [published[1]];
    assert.equal((await appFlow(other, "turning")).error, "invalid_provider_token", "a key that has left the set");
  } finally {
    await other.stop();
    await fresh.turning.stop();
  }
});

test("a discovery document of another issuer, or with an endpoint missing, is not believed", async () => {
  for (const [what, change] of Object.entries({ issuer: { issuer: "https://evil.example" }, slash: { issuer: `${rogue.url}/` }, token_endpoint: { token_endpoint: undefined }, jwks_uri: { jwks_uri: undefined }, file: { token_endpoint: "file:///etc/passwd" } })) {
    const liar = new RogueProvider();
    await liar.start();
    liar.discovery = (document) => ({ ...document, ...change, ...(what === "slash" ? { issuer: `${liar.url}/` } : {}) });
    const other = await serverWith({ liar });
    try {
      const { error } = await signInOnWeb(other, "liar");
      assert.ok(["provider_error"].includes(error), `${what}: ${error}`);
      assert.equal(liar.to("/authorize").length + liar.to("/token").length, 0);
    } finally {
      await other.stop();
      await liar.stop();
    }
  }
});
