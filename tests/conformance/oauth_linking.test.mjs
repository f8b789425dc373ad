// An address never links by itself, whoever says it (T01); the true owner of an address that somebody else registered without
// confirming it takes over, and nothing of the earlier one survives (T02); a link is made for one account of the provider, by the
// session that began it, once (T03); and a provider's account without an id is nobody (T03).
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { rowCounts, sql } from "../support/database.mjs";
import { appFlow, appSession, exchange, link, serverWith, signInByApp, signInOnWeb } from "../support/oauth.mjs";
import { freshEmail, goodPassword, person, signIn, signUp } from "../support/people.mjs";
import { Discord, discordUser } from "../support/providers/discord.mjs";
import { GitHub, gitHubUser } from "../support/providers/github.mjs";
import { AppleLike, GoogleLike } from "../support/providers/oidc.mjs";
import { RogueProvider } from "../support/providers/rogue_provider.mjs";

const standIns = { google: new GoogleLike(), apple: new AppleLike(), github: new GitHub(), discord: new Discord(), rogue: new RogueProvider() };
const { google, apple, github, discord, rogue } = standIns;
let server;
before(async () => {
  await Promise.all(Object.values(standIns).map((each) => each.start()));
  server = await serverWith(standIns);
});
after(async () => {
  await server.stop();
  await Promise.all(Object.values(standIns).map((each) => each.stop()));
});
beforeEach(() => rogue.behave());

/** Somebody signed in at a provider whose word about the address is `verified`. */
const arriveAt = {
  google: (email, verified) => (google.signedIn = google.add(email, { email_verified: verified })),
  apple: (email, verified) => (apple.signedIn = apple.add(email, { email_verified: verified })),
  github: (email, verified) => (github.signedIn = gitHubUser(email, { email, emails: [{ email, primary: true, verified, visibility: null }] })),
  discord: (email, verified) => (discord.signedIn = discordUser(email, { verified })),
};
const links = (userId) => sql(server.data, `SELECT provider, subject FROM accounts WHERE user_id = '${userId}'`);
const sessionsOf = (userId) => sql(server.data, `SELECT id FROM sessions WHERE user_id = '${userId}'`).length;
const refusals = (userId) => sql(server.data, `SELECT action, reason FROM auth_audit_log WHERE subject_id = '${userId}' AND outcome = 'failure'`);

test("T01 a provider that says a victim's address is unverified, or says it in another way than its own, links nothing", async () => {
  const words = { false: false, absent: undefined, text: "true", one: 1, null: null };
  for (const provider of Object.keys(arriveAt))
    for (const [word, verified] of Object.entries(words)) {
      if (provider === "apple" && word === "text") continue; // Apple's own way of saying yes: the next test
      const victim = await person(server);
      const sessions = sessionsOf(victim.id);
      arriveAt[provider](victim.email, verified);
      const web = await signInOnWeb(server, provider);
      assert.equal(web.error, "account_exists", `${provider}, ${word}`);
      assert.equal(web.web.cookie("gatehouse-session"), undefined);
      const app = await appFlow(server, provider);
      assert.deepEqual([app.error, app.code], ["account_exists", undefined], `${provider}, ${word}`);
      assert.deepEqual(links(victim.id), []);
      assert.equal(sessionsOf(victim.id), sessions);
      assert.ok(refusals(victim.id).some(({ reason }) => reason === "account_exists"), "it is on record");
      assert.equal((await signIn(server, victim)).status, 200, "the victim is not kept out");
    }
});

test("T01 with the address verified on both sides it is still: sign in first, then link", async () => {
  for (const provider of Object.keys(arriveAt)) {
    const victim = await person(server);
    arriveAt[provider](victim.email, provider === "apple" ? "true" : true);
    assert.equal((await signInOnWeb(server, provider)).error, "account_exists", provider);
    assert.equal((await appFlow(server, provider)).error, "account_exists", provider);
    assert.deepEqual(links(victim.id), []);
  }
});

test("T01 an address that is unverified or missing makes no account, and leaves no user row", async () => {
  for (const provider of Object.keys(arriveAt)) {
    const before = rowCounts(server.data).find(({ name }) => name === "users");
    arriveAt[provider](freshEmail(), false);
    assert.equal((await signInOnWeb(server, provider)).error, "provider_email_unverified", provider);
    assert.equal((await appFlow(server, provider)).error, "provider_email_unverified", provider);
    assert.deepEqual(rowCounts(server.data).find(({ name }) => name === "users"), before);
  }
  discord.signedIn = discordUser(null, { verified: false });
  assert.equal((await signInOnWeb(server, "discord")).error, "provider_email_missing");
  github.signedIn = gitHubUser("public@example.com", { email: "public@example.com", emails: [] });
  assert.equal((await signInOnWeb(server, "github")).error, "provider_email_missing", "GitHub's public address proves nothing");
});

