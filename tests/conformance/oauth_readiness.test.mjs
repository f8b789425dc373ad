// A sign-in provider that can't be reached degrades the service and never takes it out of the load balancer; and people are
// told at once, once it is known.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freePort, until } from "../support/nats.mjs";
import { readiness } from "../support/ops.mjs";
import { startServer } from "../support/server.mjs";

const target = "http://localhost:3999/signed-in";
const start = `/v1/oauth/corp/start?client_id=web&redirect_to=${encodeURIComponent(target)}`;
let server;
let ops;
before(async () => {
  ops = `localhost:${await freePort()}`;
  const config = `[server]\nops_listen = "${ops}"\n[clients.web]\ntransport = "cookie"\norigins = ["http://localhost:3999"]\nredirect_uris = ["${target}"]
[oauth.providers.corp]\npreset = "oidc"\nissuer = "http://127.0.0.1:${await freePort()}"\nclient_id = "x"\nclient_secret = "y"\n`;
  server = await startServer({ config });
});
after(() => server.stop());

test("a provider that nobody asked is not called away", async () => {
  const { status, dependencies } = await readiness(ops);
  assert.deepEqual([status, dependencies["provider corp"].status, dependencies["provider corp"].vital], [200, "ok", false]);
});

test("after five time-outs in a row the service is degraded with 200, and a person is told without waiting", async () => {
  for (let i = 0; i < 6; ++i) {
    const answer = await server.client.get(start);
    assert.equal(answer.status, 303, answer.text);
    assert.match(answer.headers.location, /error=provider_timeout/);
  }
  await until(async () => {
    const { status, word, dependencies } = await readiness(ops);
    assert.equal(status, 200, "degraded is not down (decision 17)");
    const corp = dependencies["provider corp"];
    return word === "degraded" && corp.status === "degraded" && /does not answer/.test(corp.detail);
  }, "readiness to name the provider");
});
