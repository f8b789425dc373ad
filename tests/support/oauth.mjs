// Sign-in with providers in tests: a server that knows some stand-ins, and the flows of a web front end and of an app, step by
// step as they really go.
import assert from "node:assert/strict";
import { challengeOf, newVerifier } from "./providers/stand_in.mjs";
import { startServer, temporaryFolder } from "./server.mjs";
import { WebBrowser } from "./web_browser.mjs";

/** Where a front end with cookies, and an app, are to be led back. Nobody listens there; the browser stops. */
export const webTarget = "https://shop.example.com/signed-in";
export const appTarget = "http://127.0.0.1:53682/callback"; // registered without a port (RFC 8252 section 7.3)
export const schemeTarget = "com.example.app:/signed-in";

const toml = (values) => Object.entries(values).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join("");
const clients = `[clients.web]\ntransport = "cookie"\norigins = ["https://shop.example.com"]\nredirect_uris = ["${webTarget}"]\n[clients.app]\nredirect_uris = ["http://127.0.0.1/callback", "${schemeTarget}"]\n`;
const roomy = "[throttle]\nnetwork_failures = 100000\naccount_failures = 1000\npair_failures = 1000\nsign_ups_per_network = 100000\n";

/** The configuration of these stand-ins: `{name: standIn}`; `settings` are further keys of one, by its name. */
export const providersConfig = (standIns, { oauth = {}, settings = {} } = {}) =>
  `[oauth]\nallow_private_endpoints = true\n${toml(oauth)}${Object.entries(standIns)
    .map(([name, standIn]) => `[oauth.providers.${name}]\n${toml({ ...standIn.config(), ...settings[name] })}`)
    .join("")}`;

/** Each stand-in learns the callback that its provider's console would have. */
export function registerCallbacks(url, standIns) {
  for (const [name, standIn] of Object.entries(standIns)) standIn.redirectUris = [`${url}/v1/oauth/${name}/callback`];
}

/** A server with these stand-ins, which have been started, on a data folder that can be looked into (`server.data`). */
export async function serverWith(standIns, { config = "", oauth, settings, data = temporaryFolder(), ...options } = {}) {
  const server = await startServer({ data, config: `${clients}${roomy}${providersConfig(standIns, { oauth, settings })}${config}`, ...options });
  registerCallbacks(server.url, standIns);
  for (const standIn of Object.values(standIns)) server.secrets.add(standIn.clientSecret);
  return server;
}

export const browserAt = (server, headers) => new WebBrowser(server, { headers, stops: (url) => [webTarget, appTarget, schemeTarget].some((each) => url.startsWith(each)) });
export const startPath = (provider, query = {}) => `/v1/oauth/${provider}/start?${new URLSearchParams({ client_id: "web", redirect_to: webTarget, ...query })}`;

/** What the address that a flow ended at says: `{error, code, challenge, …}` of query and fragment, and where it is. */
export function endOf(page) {
  const url = new URL(page.url);
  assert.ok(page.outside || url.pathname === "/error", `the flow ended at ${page.url} with ${page.status}: ${page.text?.slice(0, 500)}`);
  return { ...Object.fromEntries(url.searchParams), ...Object.fromEntries(new URLSearchParams(url.hash.slice(1))), url: page.url, at: page.url.split(/[?#]/)[0] };
}

/** A sign-in from a web front end with cookies; answers how it ended, and `session()`: what the browser is now. */
export async function signInOnWeb(server, provider, web = browserAt(server)) {
  const page = await web.visit(server.url + startPath(provider));
  const session = async () => {
    const token = web.cookie("gatehouse-session");
    return token && (await server.client.get("/v1/session", { headers: { Cookie: `gatehouse-session=${token}` } })).body;
  };
  return { ...endOf(page), web, session };
}

/** The first half of an app's flow: a link that the app opens in the system's browser. */
export async function authorize(server, provider, { intent = "sign_in", token, redirectTo = appTarget, clientId = token ? undefined : "app", verifier = newVerifier() } = {}) {
  const caller = token ? server.client.as(token) : server.client;
  const { status, body, text } = await caller.post(`/v1/oauth/${provider}/authorize`, { client_id: clientId, redirect_to: redirectTo, intent, code_challenge: challengeOf(verifier) });
  assert.equal(status, 200, text);
  server.secrets.add(verifier);
  return { url: body.authorization_url, verifier };
}

/** The app's flow up to the redirect that hands it a code. */
export async function appFlow(server, provider, { web = browserAt(server), ...options } = {}) {
  const { url, verifier } = await authorize(server, provider, options);
  const ended = endOf(await web.visit(url));
  server.secrets.add(ended.code);
  return { ...ended, verifier, web };
}

/** Hands in what appFlow() brought. */
export const exchange = (server, { code, verifier }, token) => (token ? server.client.as(token) : server.client).post("/v1/oauth/exchange", { code, code_verifier: verifier });

/** An app's sign-in from beginning to end; its answer. */
export async function signInByApp(server, provider, options = {}) {
  const flow = await appFlow(server, provider, options);
  assert.ok(flow.code, `no code came: ${flow.url}`);
  return exchange(server, flow);
}

/** Links a provider's account to the session of `token`. */
export async function link(server, provider, token, options = {}) {
  const flow = await appFlow(server, provider, { intent: "link", token, ...options });
  return flow.code ? exchange(server, flow, token) : { status: undefined, body: flow };
}

/** A person of a client whose redirect_uris fit the flows above, with a fresh session of `app`. */
export async function appSession(server, { email, password }) {
  const { status, body, text } = await server.client.post("/v1/sign-in", { email, password, client_id: "app" });
  assert.equal(status, 200, text);
  return body.session.token;
}