test("T01 with oauth.link_verified, verified on both sides links and tells the owner; unverified still does not", async () => {
  const willing = { google: new GoogleLike() };
  await willing.google.start();
  const other = await serverWith(willing, { oauth: { link_verified: true } });
  try {
    const owner = await person(other);
    willing.google.signedIn = willing.google.add(owner.email, { email_verified: false });
    assert.equal((await signInOnWeb(other, "google")).error, "account_exists");
    willing.google.signedIn = willing.google.add(owner.email);
    const { body } = await signInByApp(other, "google");
    assert.equal(body.actor.user_id, owner.id);
    assert.ok(await other.mailbox.newest(owner.email, "account_linked"));
    assert.equal((await signIn(other, owner)).status, 200, "the password goes on working");
  } finally {
    await other.stop();
    await willing.google.stop();
  }
});

test("T02 an attacker's sign-up that was never confirmed is dead once the owner arrives", async () => {
  for (const provider of Object.keys(arriveAt)) {
    const email = freshEmail("victim");
    const password = goodPassword();
    assert.equal((await server.client.post("/v1/sign-up", { email, password })).status, 202);
    const token = await server.mailbox.token(email, "verify_email");
    arriveAt[provider](email, provider === "apple" ? "true" : true);
    const { body } = await signInByApp(server, provider);
    assert.equal(body.status, "signed_in", provider);
    assert.equal((await signIn(server, { email, password })).status, 401, "the attacker's password");
    assert.equal((await server.client.post("/v1/email/verify", { token })).status, 400, "the attacker's token");
    const me = (await server.client.as(body.session.token).get("/v1/me")).body;
    assert.deepEqual([me.has_password, me.email], [false, email]);
  }
});

