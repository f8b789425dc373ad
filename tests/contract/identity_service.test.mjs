// createIdentityService of @gatehouse/contracts, compiled as it is published, drives the main job and MFA over HTTP.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { root } from "../support/paths.mjs";
import { freshEmail, goodPassword, person, personWithTotp } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
let server, createIdentityService, IdentityError, serviceKey;

before(async () => {
  const compiled = temporaryFolder("gatehouse-contracts-");
  execFileSync(process.execPath, [tsc, "-p", join(root, "packages/contracts"), "--outDir", compiled]);
  writeFileSync(join(compiled, "package.json"), '{"type":"module"}\n');
  ({ createIdentityService, IdentityError } = await import(pathToFileURL(join(compiled, "api/identity.js"))));
  const data = temporaryFolder();
  server = await startServer({ data });
  const made = gatehouse(["service", "create", "accounts", "--permission", "identity.users.read", "--permission", "identity.sessions.revoke", "--permission", "identity.mfa.challenge", "--permission", "identity.roles.assign", "--permission", "identity.introspect", "--dev", "--data", data]);
  assert.equal(made.status, 0, made.stderr);
  serviceKey = made.stdout.match(/gthk_[A-Za-z0-9_-]+/)[0];
  server.secrets.add(serviceKey);
});
after(() => server.stop());

test("the published client signs up, confirms, signs in, reads the actor, mints a token, ends sessions and signs out", async () => {
  const identity = createIdentityService({ baseUrl: server.url });
  const email = freshEmail();
  const password = goodPassword();
  assert.deepEqual(await identity.signUp({ email, password }), { status: "verification_required" });
  const { user_id: userId } = await identity.verifyEmail(await server.mailbox.token(email, "verify_email"));
  const result = await identity.signInWithCredentials({ email, password });
  assert.equal(result.status, "signed_in");
  const actor = await identity.getActorBySessionToken(result.session.token);
  assert.equal(actor.user_id, userId);
  const mine = identity.withToken(result.session.token);
  assert.ok((await mine.createToken()).access_token.startsWith("eyJ"));
  await mine.signOut();
  assert.equal(await identity.getActorBySessionToken(result.session.token), null);
});

test("a wrong password is an IdentityError with the contract's code", async () => {
  const identity = createIdentityService({ baseUrl: server.url });
  const who = await person(server);
  await assert.rejects(identity.signInWithCredentials({ email: who.email, password: "another quiet harbour" }), (error) => {
    assert.ok(error instanceof IdentityError);
    assert.equal(error.status, 401);
    assert.equal(error.code, "invalid_credentials");
    return true;
  });
});

test("with a service key it lists and ends a person's sessions", async () => {
  const identity = createIdentityService({ baseUrl: server.url, serviceKey });
  const who = await person(server);
  const sessions = await identity.listUserSessions(who.id);
  assert.deepEqual(sessions.map((each) => each.id), [who.session.id]);
  await identity.revokeSession(who.session.id, { reason: "ticket 12" });
  assert.equal(await identity.getActorBySessionToken(who.token), null);
});

test("initiateMfaChallenge and verifyMfa prove a person for another domain, and never make a session", async () => {
  const identity = createIdentityService({ baseUrl: server.url, serviceKey });
  const who = await personWithTotp(server);
  const challenge = await identity.initiateMfaChallenge(who.id, { purpose: "payouts.approve" });
  assert.match(challenge, /^gthc_/);
  const code = await who.code();
  const result = await identity.verifyMfa(challenge, code);
  assert.equal(result.status, "verified");
  assert.equal(result.user_id, who.id);
  assert.equal("session" in result, false);
  assert.equal((await identity.listUserSessions(who.id)).length, 1, "only the one it had");
});
