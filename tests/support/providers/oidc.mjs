// The certified OpenID provider `oidc-provider` of npm, configured to behave as Google does, or as Apple does: what they ask
// for that the specification leaves open, what they leave out, and how they spell it. In a browser it shows its own pages to
// sign in and to consent (`interactive`); otherwise it goes on at once as `signedIn`.
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { jwtVerify } from "jose";
import Provider from "oidc-provider";
import { random } from "./stand_in.mjs";

const escape = (text) => String(text).replace(/[&<>"]/g, (each) => `&#${each.codePointAt(0)};`);
const html = (title, body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`;

/** oidc-provider keeps everything itself but the client, which may learn its redirect URI while it runs. */
const clientAdapter = (owner, Memory) =>
  class {
    constructor(name) {
      if (name !== "Client") return new Memory(name);
    }
    async find(id) {
      return id === owner.clientId ? owner.clientMetadata() : undefined;
    }
  };

class Memory {
  static rows = new Map();
  constructor(name) {
    this.name = name;
  }
  key = (id) => `${this.name}:${id}`;
  async upsert(id, payload) {
    Memory.rows.set(this.key(id), payload);
    if (payload.uid) Memory.rows.set(`uid:${this.key(payload.uid)}`, id);
  }
  async find(id) {
    return Memory.rows.get(this.key(id));
  }
  async findByUid(uid) {
    return this.find(Memory.rows.get(`uid:${this.key(uid)}`));
  }
  async destroy(id) {
    Memory.rows.delete(this.key(id));
  }
  async consume(id) {
    Memory.rows.get(this.key(id)).consumed = Math.floor(Date.now() / 1000);
  }
  async revokeByGrantId(grantId) {
    for (const [key, payload] of Memory.rows) if (payload?.grantId === grantId) Memory.rows.delete(key);
  }
}

class OpenIdProvider {
  people = new Map(); // subject → claims
  signedIn; // the subject that goes on at once
  interactive = false;
  refuses = false;
  redirectUris = ["https://not-yet.example/"];
  complaints = [];
  tokenForms = []; // what the token endpoint was asked
  clientId = `client-${random(6)}`;
  clientSecret = random();
  #server;

  async start({ port = 0 } = {}) {
    this.#server = createServer((request, response) => this.#receive(request, response));
    await new Promise((resolve, reject) => this.#server.once("error", reject).listen(port, "127.0.0.1", resolve));
    this.port = this.#server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key = { ...privateKey.export({ format: "jwk" }), kid: random(6), alg: "RS256", use: "sig" };
    const options = this.options();
    this.provider = new Provider(this.issuer(), {
      adapter: clientAdapter(this, Memory),
      jwks: { keys: [key] },
      cookies: { keys: [random()] },
      conformIdTokenClaims: false,
      findAccount: (_, subject) => this.people.has(subject) && { accountId: subject, claims: () => ({ sub: subject, ...this.people.get(subject) }) },
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      issueRefreshToken: async () => true,
      renderError: (ctx, out) => (this.complaints.push(`${out.error}: ${out.error_description ?? ""}`), (ctx.type = "html"), (ctx.body = html(escape(out.error), `<p>${escape(out.error_description ?? "")}`))),
      pkce: { required: () => options.pkceRequired, methods: ["S256"] },
      ttl: { AccessToken: 3600, AuthorizationCode: 600, Grant: 86400, IdToken: 600, Interaction: 600, RefreshToken: 86400, Session: 86400 },
      ...options.configuration,
      features: { devInteractions: { enabled: false }, ...options.configuration.features },
    });
    this.prepare(this.provider);
    this.provider.use(async (ctx, next) => {
      await next();
      if (ctx.method === "POST" && ctx.oidc?.route === "token") this.tokenForms.push({ form: { ...ctx.oidc.body }, authorization: ctx.get("authorization"), status: ctx.status });
      if (ctx.oidc?.route === "token" && ctx.status >= 400) this.complaints.push(`token endpoint: ${JSON.stringify(ctx.body)}`);
    });
    this.#callback = this.provider.callback();
    return this;
  }
  #callback;

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  issuer = () => this.url;

  clientMetadata = () => ({
    client_id: this.clientId,
    client_secret: this.clientSecret,
    redirect_uris: this.redirectUris,
    response_types: ["code"],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "client_secret_post",
    id_token_signed_response_alg: "RS256",
  });

  async #receive(request, response) {
    try {
      const uid = /^\/interaction\/[\w-]+$/.test(request.url.split("?")[0]);
      if (!uid) return await this.#callback(request, response);
      await this.#interact(request, response);
    } catch (error) {
      this.complaints.push(String(error));
      response.writeHead(500).end(html("error", escape(error.message)));
    }
  }

  async #interact(request, response) {
    const details = await this.provider.interactionDetails(request, response);
    const finish = async (result) => this.provider.interactionFinished(request, response, await result, { mergeWithLastSubmission: false });
    const asks = details.prompt.name;
    if (request.method === "GET" && this.interactive) return response.writeHead(200, { "Content-Type": "text/html" }).end(this.#page(asks, details));
    let form = { go: this.refuses ? "no" : "yes", person: this.signedIn };
    if (request.method === "POST") {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString("utf8")));
    }
    if (form.go !== "yes") return finish({ error: this.refusal(), error_description: "the person said no" });
    if (asks === "login") return finish({ login: { accountId: form.person } });
    return finish(this.#consent(details));
  }

  async #consent({ grantId, session, params, prompt: { details } }) {
    const { Grant } = this.provider;
    const grant = grantId ? await Grant.find(grantId) : new Grant({ accountId: session.accountId, clientId: params.client_id });
    if (details.missingOIDCScope) grant.addOIDCScope(details.missingOIDCScope.join(" "));
    if (details.missingOIDCClaims) grant.addOIDCClaims(details.missingOIDCClaims);
    return { consent: { grantId: await grant.save() } };
  }

  #page(asks, { params }) {
    const people = [...this.people].map(([subject, { email }]) => `<label><input type="radio" name="person" value="${escape(subject)}" ${subject === this.signedIn ? "checked" : ""}> ${escape(email)}</label>`);
    const body = asks === "login" ? people.join("") : `<p>${escape(params.client_id)} wants to know: ${escape(params.scope)}</p>`;
    return html(asks === "login" ? "Who are you?" : "Do you agree?", `<form method="post">${body}<button id="yes" name="go" value="yes">Yes</button><button id="no" name="go" value="no">No</button></form>`);
  }
}

/** As Google: discovery, PKCE and a nonce expected, `email_verified` a boolean, `hd` for a Workspace, `iss` in the redirect. */
export class GoogleLike extends OpenIdProvider {
  config = () => ({ preset: "google", issuer: this.url, client_id: this.clientId, client_secret: this.clientSecret });
  refusal = () => "access_denied";
  options = () => ({
    pkceRequired: true,
    configuration: {
      scopes: ["openid", "email", "profile"],
      claims: { openid: ["sub"], email: ["email", "email_verified", "hd"], profile: ["name", "picture", "given_name", "family_name", "locale"] },
      extraParams: ["access_type", "include_granted_scopes", "hd"],
      features: { claimsParameter: { enabled: true } },
    },
  });
  prepare(provider) {
    provider.use(async (ctx, next) => {
      const { prompt } = ctx.query;
      if (ctx.path === "/auth" && prompt !== undefined && !prompt.split(" ").every((each) => ["none", "consent", "select_account"].includes(each))) {
        this.complaints.push(`prompt=${prompt}`);
        return Object.assign(ctx, { status: 400, type: "html", body: html("Error 400: invalid_request", `Invalid parameter value for prompt: Invalid prompt: ${escape(prompt)}`) });
      }
      await next();
      if (ctx.oidc?.route !== "authorization") return;
      if (!ctx.oidc.params?.nonce) this.complaints.push("no nonce");
      if (!ctx.oidc.params?.state) this.complaints.push("no state");
    });
  }

  /** Somebody with an account; answers the subject. */
  add(email, more = {}) {
    const subject = `1${Date.now()}${String(this.people.size).padStart(7, "0")}`;
    this.people.set(subject, { email, email_verified: true, name: "Grace Hopper", picture: "https://lh3.googleusercontent.com/a/face", ...more });
    return subject;
  }
}

const appleIssuer = "https://appleid.apple.com";
const longest = 15_777_000; // Apple's limit for a client secret, in seconds

/**
 * As Apple: the answer is a form posted from another site as soon as a scope is asked for, the client secret is a token that
 * we sign, booleans come as text, the name comes once and beside the ID token, there is no userinfo endpoint and no `iss`.
 */
export class AppleLike extends OpenIdProvider {
  teamId = "DEF123GHIJ";
  keyId = "ABC123DEFG";
  clientId = "com.example.web";
  secrets = []; // the claims of each client secret seen
  #met = new Set();

  constructor() {
    super();
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    this.privateKey = privateKey.export({ type: "pkcs8", format: "pem" });
  }

  config = () => ({ preset: "apple", client_id: this.clientId, team_id: this.teamId, key_id: this.keyId, private_key: this.privateKey, authorization_endpoint: `${this.url}/auth/authorize`, token_endpoint: `${this.url}/auth/token`, jwks_uri: `${this.url}/auth/keys` });
  // Apple's own name, so that the preset's constants are what is tested.
  issuer = () => appleIssuer;
  refusal = () => "user_cancelled_authorize";
  options = () => ({
    pkceRequired: false,
    configuration: {
      scopes: ["openid", "email", "name"],
      claims: { openid: ["sub", "auth_time", "nonce_supported"], email: ["email", "email_verified", "is_private_email"], name: [] },
      routes: { authorization: "/auth/authorize", token: "/auth/token", jwks: "/auth/keys" },
      features: { userinfo: { enabled: false } },
    },
  });

  prepare(provider) {
    provider.Client.prototype.compareClientSecret = (secret) => this.#isRight(secret);
    provider.on("authorization.success", (ctx, out) => this.#complete(ctx, out));
    provider.use(async (ctx, next) => {
      if (ctx.path === "/auth/authorize") {
        const { scope = "", response_mode: mode } = ctx.query;
        if (/\b(?:name|email)\b/.test(scope) && mode !== "form_post") {
          this.complaints.push("response_mode must be form_post when name or email scope is requested.");
          return Object.assign(ctx, { status: 400, type: "html", body: html("invalid_request", "response_mode must be form_post when name or email scope is requested.") });
        }
        // Apple answers with an ID token whether or not `openid` is asked for.
        if (!scope.split(" ").includes("openid")) ctx.query = { ...ctx.query, scope: `openid ${scope}` };
      }
      await next();
      if (ctx.path === "/auth/token" && ctx.status === 401) Object.assign(ctx, { status: 400, body: { error: "invalid_client" } });
      if (ctx.path === "/.well-known/openid-configuration") delete ctx.body.authorization_response_iss_parameter_supported;
    });
  }

  async #isRight(secret) {
    try {
      const key = createPublicKey(createPrivateKey(this.privateKey));
      const { payload, protectedHeader } = await jwtVerify(secret, key, { algorithms: ["ES256"], issuer: this.teamId, subject: this.clientId, audience: appleIssuer, requiredClaims: ["iat", "exp"] });
      this.secrets.push(payload);
      if (protectedHeader.kid !== this.keyId) throw new Error(`kid ${protectedHeader.kid}`);
      if (payload.exp - Math.floor(Date.now() / 1000) > longest) throw new Error("exp is more than six months ahead");
      return true;
    } catch (error) {
      this.complaints.push(`client secret: ${error.message}`);
      return false;
    }
  }

  #complete(ctx, out) {
    delete out.iss;
    const subject = ctx.oidc.session.accountId;
    const { firstName, lastName, email } = this.people.get(subject);
    if (this.#met.has(subject) || !/\b(?:name|email)\b/.test(ctx.oidc.params.scope)) return;
    this.#met.add(subject);
    out.user = JSON.stringify({ name: { firstName, lastName }, email });
  }

  add(email, more = {}) {
    const subject = `001${String(this.people.size).padStart(3, "0")}.${random(16)}.0${this.people.size % 10}42`;
    this.people.set(subject, { email, email_verified: "true", is_private_email: String(email.endsWith("@privaterelay.appleid.com")), nonce_supported: true, firstName: "Johnny", lastName: "Appleseed", ...more });
    return subject;
  }
}
