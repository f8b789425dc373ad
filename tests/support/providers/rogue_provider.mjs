// An OpenID provider that is right in everything until a test tells it where to go wrong: in the ID token (claims, header,
// key, signature), in the redirect back, in what its endpoints answer, or whether they answer at all. It is as strict as the
// others about what it is asked.
import { createHmac, createHash, generateKeyPairSync, sign } from "node:crypto";
import { gzipSync } from "node:zlib";
import { Answer, Codes, StandIn, found, page, random, urlWith } from "./stand_in.mjs";

const base64url = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1000);

export function rsaKey(kid = random(6)) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { kid, privateKey, publicKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, alg: "RS256", use: "sig" } };
}

/** How a signature is made, or feigned. Each answers the third part, and may change the header. */
const signatures = {
  right: (header, key) => (text) => sign("sha256", Buffer.from(text), key.privateKey),
  none: (header) => ((header.alg = "none"), () => Buffer.alloc(0)),
  hs256_with_public_key: (header, key) => ((header.alg = "HS256"), (text) => createHmac("sha256", key.publicKey.export({ type: "spki", format: "pem" })).update(text).digest()),
  embedded_jwk: (header, key, stranger) => (Object.assign(header, { kid: undefined, jwk: stranger.jwk }), (text) => sign("sha256", Buffer.from(text), stranger.privateKey)),
  strangers_key: (header, key, stranger) => (text) => sign("sha256", Buffer.from(text), stranger.privateKey),
  unknown_kid: (header, key, stranger) => ((header.kid = stranger.kid), (text) => sign("sha256", Buffer.from(text), stranger.privateKey)),
  cut: () => () => Buffer.alloc(0),
};

