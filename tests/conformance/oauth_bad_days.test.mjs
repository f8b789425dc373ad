// A provider's bad days (T08): whatever it answers, or whether it answers at all, the person is told within the time limit, nothing
// is made, nothing private is called, and everybody else signs in as before.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { sql } from "../support/database.mjs";
import { browserAt, providersConfig, serverWith, signInOnWeb, startPath, webTarget } from "../support/oauth.mjs";
import { freshEmail, person, signIn, times } from "../support/people.mjs";
import { RogueProvider } from "../support/providers/rogue_provider.mjs";
import { Server } from "../support/server.mjs";

const limit = 20_000; // far more than a call's patience, far less than for ever

let who;
/** A server of its own for each, since a provider that hangs is remembered for some seconds. */
async function onBadDay(bad, check, options) {
  const rogue = new RogueProvider();
  await rogue.start();
  rogue.signedIn = { sub: "s-1", email: freshEmail(), email_verified: true };
  const server = await serverWith({ rogue }, options);
  try {
    rogue.bad = bad;
    who = await person(server);
    await check(server, rogue);
    assert.deepEqual(sql(server.data, "SELECT (SELECT count(*) FROM accounts) AS accounts, (SELECT count(*) FROM users) AS users"), [{ accounts: 0, users: 1 }], "nothing was made");
  } finally {
    rogue.stop();
    await server.stop();
  }
}

const atToken = {
  fault: ["provider_error"],
  unavailable: ["provider_error", "provider_timeout"],
  html: ["provider_error"],
  garbage: ["provider_error"],
  empty: ["provider_error"],
  array: ["provider_error"],
  deep: ["provider_error"],
  hang_up: ["provider_error", "provider_timeout"],
  silence: ["provider_timeout"],
  redirect: ["provider_error"],
  bomb: ["provider_error"],
  endless: ["provider_error"],
  drip: ["provider_timeout", "provider_error"],
};

for (const [day, codes] of Object.entries(atToken)) {
  test(`T08 a token endpoint on a day of ${day} is ${codes.join(" or ")} in time, and passwords work meanwhile`, async () => {
    await onBadDay({ token: day }, async (server) => {
      const began = performance.now();
      const [web, byPassword] = await Promise.all([signInOnWeb(server, "rogue"), signIn(server, who)]);
      assert.ok(codes.includes(web.error), `${web.error}`);
      assert.equal(web.at, webTarget, "the front end is told");
      assert.equal(web.web.cookie("gatehouse-session"), undefined);
      assert.ok(performance.now() - began < limit, `${Math.round(performance.now() - began)} ms`);
      assert.equal(byPassword.status, 200);
    });
  });
}

for (const endpoint of ["discovery", "jwks"]) {
  for (const day of ["fault", "html", "silence", "redirect", "endless"]) {
    test(`T08 ${endpoint} on a day of ${day}`, async () => {
      await onBadDay({ [endpoint]: day }, async (server) => {
        const began = performance.now();
        const { error } = await signInOnWeb(server, "rogue");
        assert.ok(["provider_error", "provider_timeout"].includes(error), `${error}`);
        assert.ok(performance.now() - began < limit);
        assert.equal((await signIn(server, who)).status, 200);
      });
    });
  }
}

test("T08 a redirect is not followed, wherever it leads", async () => {
  let met = 0;
  const trap = createServer((_, response) => (++met, response.end("{}")));
  await new Promise((resolve) => trap.listen(0, "127.0.0.1", resolve));
  try {
    await onBadDay({}, async (server, rogue) => {
      rogue.intercept = (call, response) => call.path === "/token" && (response.writeHead(307, { Location: `http://127.0.0.1:${trap.address().port}/token` }).end(), true);
      assert.equal((await signInOnWeb(server, "rogue")).error, "provider_error");
      assert.equal(met, 0);
    });
  } finally {
    trap.close();
  }
});

test("T08 T59 a private address is not called where that is not allowed, by name or by number, in any spelling", async () => {
  const trap = new RogueProvider();
  await trap.start();
  const { port } = trap;
  const hosts = ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "192.168.1.1", "[fe80::1]", "[fd00::1]", "0.0.0.0"];
  const providers = Object.fromEntries(hosts.map((host, index) => [`p${index}`, { config: () => ({ ...trap.config(), issuer: `http://${host}:${port}` }) }]));
  const config = `[clients.web]\ntransport = "cookie"\norigins = ["https://shop.example.com"]\nredirect_uris = ["${webTarget}"]\n${providersConfig(providers).replace("allow_private_endpoints = true", "allow_private_endpoints = false")}`;
  const server = new Server({ config });
  try {
    await server.started();
  } catch (error) {
    // A configuration that refuses to start with such an endpoint is as good, if it says which.
    assert.match(String(error.message), /issuer|private|https/);
    await trap.stop();
    return;
  }
  try {
    for (const [index, host] of hosts.entries()) {
      const { headers } = await browserAt(server).visit(server.url + startPath(`p${index}`), { follow: false });
      assert.match(headers.location, /\?error=provider_(?:error|timeout)$/, host);
    }
    assert.equal(trap.requests.length, 0);
  } finally {
    await server.stop();
    await trap.stop();
  }
});

test("T08 many people at a provider that is silent are told soon, hold up nobody else, and it is tried again when it is well", async () => {
  const rogue = new RogueProvider();
  await rogue.start();
  const server = await serverWith({ rogue });
  try {
    rogue.signedIn = { sub: "s-1", email: freshEmail(), email_verified: true };
    const known = await person(server);
    rogue.bad = { token: "silence" };
    const began = performance.now();
    const waiting = times(60, () => signInOnWeb(server, "rogue").catch((error) => ({ error: String(error) })));
    for (let i = 0; i < 40; ++i) {
      const { status, ms } = await known.client.get("/v1/session");
      assert.equal(status, 200);
      assert.ok(ms < 1_500, `a session check took ${Math.round(ms)} ms`);
    }
    assert.equal((await signIn(server, known)).status, 200);
    const ended = await waiting;
    assert.ok(ended.every(({ error }) => ["provider_timeout", "provider_error"].includes(error) || /overloaded|503/.test(error)), JSON.stringify([...new Set(ended.map(({ error }) => error))]));
    assert.ok(performance.now() - began < 60_000);
    rogue.bad = {};
    const deadline = Date.now() + 30_000;
    for (;;) {
      const { error } = await signInOnWeb(server, "rogue");
      if (error === undefined) break;
      assert.ok(Date.now() < deadline, `still ${error} though the provider is well`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    rogue.stop();
    await server.stop();
  }
});
