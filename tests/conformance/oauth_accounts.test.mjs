// Linked accounts in a person's hands: proving oneself again by a provider, unlinking (never the last way in), what is told by mail
// and recorded, what is kept of a provider's tokens, and a fifth provider that is data alone.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { everything, sql } from "../support/database.mjs";
import { appFlow, appSession, exchange, link, serverWith, signInByApp, signInOnWeb } from "../support/oauth.mjs";
import { advance, freshEmail, goodPassword, person, signIn, times } from "../support/people.mjs";
import { GitHub, gitHubUser } from "../support/providers/github.mjs";
import { GoogleLike } from "../support/providers/oidc.mjs";
import { RogueProvider } from "../support/providers/rogue_provider.mjs";
import { temporaryFolder } from "../support/server.mjs";
import { totp } from "../support/totp.mjs";

const standIns = { google: new GoogleLike(), github: new GitHub(), rogue: new RogueProvider() };
const { google, github, rogue } = standIns;
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
  google.signedIn = google.add(freshEmail());
  github.signedIn = gitHubUser(freshEmail());
  rogue.signedIn = { sub: `s-${++count}`, email: freshEmail(), email_verified: true };
});
const accountsOf = async (token) => (await server.client.as(token).get("/v1/me/accounts")).body.items;
const unlink = (token, id, options) => server.client.as(token).delete(`/v1/me/accounts/${id}`, options);
const auditOf = (id, action) => sql(server.data, `SELECT count(*) AS n FROM auth_audit_log WHERE subject_id = '${id}' AND action = '${action}'`)[0].n;
const eventsOf = (id, topic) => sql(server.data, `SELECT count(*) AS n FROM outbox_events WHERE subject = '${id}' AND topic = '${topic}'`)[0].n;

test("a link is shown, told by mail, recorded once and published once; so is its end", async () => {
  const who = await person(server);
  const token = await appSession(server, who);
  const { body } = await link(server, "google", token);
  const [shown] = await accountsOf(token);
  assert.deepEqual([shown.provider, shown.email], ["google", google.people.get(google.signedIn).email]);
  assert.equal((await server.client.as(token).get("/v1/me")).body.accounts.length, 1);
  assert.match((await server.mailbox.newest(who.email, "account_linked")).text, /Google/);
  assert.deepEqual([auditOf(who.id, "account.linked"), eventsOf(who.id, "identity.account.linked")], [1, 1]);
  assert.equal((await unlink(token, body.account.id)).status, 204);
  assert.deepEqual(await accountsOf(token), []);
  assert.match((await server.mailbox.newest(who.email, "account_unlinked")).text, /Google/);
  assert.deepEqual([auditOf(who.id, "account.unlinked"), eventsOf(who.id, "identity.account.unlinked")], [1, 1]);
  assert.equal((await unlink(token, body.account.id)).status, 404);
  assert.equal((await signIn(server, who)).status, 200);
});

test("the last way in can't be unlinked, nor two at once by two requests", async () => {
  const first = await signInByApp(server, "github");
  const { token } = first.body.session;
  const [only] = await accountsOf(token);
  const refused = await unlink(token, only.id);
  assert.deepEqual([refused.status, refused.body.code], [409, "last_credential"]);
  assert.equal((await link(server, "google", token)).status, 200);
  const both = await accountsOf(token);
  const answers = await Promise.all(both.map(({ id }) => unlink(token, id)));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [204, 409]);
  assert.equal((await accountsOf(token)).length, 1);
  assert.equal((await server.client.as(token).get("/v1/session")).status, 200);
});

test("with a password set, the last account may go", async () => {
  const { body } = await signInByApp(server, "github");
  const { token } = body.session;
  const password = goodPassword();
  assert.equal((await server.client.as(token).post("/v1/me/password", { new_password: password })).status, 204);
  const [only] = await accountsOf(token);
  assert.equal((await unlink(token, only.id)).status, 204);
  const { email } = (await server.client.as(token).get("/v1/me")).body;
  assert.equal((await signIn(server, { email, password })).status, 200);
});

test("somebody else's account can't be unlinked, nor seen", async () => {
  const [mine, theirs] = [await appSession(server, await person(server)), await appSession(server, await person(server))];
  const { body } = await link(server, "google", mine);
  assert.equal((await unlink(theirs, body.account.id)).status, 404);
  assert.deepEqual(await accountsOf(theirs), []);
  assert.equal((await accountsOf(mine)).length, 1);
});