/** What an endpoint does on a bad day; each ends by itself when the caller hangs up, and is bounded where it does not. */
export const badDays = {
  fault: (response) => response.writeHead(500, { "Content-Type": "application/json" }).end('{"error":"server_error"}'),
  unavailable: (response) => response.writeHead(503, { "Retry-After": "3600" }).end(),
  html: (response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><h1>Maintenance</h1>"),
  garbage: (response) => response.writeHead(200, { "Content-Type": "application/json" }).end('{"access_token":"a", '),
  empty: (response) => response.writeHead(200, { "Content-Type": "application/json" }).end(),
  array: (response) => response.writeHead(200, { "Content-Type": "application/json" }).end("[]"),
  deep: (response) => response.writeHead(200, { "Content-Type": "application/json" }).end("[".repeat(100_000) + "]".repeat(100_000)),
  hang_up: (response) => response.destroy(),
  silence: () => {},
  redirect: (response) => response.writeHead(302, { Location: "http://169.254.169.254/latest/meta-data/" }).end(),
  bomb: (response) => response.writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" }).end(gzipSync(Buffer.alloc(64 << 20, " "))),
  endless: (response) => {
    response.writeHead(200, { "Content-Type": "application/json" }).write('{"a":"');
    const chunk = "a".repeat(1 << 16);
    let left = 2_000; // 125 MiB: far past any cap, and an end if there is none
    const more = () => {
      while (left-- > 0 && !response.destroyed) if (!response.write(chunk)) return response.once("drain", more);
      response.end('"}');
    };
    more();
  },
  drip: (response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    let left = 120;
    const timer = setInterval(() => (left-- > 0 && !response.destroyed ? response.write(" ") : (clearInterval(timer), response.end("{}"))), 500);
    response.on("close", () => clearInterval(timer));
  },
};

export class RogueProvider extends StandIn {
  codes = new Codes();
  tokens = new Map();
  keys = [rsaKey()];
  stranger = rsaKey();
  signedIn; // claims of who is signed in there
  /** `({claims, header}) => void` changes an ID token before it is signed. */
  tamper = () => {};
  signature = "right";
  /** `(parameters) => parameters` changes what the redirect back carries. */
  back = (parameters) => parameters;
  /** endpoint (discovery, jwks, token, userinfo, emails) → a bad day. */
  bad = {};
  /** What the last three answer, where it is not the ordinary. */
  userinfo;
  emails = [];
  tokenAnswer = (answer) => answer;
  discovery = (document) => document;

  config = () => ({ preset: "oidc", issuer: this.url, client_id: this.clientId, client_secret: this.clientSecret });

  /** All as it should be again, and as if nothing had been asked. */
  behave() {
    Object.assign(this, { tamper: () => {}, signature: "right", back: (each) => each, bad: {}, userinfo: undefined, emails: [], tokenAnswer: (each) => each, discovery: (each) => each });
    this.requests.length = 0;
  }

  /** New keys; the old ones leave the set. */
  rotate() {
    this.keys = [rsaKey()];
  }

  get jwksFetches() {
    return this.to("/jwks").length;
  }

  /** An ID token of these claims, as the switches say. */
  idToken(claims) {
    const [key] = this.keys;
    const header = { alg: "RS256", typ: "JWT", kid: key.kid };
    const all = { iss: this.url, aud: this.clientId, iat: now(), exp: now() + 600, ...claims };
    this.tamper({ claims: all, header });
    const signer = signatures[this.signature](header, key, this.stranger);
    const text = `${base64url(header)}.${base64url(all)}`;
    return `${text}.${signer(text).toString("base64url")}`;
  }

  async answer(call) {
    const route = `${call.method} ${call.path}`;
    if (route === "GET /.well-known/openid-configuration") return new Answer(200, this.discovery(this.#metadata()));
    if (route === "GET /jwks") return new Answer(200, { keys: this.keys.map(({ jwk }) => jwk) }, { "Cache-Control": "public, max-age=3600" });
    if (route === "GET /authorize") return this.#authorize(call.query);
    if (route === "POST /token") return this.#token(call);
    if (route === "GET /userinfo") return this.#claimsOf(call);
    if (route === "GET /emails") return new Answer(200, this.emails);
    return new Answer(404, { error: "not_found" });
  }

  // A bad day answers by itself: the connection is handed to it before an answer is made.
  intercept = (call, response) => {
    const endpoint = { "/.well-known/openid-configuration": "discovery", "/jwks": "jwks", "/token": "token", "/userinfo": "userinfo", "/emails": "emails" }[call.path];
    const day = endpoint && this.bad[endpoint];
    if (!day) return false;
    badDays[day](response);
    return true;
  };

  #metadata = () => ({
    issuer: this.url,
    authorization_endpoint: `${this.url}/authorize`,
    token_endpoint: `${this.url}/token`,
    userinfo_endpoint: `${this.url}/userinfo`,
    jwks_uri: `${this.url}/jwks`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
    scopes_supported: ["openid", "email", "profile"],
  });

  #authorize(query) {
    const { client_id: clientId, redirect_uri: redirectUri, response_type: type, state, nonce, scope = "", code_challenge: challenge, code_challenge_method: method } = query;
    if (clientId !== this.clientId) this.complain("an unknown client_id", page(400, "invalid client"));
    if (!this.redirectUris.includes(redirectUri)) this.complain(`redirect_uri ${redirectUri}`, page(400, "invalid redirect_uri"));
    if (type !== "code") this.complaints.push(`response_type ${type}`);
    if (method !== "S256" || !/^[A-Za-z0-9_-]{43}$/.test(challenge ?? "")) this.complaints.push(`code_challenge_method ${method}`);
    const code = this.codes.issue({ redirectUri, challenge, nonce, scope, user: this.signedIn, query });
    return found(urlWith(redirectUri, this.back({ code, state, iss: this.url })));
  }

  #token(call) {
    const form = call.form ?? {};
    const [, basic] = /^Basic (\S+)$/i.exec(call.headers.authorization ?? "") ?? [];
    const text = basic && Buffer.from(basic, "base64").toString("utf8");
    const [id, secret] = text ? text.split(":").map(decodeURIComponent) : [form.client_id, form.client_secret];
    if (id !== this.clientId || secret !== this.clientSecret) this.complain("client credentials", new Answer(401, { error: "invalid_client" }, { "WWW-Authenticate": "Basic" }));
    if (form.grant_type !== "authorization_code") this.complain(`grant_type ${form.grant_type}`, new Answer(400, { error: "unsupported_grant_type" }));
    const { refused, bound } = this.codes.redeem(form.code, { redirectUri: form.redirect_uri, verifier: form.code_verifier });
    if (refused) this.complain(`${refused} at the token endpoint`, new Answer(400, { error: "invalid_grant", error_description: refused }));
    const token = random();
    this.tokens.set(token, bound);
    const hash = createHash("sha256").update(token).digest();
    const claims = { ...bound.user, nonce: bound.nonce, at_hash: hash.subarray(0, 16).toString("base64url") };
    if (bound.query.max_age !== undefined || bound.query.prompt === "login") claims.auth_time ??= now();
    return new Answer(200, this.tokenAnswer({ access_token: token, token_type: "Bearer", expires_in: 3600, id_token: this.idToken(claims), scope: bound.scope }));
  }

  #claimsOf({ headers }) {
    const [, token] = /^Bearer (\S+)$/i.exec(headers.authorization ?? "") ?? [];
    const bound = this.tokens.get(token);
    if (!bound) throw new Answer(401, { error: "invalid_token" }, { "WWW-Authenticate": 'Bearer error="invalid_token"' });
    return new Answer(200, this.userinfo === undefined ? bound.user : this.userinfo);
  }
}
