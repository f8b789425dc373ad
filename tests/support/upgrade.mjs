// The run behind `script/test --upgrade`: two releases on one PostgreSQL. Clients live through the main stories all the time,
// each call at another replica, while replicas of the one release leave and those of the other come.
import assert from "node:assert/strict";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { freshEmail, goodPassword } from "./people.mjs";
import { binary } from "./paths.mjs";
import { PostgresCluster, psql } from "./postgres.mjs";
import { Server, gatehouse, temporaryFolder } from "./server.mjs";

const before = process.env.UPGRADE_FROM;
const seconds = Number(process.env.UPGRADE_SECONDS ?? 8);
const clients = 6;
const issuer = "http://localhost/gatehouse";
const settings = { GATEHOUSE_TOKEN__ISSUER: issuer, GATEHOUSE_THROTTLE__NETWORK_FAILURES: "100000", GATEHOUSE_THROTTLE__SIGN_UPS_PER_NETWORK: "100000", GATEHOUSE_THROTTLE__MAILS_PER_ADDRESS: "1000" };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const cluster = await PostgresCluster.start();
const url = cluster.createDatabase("upgrade");
const data = temporaryFolder();

/** The replicas that take requests, as a load balancer sees them. */
const open = [];
let turn = 0;
const next = () => open[turn++ % open.length];

const failures = [];
const calls = {};
/** One call at the replica whose turn it is; anything but the expected status is a failed request. */
async function call(expected, method, path, { json, token, at = next() } = {}) {
  const client = token ? at.client.as(token) : at.client;
  calls[at.name] = (calls[at.name] ?? 0) + 1;
  try {
    const answer = await client.call(method, path, { json, unchecked: true });
    if (answer.status !== expected) failures.push(`${at.name}: ${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  } catch (error) {
    failures.push(`${at.name}: ${method} ${path}: ${error.message}`);
    return { status: 0, body: {} };
  }
}

async function mailedToken(email, template) {
  for (let i = 0; i < 200; ++i) {
    const { body } = await call(200, "GET", `/dev/mailbox?to=${encodeURIComponent(email)}`);
    const mail = body.items?.find((each) => each.template === template);
    if (mail) return mail.token;
    await pause(25);
  }
  failures.push(`no ${template} came to ${email}`);
}

let stories = 0;
/** A person's life, each step wherever it happens to be served. */
async function story() {
  const email = freshEmail();
  const password = goodPassword();
  await call(202, "POST", "/v1/sign-up", { json: { email, password } });
  await call(200, "POST", "/v1/email/verify", { json: { token: await mailedToken(email, "verify_email") } });
  const { body } = await call(200, "POST", "/v1/sign-in", { json: { email, password } });
  const token = body.session?.token;
  for (const at of [...open]) await call(200, "GET", "/v1/session", { token, at });
  const jwt = (await call(200, "POST", "/v1/token", { token })).body.access_token;
  for (const at of [...open])
    try {
      await jwtVerify(jwt ?? "", at.keys, { issuer, audience: "platform" });
    } catch (error) {
      failures.push(`${at.name} does not know the key of a token: ${error.message}`);
    }
  await call(200, "PATCH", "/v1/me", { token, json: { name: "Somebody" } });
  const renewed = goodPassword();
  // One network may ask for sixty mails; those of sign-ups don't count.
  if (++stories % 4 === 0 && stories < 200) {
    await call(202, "POST", "/v1/password/forgot", { json: { email } });
    await call(204, "POST", "/v1/password/reset", { json: { token: await mailedToken(email, "reset_password"), password: renewed } });
  } else {
    await call(204, "POST", "/v1/me/password", { token, json: { current_password: password, new_password: renewed } });
  }
  const again = (await call(200, "POST", "/v1/sign-in", { json: { email, password: renewed } })).body.session?.token;
  for (const at of [...open]) await call(200, "GET", "/v1/session", { token: again, at });
  await call(204, "DELETE", "/v1/session", { token: again });
  const ended = performance.now();
  for (const at of [...open])
    for (;;) {
      const asked = performance.now();
      const { status } = await at.client.as(again).call("GET", "/v1/session", { unchecked: true }).catch(() => ({ status: 401 }));
      if (status === 401) break;
      if (asked - ended > 1000) {
        failures.push(`${at.name} honours an ended session after ${Math.round(asked - ended)} ms`);
        break;
      }
    }
}

async function join(program, name) {
  const server = await new Server({ program, data, args: ["--database", url], env: settings }).started();
  server.name = name;
  server.keys = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`), { cooldownDuration: 0 });
  open.push(server);
  return server;
}
async function leave(server) {
  open.splice(open.indexOf(server), 1);
  // Calls in flight reach it still, and are answered before it ends.
  server.signal("SIGTERM");
  assert.equal(await server.ended(), 0, server.stderr.slice(-2000));
  server.client.close();
  server.checkLog();
}
const schema = () => psql(url, "SELECT max(number) AS n FROM schema_migrations")[0].n;

let running = true;
const lives = [];
async function stage(text) {
  const told = Object.values(calls).reduce((sum, each) => sum + each, 0);
  await pause(seconds * 1000);
  const now = Object.values(calls).reduce((sum, each) => sum + each, 0);
  console.log(`    ${text.padEnd(48)} schema ${schema()}  ${String(now - told).padStart(6)} calls  ${failures.length} failed`);
}

try {
  let old = await Promise.all([join(before, "before-1"), join(before, "before-2")]);
  for (let i = 0; i < clients; ++i)
    lives.push(
      (async () => {
        while (running) await story();
      })(),
    );
  await stage("the release before, twice");
  const first = await join(binary, "this-1");
  await stage("this release joins, and migrates");
  await leave(old[0]);
  const second = await join(binary, "this-2");
  await leave(old[1]);
  await stage("this release, twice");
  old = [await join(before, "before-3")];
  await stage("rolled back by one: the release before joins");
  await leave(first);
  await leave(second);
  await stage("the release before, alone");
  running = false;
  await Promise.all(lives);
  await leave(old[0]);
  const verified = gatehouse(["audit", "verify", "--dev", "--data", data, "--database", url]);
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
} finally {
  running = false;
  await Promise.allSettled(lives);
  for (const server of [...open]) await server.kill();
  cluster.remove();
}
failures.slice(0, 20).forEach((each) => console.log(`    ${each}`));
const total = Object.values(calls).reduce((sum, each) => sum + each, 0);
console.log(`${total} calls, ${failures.length} failed; the audit log is whole`);
process.exit(failures.length > 0 ? 1 : 0);
