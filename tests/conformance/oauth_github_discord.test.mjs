// GitHub and Discord, which are OAuth 2.0 and no OpenID: what each of them asks for, its way of saying no, and where its word
// about an address comes from.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { sql } from "../support/database.mjs";
import { serverWith, signInByApp, signInOnWeb, webTarget } from "../support/oauth.mjs";
import { freshEmail } from "../support/people.mjs";
import { Discord, discordUser } from "../support/providers/discord.mjs";
import { GitHub, gitHubUser } from "../support/providers/github.mjs";

const standIns = { github: new GitHub(), discord: new Discord() };
const { github, discord } = standIns;
let server;
before(async () => {
  await Promise.all(Object.values(standIns).map((each) => each.start()));
  server = await serverWith(standIns);
});
after(async () => {
  await server.stop();
  await Promise.all(Object.values(standIns).map((each) => each.stop()));
});
beforeEach(() => {
  for (const each of Object.values(standIns)) Object.assign(each, { refuses: false, suspended: false, intercept: () => false }), (each.complaints.length = 0), (each.requests.length = 0);
  github.signedIn = gitHubUser(freshEmail());
  discord.signedIn = discordUser(freshEmail());
});
const me = async ({ body }) => (await server.client.as(body.session.token).get("/v1/me")).body;
const subjectOf = (id) => sql(server.data, `SELECT issuer, subject, name FROM accounts WHERE user_id = '${id}'`)[0];

test("GitHub: the id is who one is, whatever login and name become", async () => {
  const first = await signInByApp(server, "github");
  const profile = await me(first);
  assert.deepEqual([profile.name, profile.picture], ["Mona Lisa", github.signedIn.avatar_url]);
  assert.deepEqual([subjectOf(profile.id).issuer, subjectOf(profile.id).subject], ["https://github.com", String(github.signedIn.id)]);
  Object.assign(github.signedIn, { login: "renamed", name: null, emails: [{ email: freshEmail(), primary: true, verified: true, visibility: null }] });
  assert.equal((await signInByApp(server, "github")).body.actor.user_id, profile.id);
  github.signedIn = gitHubUser(freshEmail(), { login: "renamed" });
  assert.notEqual((await signInByApp(server, "github")).body.actor.user_id, profile.id, "a login that was taken over is somebody else");
  assert.deepEqual(github.complaints, []);
});

test("GitHub: the address is the primary one of the list, where it is verified; the public one says nothing", async () => {
  const [primary, other] = [freshEmail("primary"), freshEmail("other")];
  github.signedIn = gitHubUser(primary, { email: "public@example.com", emails: [{ email: other, primary: false, verified: true, visibility: null }, { email: primary, primary: true, verified: true, visibility: "public" }] });
  assert.equal((await me(await signInByApp(server, "github"))).email, primary);
  github.signedIn = gitHubUser(primary, { emails: [{ email: freshEmail(), primary: true, verified: false, visibility: null }, { email: freshEmail(), primary: false, verified: true, visibility: null }] });
  assert.equal((await signInOnWeb(server, "github")).error, "provider_email_unverified");
});

test("GitHub: a primary address late in a long list, which comes in pages of thirty, is found", async () => {
  const primary = freshEmail("late");
  github.signedIn = gitHubUser(primary, { emails: [...Array.from({ length: 40 }, () => ({ email: freshEmail(), primary: false, verified: true, visibility: null })), { email: primary, primary: true, verified: true, visibility: null }] });
  assert.equal((await me(await signInByApp(server, "github"))).email, primary);
});

test("GitHub: an error under HTTP 200 is an error", async () => {
  github.clientSecret = `${github.clientSecret}x`;
  assert.equal((await signInOnWeb(server, "github")).error, "provider_error", "a wrong secret is the operator's to mend");
  github.clientSecret = github.clientSecret.slice(0, -1);
  github.codes.life = -1;
  assert.equal((await signInOnWeb(server, "github")).error, "invalid_state", "a code that is too old");
  github.codes.life = 600_000;
});

test("GitHub: an answer as a form, though JSON was asked for, or with no token in it, signs nobody in", async () => {
  for (const body of ["access_token=gho_x&token_type=bearer", "{}", '{"access_token":""}', '{"access_token":null,"token_type":"bearer"}', '{"access_token":["x"],"token_type":"bearer"}', '{"access_token":"a\\r\\nX-Evil: 1","token_type":"bearer"}', '{"access_token":"x","token_type":"mac"}']) {
    github.intercept = (call, response) => call.path === "/login/oauth/access_token" && (response.writeHead(200, { "Content-Type": "application/json" }).end(body), true);
    const { error } = await signInOnWeb(server, "github");
    assert.ok(["provider_error", "invalid_provider_token"].includes(error), `${body}: ${error}`);
  }
});

