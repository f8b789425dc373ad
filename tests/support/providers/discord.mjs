// A strict stand-in for Discord's OAuth2 and `GET /users/@me`, on loopback, as Discord's documentation has them: the token
// endpoint takes a form alone, errors are RFC 6749's with 400 and 401, the API's own are {message, code}, ids are snowflakes
// in text, and an address may be null or unverified. Not a Discord.
import { Answer, Codes, StandIn, found, page, random, urlWith } from "./stand_in.mjs";

const known = new Set(["identify", "email", "guilds", "connections"]);

let count = 80351110224678900n;
export const discordUser = (email, more = {}) => ({
  id: String(++count),
  username: "nelly",
  discriminator: "0",
  global_name: null,
  avatar: "8342729096ea3675442027381ff50dfe",
  verified: true,
  email,
  flags: 64,
  public_flags: 64,
  premium_type: 0,
  mfa_enabled: true,
  locale: "en-US",
  ...more,
});

export class Discord extends StandIn {
  codes = new Codes({ life: 100_000 });
  tokens = new Map();
  signedIn;
  refuses = false;
  clientId = "157730590492196864";

  config = () => ({
    preset: "discord",
    client_id: this.clientId,
    client_secret: this.clientSecret,
    authorization_endpoint: `${this.url}/oauth2/authorize`,
    token_endpoint: `${this.url}/api/oauth2/token`,
    userinfo_endpoint: `${this.url}/api/users/@me`,
  });

  answer(call) {
    const route = `${call.method} ${call.path}`;
    if (route === "GET /oauth2/authorize") return this.#authorize(call.query);
    if (route === "POST /api/oauth2/token") return this.#token(call);
    if (route === "GET /api/users/@me") return this.#me(call);
    return new Answer(404, { message: "404: Not Found", code: 0 });
  }

  #authorize({ client_id: clientId, redirect_uri: redirectUri, response_type: type, scope = "", state, code_challenge: challenge, code_challenge_method: method }) {
    // Discord shows these as a page of its own; nobody is sent back.
    if (clientId !== this.clientId) this.complain("an unknown client_id", page(404, "Unknown Application"));
    if (!this.redirectUris.includes(redirectUri)) this.complain(`redirect_uri ${redirectUri}`, page(400, "Invalid OAuth2 redirect_uri"));
    if (type !== "code") this.complain(`response_type ${type}`, page(400, "Invalid OAuth2 response_type"));
    const scopes = scope.split(" ").filter(Boolean);
    if (scopes.length === 0 || !scopes.every((each) => known.has(each))) this.complain(`scope ${scope}`, found(urlWith(redirectUri, { error: "invalid_scope", error_description: "The requested scope is invalid, unknown, or malformed.", state })));
    if (!state) this.complaints.push("no state");
    if (challenge && method !== "S256") this.complain(`code_challenge_method ${method}`, page(400, "Invalid code challenge method"));
    if (this.refuses) return found(urlWith(redirectUri, { error: "access_denied", error_description: "The resource owner or authorization server denied the request", state }));
    return found(urlWith(redirectUri, { code: this.codes.issue({ redirectUri, challenge, scopes, user: this.signedIn }), state }));
  }

  #credentials({ headers, form }) {
    const [, basic] = /^Basic (\S+)$/i.exec(headers.authorization ?? "") ?? [];
    if (!basic) return [form.client_id, form.client_secret];
    const text = Buffer.from(basic, "base64").toString("utf8");
    return [text.slice(0, text.indexOf(":")), text.slice(text.indexOf(":") + 1)].map(decodeURIComponent);
  }

  #token(call) {
    const { form } = call;
    if (!form) this.complain(`content type ${call.headers["content-type"]} at the token endpoint`, new Answer(400, { error: "invalid_request", error_description: "Only application/x-www-form-urlencoded is accepted" }));
    const [id, secret] = this.#credentials(call);
    if (id !== this.clientId || secret !== this.clientSecret) this.complain("client credentials", new Answer(401, { error: "invalid_client" }));
    if (form.grant_type !== "authorization_code") this.complain(`grant_type ${form.grant_type}`, new Answer(400, { error: "unsupported_grant_type" }));
    const { refused, bound } = this.codes.redeem(form.code, { redirectUri: form.redirect_uri, verifier: form.code_verifier });
    if (refused && refused !== "code") this.complaints.push(`${refused} at the token endpoint`);
    if (refused) throw new Answer(400, { error: "invalid_grant", error_description: `Invalid "${refused}" in request.` });
    const token = random(15);
    this.tokens.set(token, bound);
    return new Answer(200, { token_type: "Bearer", access_token: token, expires_in: 604800, refresh_token: random(15), scope: bound.scopes.join(" ") });
  }

  #me({ headers }) {
    if (!headers["user-agent"]) this.complain("no User-Agent at the API", new Answer(403, "error code: 1010", { "Content-Type": "text/plain" }));
    const [, token] = /^Bearer (\S+)$/.exec(headers.authorization ?? "") ?? [];
    const bound = this.tokens.get(token);
    if (!bound || !bound.scopes.includes("identify")) throw new Answer(401, { message: "401: Unauthorized", code: 0 });
    const { email, verified, ...shown } = bound.user;
    return new Answer(200, bound.scopes.includes("email") ? { ...shown, email, verified } : shown);
  }
}
