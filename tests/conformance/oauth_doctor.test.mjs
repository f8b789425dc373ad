// `gatehouse doctor` on sign-in providers: the callback URL to paste, discovery, keys, clock and credentials, each tried for real,
// and what goes wrong said with its mend; nothing secret is printed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { providersConfig } from "../support/oauth.mjs";
import { binary } from "../support/paths.mjs";
import { Discord } from "../support/providers/discord.mjs";
import { GitHub } from "../support/providers/github.mjs";
import { AppleLike, GoogleLike } from "../support/providers/oidc.mjs";
import { RogueProvider } from "../support/providers/rogue_provider.mjs";
import { startServer, temporaryFolder } from "../support/server.mjs";

const standIns = { google: new GoogleLike(), apple: new AppleLike(), github: new GitHub(), discord: new Discord() };
const url = "http://localhost:8080";
const data = temporaryFolder();
before(async () => {
  await Promise.all(Object.values(standIns).map((each) => each.start()));
  for (const [name, standIn] of Object.entries(standIns)) standIn.redirectUris = [`${url}/v1/oauth/${name}/callback`];
  await (await startServer({ data })).stop(); // a database to examine
});
after(() => Promise.all(Object.values(standIns).map((each) => each.stop())));

/** The stand-ins live in this process, so it may not stand still while doctor asks them. */
function doctor(config) {
  const file = join(temporaryFolder(), "gatehouse.toml");
  writeFileSync(file, config, { mode: 0o600 });
  const child = spawn(binary, ["doctor", "--dev", "--data", data, "--config", file], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, text })));
}

test("each provider that is well is said to be, with the callback URL to paste in its console", async () => {
  const { status, text } = await doctor(providersConfig(standIns));
  assert.equal(status, 0, text);
  for (const name of Object.keys(standIns)) assert.ok(text.includes(`${url}/v1/oauth/${name}/callback`), `${name}: ${text}`);
  for (const word of [/discovery/, /keys/, /clock/, /credentials/]) assert.match(text, word);
  for (const { clientSecret, privateKey } of Object.values(standIns)) for (const secret of [clientSecret, privateKey].filter(Boolean)) assert.ok(!text.includes(secret), "no secret is printed");
});

test("a wrong secret, a wrong callback and a provider that is away are told apart, each with its mend", async () => {
  const wrongSecret = await doctor(providersConfig({ github: standIns.github }, { settings: { github: { client_secret: "wrong" } } }));
  assert.equal(wrongSecret.status, 1);
  assert.match(wrongSecret.text, /client_secret|secret/);
  assert.match(wrongSecret.text, /github\.com\/settings\/developers/);
  const away = await doctor(providersConfig({ google: standIns.google }, { settings: { google: { issuer: "http://127.0.0.1:9" } } }));
  assert.equal(away.status, 1);
  assert.match(away.text, /discovery/);
  assert.match(away.text, /reach|firewall|DNS/);
});

test("discovery of another issuer, keys that can't be read, and a clock that is off are found", async () => {
  const rogue = new RogueProvider();
  await rogue.start();
  rogue.redirectUris = [`${url}/v1/oauth/rogue/callback`];
  try {
    rogue.discovery = (document) => ({ ...document, issuer: "https://evil.example" });
    const other = await doctor(providersConfig({ rogue }));
    assert.equal(other.status, 1);
    assert.match(other.text, /rogue discovery/);
    rogue.behave();
    rogue.bad = { jwks: "html" };
    const keys = await doctor(providersConfig({ rogue }));
    assert.equal(keys.status, 1);
    assert.match(keys.text, /rogue keys/);
    rogue.bad = {};
    rogue.intercept = (call, response) => call.path === "/token" && (response.writeHead(400, { "Content-Type": "application/json", Date: new Date(Date.now() - 600_000).toUTCString() }).end('{"error":"invalid_grant"}'), true);
    const clock = await doctor(providersConfig({ rogue }));
    assert.equal(clock.status, 1);
    assert.match(clock.text, /rogue clock/);
    assert.match(clock.text, /timedatectl|clock/);
  } finally {
    await rogue.stop();
  }
});

test("a private key that is none is said before anything is sent", async () => {
  const { status, text } = await doctor(providersConfig({ apple: standIns.apple }, { settings: { apple: { private_key: "no key" } } }));
  assert.equal(status, 1);
  assert.match(text, /private_key/);
  assert.ok(!text.includes("no key\n"));
});
