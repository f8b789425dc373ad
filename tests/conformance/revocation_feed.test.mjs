// The verifier package against a real Gatehouse: an ended session's JWT is refused within two seconds.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../support/paths.mjs";
import { person } from "../support/people.mjs";
import { gatehouse, startServer, temporaryFolder } from "../support/server.mjs";

const folder = join(root, "packages/verifier");
let server, feed, verifier, options;

before(async () => {
  if (!existsSync(join(folder, "node_modules"))) execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: folder });
  if (!existsSync(join(folder, "dist/index.js"))) execFileSync("npm", ["run", "build", "--silent"], { cwd: folder });
  verifier = await import(join(folder, "dist/index.js"));
  const data = temporaryFolder("gatehouse-feed-");
  server = await startServer({ data });
  const made = gatehouse(["service", "create", "verifier", "--permission", "identity.revocations.read", "--dev", "--data", data, "--json"]);
  assert.equal(made.status, 0, made.stderr);
  const serviceKey = made.stdout.match(/gthk_[\w-]+/)[0];
  feed = verifier.followRevocations({ baseUrl: server.url, serviceKey, onError: (error) => console.error(error) });
  await feed.ready;
  options = { issuer: server.url, audience: "platform", revocations: feed, whenStale: "refuse" };
});
after(async () => {
  await feed?.stop();
  await server?.stop();
});

const tokenOf = async ({ client }) => (await client.post("/v1/token")).body.access_token;

async function refusedAfter(token) {
  const begin = performance.now();
  for (;;) {
    const refusal = await verifier.verifyAccessToken(token, options).then(() => undefined, (error) => error);
    const took = performance.now() - begin;
    if (refusal) return assert.equal(refusal.code, "invalid_token"), took;
    assert.ok(took < 10_000, "the token of an ended session is accepted on and on");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const endings = {
  "signing out": ({ client }) => client.post("/v1/sign-out"),
  "disabling the user": ({ email }) => Promise.resolve(gatehouse(["user", "disable", email, "--dev", "--data", server.data])),
};

for (const [name, end] of Object.entries(endings))
  test(`after ${name} the JWT is refused within two seconds, and others' are not`, async () => {
    const [leaver, stayer] = [await person(server), await person(server)];
    const [token, other] = [await tokenOf(leaver), await tokenOf(stayer)];
    assert.equal((await verifier.verifyAccessToken(token, options)).sub, leaver.id);
    const { status, stderr } = await end(leaver);
    assert.ok(status === 204 || status === 0, `${status} ${stderr}`);
    assert.ok((await refusedAfter(token)) < 2_000);
    assert.equal((await verifier.verifyAccessToken(other, options)).sub, stayer.id);
  });
