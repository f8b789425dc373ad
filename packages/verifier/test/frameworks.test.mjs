// The guards in the frameworks they are for.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import express from "express";
import fastify from "fastify";
import { createTestIssuer, expressGuard, fastifyGuard, requirePermission } from "../dist/index.js";

let issuer, options;
const closing = [];
before(async () => {
  issuer = await createTestIssuer();
  options = { ...issuer.options, require: [requirePermission("payouts.write")] };
});
after(() => Promise.all(closing.map((close) => close())));

async function inExpress() {
  const app = express();
  app.get("/free", (_, response) => response.json({ free: true }));
  app.get("/payouts", expressGuard(options), (request, response) => response.json({ sub: request.auth.sub }));
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closing.push(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))));
  return `http://127.0.0.1:${server.address().port}`;
}

async function inFastify() {
  const app = fastify();
  app.get("/free", async () => ({ free: true }));
  app.get("/payouts", { onRequest: fastifyGuard(options) }, async (request) => ({ sub: request.auth.sub }));
  closing.push(() => app.close());
  return await app.listen({ port: 0, host: "127.0.0.1" });
}

for (const [name, start] of Object.entries({ Express: inExpress, Fastify: inFastify }))
  test(`${name}: the right token reaches the handler, others are answered with a problem and a challenge`, async () => {
    const url = await start();
    const ask = async (path, token) => {
      const answer = await fetch(url + path, { headers: token ? { authorization: `Bearer ${token}` } : {} });
      return { status: answer.status, type: answer.headers.get("content-type"), challenge: answer.headers.get("www-authenticate"), body: await answer.json() };
    };
    assert.equal((await ask("/free")).status, 200);
    const good = await ask("/payouts", await issuer.mint({ sub: "ada", permissions: ["payouts.write"] }));
    assert.deepEqual([good.status, good.body], [200, { sub: "ada" }]);

    const poor = await ask("/payouts", await issuer.mint({ permissions: ["payouts.read"] }));
    assert.deepEqual([poor.status, poor.type.split(";")[0], poor.body.code], [403, "application/problem+json", "insufficient_scope"]);
    assert.match(poor.challenge, /scope="payouts.write"/);
    for (const wrong of [undefined, await issuer.mint({ exp: 1 })]) {
      const refused = await ask("/payouts", wrong);
      assert.deepEqual([refused.status, refused.body.code], [401, "invalid_token"]);
      assert.match(refused.challenge, /^Bearer error="invalid_token"/);
    }
  });
