// A sign-in provider that has stopped answering, and 500 people waiting on their way back from it: what that does to session
// checks and to routes that need the database.
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { RogueProvider } from "../../tests/support/providers/rogue_provider.mjs";
import { median, wrk } from "../support/load.mjs";
import { makeUser, startServer } from "../support/server.mjs";

const people = 500;
const target = "http://localhost:3999/signed-in";

/** One exchange without redirects; `{status, location, cookie}`. */
const get = (url, headers, agent) =>
  new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent }, (answer) => {
      answer.resume().on("end", () => resolve({ status: answer.statusCode, location: answer.headers.location, cookie: answer.headers["set-cookie"]?.map((each) => each.split(";")[0]).join("; ") }));
    });
    sent.on("error", reject).end();
  });

/** Somebody on the way: left for the provider and about to come back, `{url, cookie}`. */
async function onTheWay(server, provider, agent) {
  const left = await get(`${server.url}/v1/oauth/rogue/start?${new URLSearchParams({ client_id: "web", redirect_to: target })}`, {}, agent);
  if (left.status !== 303 || !left.location.startsWith(provider.url)) throw new Error(`start answered ${left.status} ${left.location}`);
  const back = await get(left.location, {}, agent);
  return { url: back.location, cookie: left.cookie };
}

async function inBatches(count, size, make) {
  const made = [];
  while (made.length < count) made.push(...(await Promise.all(Array.from({ length: Math.min(size, count - made.length) }, make))));
  return made;
}

/** The p99 of session checks, and what a database route answered twenty times a second meanwhile. */
async function measure(server, headers, seconds, agent) {
  const answers = [];
  const ask = setInterval(() => answers.push(get(`${server.url}/v1/me/sessions`, headers, agent).then(({ status }) => status)), 50);
  const { p99 } = await wrk(`${server.url}/v1/session`, { seconds, headers: [`Authorization: ${headers.Authorization}`] });
  clearInterval(ask);
  return { p99, answers: await Promise.all(answers) };
}

export default async function hangingProvider({ folder, seconds, rounds, row }) {
  const provider = await new RogueProvider().start();
  const data = folder();
  const file = join(data, "providers.toml");
  const { issuer, client_id, client_secret } = provider.config();
  writeFileSync(file, `[throttle]\nenabled = false\n[oauth]\nallow_private_endpoints = true\n[oauth.providers.rogue]\npreset = "oidc"\nissuer = "${issuer}"\nclient_id = "${client_id}"\nclient_secret = "${client_secret}"\n[clients.web]\ntransport = "cookie"\norigins = ["http://localhost:3999"]\nredirect_uris = ["${target}"]\n`, { mode: 0o600 });
  const server = await startServer({ args: ["serve", "--dev", "--listen", "localhost:0", "--data", data, "--config", file] });
  provider.redirectUris = [`${server.url}/v1/oauth/rogue/callback`];
  const agent = new Agent({ keepAlive: true, maxSockets: people + 50 });
  try {
    const { session } = await makeUser(server.url, "checker");
    const headers = { Authorization: `Bearer ${session.token}` };
    const found = { quiet: [], held: [] };
    let waited = people;
    for (let round = 0; round < rounds; ++round) {
      let subject = 0;
      provider.signedIn = { get sub() { return `s-${round}-${++subject}`; }, email: `p${round}@example.com`, email_verified: true };
      const callbacks = await inBatches(people, 25, () => onTheWay(server, provider, agent));
      found.quiet.push(await measure(server, headers, seconds, agent));
      provider.bad = { token: "silence" };
      let ended = 0;
      const waiting = callbacks.map(({ url, cookie }) => get(url, { Cookie: cookie }, agent).then((answer) => (++ended, answer)));
      found.held.push(await measure(server, headers, seconds, agent));
      waited = Math.min(waited, people - ended);
      await Promise.all(waiting);
      provider.bad = {};
      for (;;) {
        // Well again: the next round begins when the server has noticed.
        const { url, cookie } = await onTheWay(server, provider, agent);
        if (!/error=provider_timeout/.test((await get(url, { Cookie: cookie }, agent)).location)) break;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
    const p99 = (name) => median(found[name].map((each) => each.p99));
    const answers = found.held.flatMap((each) => each.answers);
    const refused = answers.filter((status) => status !== 200).length;
    row(`session check p99, us, ${people} callbacks waiting`, Math.round(p99("held")), `without them ${Math.round(p99("quiet"))}`, p99("held") / p99("quiet"), "<= 1.3");
    row("database routes refused meanwhile", refused, `${answers.length} asked`, refused, "<= 0");
    row("callbacks still waiting at the end", waited, String(people), waited / people);
  } finally {
    agent.destroy();
    await server.stop();
    await provider.stop();
  }
}