test("GitHub: its refusals come back by their meaning", async () => {
  github.refuses = true;
  assert.deepEqual((({ error, at }) => [error, at])(await signInOnWeb(server, "github")), ["oauth_denied", webTarget]);
  Object.assign(github, { refuses: false, suspended: true });
  assert.equal((await signInOnWeb(server, "github")).error, "provider_error");
});

test("GitHub: a token whose addresses may not be read makes no account", async () => {
  github.intercept = (call, response) => call.path === "/user/emails" && (response.writeHead(404, { "Content-Type": "application/json" }).end('{"message":"Not Found"}'), true);
  assert.equal((await signInOnWeb(server, "github")).error, "provider_email_missing");
});

test("Discord: a form with the credentials, an id kept as text, a name by the display name", async () => {
  Object.assign(discord.signedIn, { global_name: "Nelly the Elephant" });
  const first = await signInByApp(server, "discord");
  const profile = await me(first);
  assert.deepEqual([profile.name, profile.picture], ["Nelly the Elephant", `https://cdn.discordapp.com/avatars/${discord.signedIn.id}/${discord.signedIn.avatar}.png`]);
  assert.deepEqual([subjectOf(profile.id).issuer, subjectOf(profile.id).subject], ["https://discord.com", discord.signedIn.id], "no digit of a snowflake is lost");
  const [{ headers }] = discord.to("/api/oauth2/token");
  assert.match(headers["content-type"], /^application\/x-www-form-urlencoded/);
  assert.deepEqual(discord.complaints, []);
});

test("Discord: null for a name, a picture and an address is nothing, and an unverified address makes no account", async () => {
  Object.assign(discord.signedIn, { global_name: null, avatar: null });
  const profile = await me(await signInByApp(server, "discord"));
  assert.deepEqual([profile.name, profile.picture], ["nelly", null]);
  discord.signedIn = discordUser(freshEmail(), { verified: false });
  assert.equal((await signInOnWeb(server, "discord")).error, "provider_email_unverified");
  discord.signedIn = discordUser(null);
  assert.equal((await signInOnWeb(server, "discord")).error, "provider_email_missing");
  discord.signedIn = discordUser("not an address");
  assert.ok(["provider_email_missing", "provider_email_unverified"].includes((await signInOnWeb(server, "discord")).error));
});

test("Discord: hostile profile data is cut or left out, never believed (T48)", async () => {
  Object.assign(discord.signedIn, { global_name: "x\u0000y", username: "\u001b[31m", avatar: "../../evil", locale: "e".repeat(100), roles: ["admin"], permissions: ["identity.users.read"], email_verified: true, user_id: "someone", status: "active" });
  const answer = await signInByApp(server, "discord");
  const profile = await me(answer);
  assert.deepEqual([profile.picture, profile.locale], [null, null]);
  assert.ok(profile.name === null || !/[\u0000-\u001f]/.test(profile.name));
  assert.deepEqual(answer.body.actor.roles.filter((role) => role !== "user"), []);
  discord.signedIn = discordUser(freshEmail(), { global_name: "é".repeat(2000) });
  assert.ok((await me(await signInByApp(server, "discord"))).name.length <= 200);
});

test("Discord: its refusal, a wrong secret and a code that is too old", async () => {
  discord.refuses = true;
  assert.equal((await signInOnWeb(server, "discord")).error, "oauth_denied");
  discord.refuses = false;
  discord.clientSecret = `${discord.clientSecret}x`;
  assert.equal((await signInOnWeb(server, "discord")).error, "provider_error");
  discord.clientSecret = discord.clientSecret.slice(0, -1);
  discord.codes.life = -1;
  assert.equal((await signInOnWeb(server, "discord")).error, "invalid_state");
  discord.codes.life = 100_000;
});

test("the API's own errors, rate limits and pages sign nobody in", async () => {
  for (const [provider, path] of [["github", "/user"], ["discord", "/api/users/@me"]])
    for (const [status, type, body] of [[401, "application/json", "{}"], [429, "application/json", '{"message":"You are being rate limited.","retry_after":64.57,"global":false}'], [500, "text/html", "<h1>Unicorn</h1>"], [200, "text/html", "<h1>Hello</h1>"], [200, "application/json", "[]"], [200, "application/json", '{"id":1,"id":2}']]) {
      standIns[provider].intercept = (call, response) => call.path === path && (response.writeHead(status, { "Content-Type": type }).end(body), true);
      const { error } = await signInOnWeb(server, provider);
      assert.ok(["provider_error", "invalid_provider_token"].includes(error), `${provider} ${status} ${body}: ${error}`);
    }
});