test("linking and unlinking need a recent sign-in", async () => {
  const data = temporaryFolder();
  const other = await serverWith({ rogue }, { data });
  try {
    const who = await person(other);
    const token = await appSession(other, who);
    const { body } = await link(other, "rogue", token);
    await advance(other, "2h");
    const flow = { client_id: undefined, redirect_to: "http://127.0.0.1:1/callback", intent: "link", code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" };
    const begun = await other.client.as(token).post("/v1/oauth/rogue/authorize", flow);
    assert.deepEqual([begun.status, begun.body.code], [403, "reauthentication_required"]);
    const ended = await other.client.as(token).delete(`/v1/me/accounts/${body.account.id}`);
    assert.deepEqual([ended.status, ended.body.code], [403, "reauthentication_required"]);
    assert.equal((await other.client.as(token).post("/v1/oauth/rogue/authorize", { ...flow, intent: "reauthenticate" })).status, 200, "which may be by the provider");
  } finally {
    await other.stop();
    rogue.redirectUris = [`${server.url}/v1/oauth/rogue/callback`];
  }
});

test("proving oneself again at Google: a fresh login is asked for and proved, and the session gets a new token", async () => {
  const first = await signInByApp(server, "google");
  const { token } = first.body.session;
  const flow = await appFlow(server, "google", { intent: "reauthenticate", token });
  const left = flow.web.trail.find(({ location }) => location?.startsWith(google.url));
  assert.equal(new URL(left.location).searchParams.get("max_age"), "0");
  const { status, body } = await exchange(server, flow, token);
  assert.equal(status, 200);
  assert.notEqual(body.session.token, token);
  assert.equal((await server.client.as(token).get("/v1/session")).status, 401, "the old token is dead");
  assert.equal((await server.client.as(body.session.token).get("/v1/session")).status, 200);
  assert.equal((await exchange(server, flow, body.session.token)).body.code, "invalid_state", "once");
});

test("a fresh login that the provider does not prove, or that is old, does not count", async () => {
  const { body } = await signInByApp(server, "rogue");
  const { token } = body.session;
  for (const auth_time of [undefined, Math.floor(Date.now() / 1000) - 3600, "now", -1]) {
    rogue.tamper = ({ claims }) => (auth_time === undefined ? delete claims.auth_time : (claims.auth_time = auth_time));
    const flow = await appFlow(server, "rogue", { intent: "reauthenticate", token });
    if (flow.code) {
      const answer = await exchange(server, flow, token);
      assert.deepEqual([answer.status, answer.body.code], [400, "invalid_provider_token"], String(auth_time));
    } else assert.equal(flow.error, "invalid_provider_token");
  }
  assert.equal((await server.client.as(token).get("/v1/session")).status, 200, "the session is as it was");
});

test("another account of the provider does not prove one", async () => {
  const { body } = await signInByApp(server, "google");
  google.signedIn = google.add(freshEmail());
  const flow = await appFlow(server, "google", { intent: "reauthenticate", token: body.session.token });
  const { status, body: refused } = await exchange(server, flow, body.session.token);
  assert.deepEqual([status, refused.code], [403, "wrong_provider_account"]);
  assert.equal((await accountsOf(body.session.token)).length, 1, "and is not linked by the way");
});

test("GitHub can't prove a fresh login: a code is mailed besides", async () => {
  const first = await signInByApp(server, "github");
  const { token } = first.body.session;
  const email = github.signedIn.emails[0].email;
  const flow = await appFlow(server, "github", { intent: "reauthenticate", token });
  const { status, body } = await exchange(server, flow, token);
  assert.deepEqual([status, body.status], [200, "mfa_required"]);
  assert.deepEqual(body.challenge.methods, ["emailed_code"]);
  const mail = await server.mailbox.newest(email);
  const code = mail.code ?? mail.text.match(/\b\d{6,8}\b/)[0];
  const answer = await server.client.post(`/v1/mfa/challenges/${body.challenge.id}/verify`, { method: "emailed_code", code });
  assert.equal(answer.status, 200, answer.text);
  const renewed = answer.body.session.token;
  assert.equal((await server.client.as(renewed).get("/v1/session")).body.acr, "aal1", "a mailed code never makes aal2");
  assert.equal((await server.client.as(token).get("/v1/session")).status, 401, "the old token is dead");
});

test("with a second factor, proving oneself again by a provider asks for it too", async () => {
  const first = await signInByApp(server, "google");
  const client = server.client.as(first.body.session.token);
  const { secret } = (await client.post("/v1/me/mfa/totp")).body;
  const confirmed = await client.post("/v1/me/mfa/totp/confirm", { code: totp(secret) });
  const { token } = confirmed.body.session;
  const flow = await appFlow(server, "google", { intent: "reauthenticate", token });
  const { status, body } = await exchange(server, flow, token);
  assert.deepEqual([status, body.status, body.challenge?.methods.includes("totp")], [200, "mfa_required", true]);
  assert.equal(body.session, undefined);
});

test("without store_tokens nothing of a provider's tokens is kept", async () => {
  await signInByApp(server, "google");
  assert.deepEqual(sql(server.data, "SELECT count(*) AS n FROM accounts WHERE sealed_tokens IS NOT NULL"), [{ n: 0 }]);
});

test("with store_tokens they are kept, sealed: no token is readable in the database's files", async () => {
  const keeper = { google: new GoogleLike(), github: new GitHub() };
  await Promise.all(Object.values(keeper).map((each) => each.start()));
  const data = temporaryFolder();
  const other = await serverWith(keeper, { data, oauth: { store_tokens: true } });
  const issued = [];
  try {
    keeper.google.signedIn = keeper.google.add(freshEmail());
    keeper.github.signedIn = gitHubUser(freshEmail());
    keeper.google.provider.on("grant.success", (ctx) => issued.push(ctx.body.access_token, ctx.body.refresh_token, ctx.body.id_token));
    for (const provider of ["google", "github"]) assert.equal((await signInByApp(other, provider)).status, 200);
    issued.push(...keeper.github.tokens.keys());
    assert.equal(issued.length, 4);
    issued.forEach((token) => other.secrets.add(token));
    const rows = sql(data, "SELECT provider, length(sealed_tokens) AS bytes FROM accounts ORDER BY provider");
    assert.ok(rows.length === 2 && rows.every(({ bytes }) => bytes > 60), JSON.stringify(rows));
    const rowsOfAll = everything(data);
    assert.ok(rowsOfAll.includes(keeper.github.signedIn.emails[0].email), "what is readable is found");
    const hex = (text) => Buffer.from(text).toString("hex");
    for (const token of issued) assert.ok(!rowsOfAll.includes(token) && !rowsOfAll.toLowerCase().includes(hex(token)), "a token stands in clear");
  } finally {
    await other.stop();
    await Promise.all(Object.values(keeper).map((each) => each.stop()));
  }
});

test("a fifth provider is a change to data alone: GitLab, by its preset, against its own kind of answer", async () => {
  const gitlab = new RogueProvider();
  await gitlab.start();
  const other = await serverWith({ gitlab: Object.assign(gitlab, { config: () => ({ preset: "gitlab", issuer: gitlab.url, client_id: gitlab.clientId, client_secret: gitlab.clientSecret }) }) });
  try {
    gitlab.signedIn = { sub: "4711", email: freshEmail(), email_verified: true, name: "Tanuki", nickname: "tanuki" };
    const { items } = (await other.client.get("/v1/oauth/providers")).body;
    assert.deepEqual(items.map(({ name, preset, title }) => [name, preset, title]), [["gitlab", "gitlab", "GitLab"]]);
    const { body } = await signInByApp(other, "gitlab");
    assert.equal((await other.client.as(body.session.token).get("/v1/me")).body.name, "Tanuki");
    assert.deepEqual(gitlab.complaints, []);
  } finally {
    await other.stop();
    await gitlab.stop();
  }
});

test("several providers of one preset, each under its own name, are strangers to each other", async () => {
  const [north, south] = [new RogueProvider(), new RogueProvider()];
  await Promise.all([north.start(), south.start()]);
  const other = await serverWith({ north, south });
  try {
    for (const each of [north, south]) each.signedIn = { sub: "1", email: freshEmail(), email_verified: true };
    const [a, b] = [await signInByApp(other, "north"), await signInByApp(other, "south")];
    assert.notEqual(a.body.actor.user_id, b.body.actor.user_id, "one subject at two issuers is two people (V17)");
  } finally {
    await other.stop();
    await Promise.all([north.stop(), south.stop()]);
  }
});

test("sign-up that is closed lets nobody new in by a provider, and everybody who was", async () => {
  const closed = new RogueProvider();
  await closed.start();
  const other = await serverWith({ closed }, { config: '[sign_up]\nmode = "closed"\n' });
  try {
    closed.signedIn = { sub: "1", email: freshEmail(), email_verified: true };
    assert.equal((await signInOnWeb(other, "closed")).error, "sign_up_closed");
    assert.equal(sql(other.data, "SELECT count(*) AS n FROM users")[0].n, 0);
    const who = await person(other);
    const token = await appSession(other, who);
    assert.equal((await link(other, "closed", token)).status, 200);
    assert.equal((await signInByApp(other, "closed")).body.actor.user_id, who.id);
  } finally {
    await other.stop();
    await closed.stop();
  }
});

test("deleting the account and erasing it takes the link along; the provider's account may begin anew", async () => {
  const { body } = await signInByApp(server, "rogue");
  const client = server.client.as(body.session.token);
  assert.ok([202, 204].includes((await client.delete("/v1/me")).status));
  const { error } = await signInOnWeb(server, "rogue");
  assert.ok(error, "a deleted account is not signed in to");
  assert.equal((await client.get("/v1/session")).status, 401);
});

test("sixteen links of one provider's account by sixteen people at once make one link", async () => {
  const people = await Promise.all(Array.from({ length: 16 }, () => person(server)));
  const tokens = await Promise.all(people.map((each) => appSession(server, each)));
  const flows = [];
  for (const token of tokens) flows.push(await appFlow(server, "rogue", { intent: "link", token }));
  const answers = await times(16, (i) => exchange(server, flows[i], tokens[i]));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  assert.ok(answers.filter(({ status }) => status !== 200).every(({ status, body }) => status === 409 && body.code === "account_linked_elsewhere"));
  assert.equal(sql(server.data, `SELECT count(*) AS n FROM accounts WHERE subject = '${rogue.signedIn.sub}'`)[0].n, 1);
});