test("T02 of an unconfirmed account nothing of its earlier holder survives: password, sessions, devices, factors, links, mailed tokens", async () => {
  const email = freshEmail("victim");
  const squatter = await person(server, { email, verified: false, totp_secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" });
  const of = (table, column = "user_id") => sql(server.data, `SELECT count(*) AS n FROM ${table} WHERE ${column} = '${squatter.id}'`)[0].n;
  assert.equal((await server.client.post("/v1/password/forgot", { email })).status, 202);
  const reset = await server.mailbox.token(email, "reset_password").catch(() => undefined);
  arriveAt.google(email, true);
  const { body } = await signInByApp(server, "google");
  assert.deepEqual([body.status, body.actor?.user_id], ["signed_in", squatter.id], "the account keeps its id, and asks for nobody else's factor");
  assert.equal((await squatter.client.get("/v1/session")).status, 401, "session");
  assert.equal((await signIn(server, squatter)).status, 401, "password");
  if (reset) assert.equal((await server.client.post("/v1/password/reset", { token: reset, password: goodPassword() })).status, 400, "mailed token");
  const owner = server.client.as(body.session.token);
  const me = (await owner.get("/v1/me")).body;
  assert.deepEqual([me.has_password, me.email_verified, me.factors, me.accounts.length], [false, true, [], 1]);
  assert.deepEqual([of("user_mfa_secrets"), of("mfa_backup_codes"), of("accounts")], [0, 0, 1]);
  assert.equal((await owner.get("/v1/me/sessions")).body.items.length, 1);
});

test("T03 a link's code is good for the account of the provider that was signed in there, once", async () => {
  const owner = await person(server);
  const token = await appSession(server, owner);
  github.signedIn = gitHubUser(freshEmail());
  const subject = String(github.signedIn.id);
  const flow = await appFlow(server, "github", { intent: "link", token });
  github.signedIn = gitHubUser(freshEmail()); // A2 comes to GitHub's browser meanwhile
  const linked = await exchange(server, flow, token);
  assert.deepEqual([linked.status, linked.body.status], [200, "linked"]);
  assert.deepEqual(links(owner.id), [{ provider: "github", subject }]);
  const again = await exchange(server, flow, token);
  assert.deepEqual([again.status, again.body.code], [400, "invalid_state"]);
  const id = linked.body.account.id;
  assert.equal((await server.client.as(token).delete(`/v1/me/accounts/${id}`)).status, 204);
  assert.equal((await exchange(server, flow, token)).body.code, "invalid_state", "nor after the link is gone");
  assert.deepEqual(links(owner.id), []);
});

test("T03 the same link confirmed from another browser, or by another account, does nothing", async () => {
  const owner = await person(server);
  const stranger = await person(server);
  const token = await appSession(server, owner);
  const theirs = await appSession(server, stranger);
  discord.signedIn = discordUser(freshEmail());
  const flow = await appFlow(server, "discord", { intent: "link", token });
  const other = await appSession(server, owner); // the same person, another session
  for (const caller of [undefined, theirs, other]) {
    const { status } = await exchange(server, flow, caller);
    assert.ok([400, 401].includes(status), `${status}`);
  }
  assert.deepEqual([links(owner.id), links(stranger.id)], [[], []]);
  assert.equal((await exchange(server, flow, token)).status, 200, "and the refusals spent nothing");
});

test("T03 an id that is missing, null, zero, empty, an array or of another type is nobody", async () => {
  const plain = { ...rogue.config(), preset: "github", authorization_endpoint: `${rogue.url}/authorize`, token_endpoint: `${rogue.url}/token`, userinfo_endpoint: `${rogue.url}/userinfo`, emails_endpoint: `${rogue.url}/emails` };
  delete plain.issuer;
  const snow = { ...plain, preset: "discord" };
  delete snow.emails_endpoint;
  const named = { hub: Object.assign(Object.create(rogue), { config: () => plain }), snow: Object.assign(Object.create(rogue), { config: () => snow }) };
  const other = await serverWith({ hub: named.hub, snow: named.snow });
  rogue.redirectUris = [`${other.url}/v1/oauth/hub/callback`, `${other.url}/v1/oauth/snow/callback`];
  rogue.clientId = plain.client_id;
  try {
    rogue.signedIn = {};
    rogue.back = (parameters) => ({ ...parameters, iss: undefined }); // neither of the two sends one
    rogue.emails = [{ email: freshEmail(), primary: true, verified: true, visibility: null }];
    const wrong = { missing: undefined, empty: "", null: null, zero: 0, negative: -1, fraction: 1.5, array: [7], object: { id: 7 }, true: true };
    for (const [what, id] of Object.entries({ ...wrong, text: "7" })) {
      rogue.userinfo = { id, login: "octo" };
      const { error } = await signInOnWeb(other, "hub");
      assert.ok(["invalid_provider_token", "provider_error"].includes(error), `GitHub, ${what}: ${error}`);
    }
    for (const [what, id] of Object.entries({ ...wrong, number: 7 })) {
      rogue.userinfo = { id, email: freshEmail(), verified: true, username: "nelly" };
      const { error } = await signInOnWeb(other, "snow");
      assert.ok(["invalid_provider_token", "provider_error"].includes(error), `Discord, ${what}: ${error}`);
    }
    assert.equal(sql(other.data, "SELECT count(*) AS n FROM accounts")[0].n, 0);
    assert.equal(sql(other.data, "SELECT count(*) AS n FROM users")[0].n, 0);
    rogue.userinfo = { id: 7, login: "octo" };
    assert.equal((await signInOnWeb(other, "hub")).error, undefined, "and a right one is somebody");
    assert.deepEqual(sql(other.data, "SELECT subject FROM accounts"), [{ subject: "7" }]);
  } finally {
    await other.stop();
  }
});

test("a person may link several providers, sees them, and no second user can link the same account", async () => {
  const owner = await person(server);
  const token = await appSession(server, owner);
  arriveAt.google(freshEmail(), true);
  github.signedIn = gitHubUser(freshEmail());
  assert.equal((await link(server, "google", token)).status, 200);
  assert.equal((await link(server, "github", token)).status, 200);
  const { items } = (await server.client.as(token).get("/v1/me/accounts")).body;
  assert.deepEqual(items.map(({ provider }) => provider).sort(), ["github", "google"]);
  const second = await appSession(server, await person(server));
  const refused = await link(server, "github", second);
  assert.deepEqual([refused.status, refused.body.code], [409, "account_linked_elsewhere"]);
  assert.equal((await link(server, "github", token)).status, 200, "linking what is linked changes nothing");
  assert.equal(links(owner.id).length, 2);
});

test("an unverified address at the provider links for whoever is signed in: the session is the proof", async () => {
  const owner = await person(server);
  const token = await appSession(server, owner);
  arriveAt.discord(freshEmail(), false);
  assert.equal((await link(server, "discord", token)).status, 200);
  const { body } = await signInByApp(server, "discord");
  assert.equal(body.actor.user_id, owner.id);
});

test("two first sign-ins of one person at once make one user and one link", async () => {
  arriveAt.google(freshEmail("twin"), true);
  const flows = await Promise.all(Array.from({ length: 8 }, () => appFlow(server, "google")));
  const answers = await Promise.all(flows.map((flow) => exchange(server, flow)));
  assert.deepEqual(answers.map(({ status }) => status), answers.map(() => 200), answers.map(({ text }) => text).join("\n"));
  assert.equal(new Set(answers.map(({ body }) => body.actor.user_id)).size, 1);
  assert.equal(links(answers[0].body.actor.user_id).length, 1);
});

test("a confirmed sign-up by password and a provider's first sign-in for one address never make two users", async () => {
  const who = await signUp(server);
  arriveAt.google(who.email, true);
  assert.equal((await signInOnWeb(server, "google")).error, "account_exists");
  assert.equal(sql(server.data, `SELECT count(*) AS n FROM users WHERE email_canonical = '${who.email}'`)[0].n, 1);
});
