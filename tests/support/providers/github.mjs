// A strict stand-in for GitHub's OAuth apps and the two calls of its REST API that a sign-in needs, on loopback, as GitHub's
// documentation has them: errors at the token endpoint come under HTTP 200, answers there are a form unless JSON was asked
// for, the API wants a User-Agent, and addresses come in pages of thirty. Not a GitHub.
import { Answer, Codes, StandIn, found, page, random, urlWith } from "./stand_in.mjs";

const troubleshooting = "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/";
const said = {
  incorrect_client_credentials: "The client_id and/or client_secret passed are incorrect.",
  redirect_uri_mismatch: "The redirect_uri MUST match the registered callback URL for this application.",
  bad_verification_code: "The code passed is incorrect or expired.",
  access_denied: "The user has denied your application access.",
};
const known = new Set(["user", "read:user", "user:email", "repo", "gist"]);

let count = 1_000_000;
/** Somebody with an account; `emails` as GitHub's list has them. */
export const gitHubUser = (email, more = {}) => ({
  id: ++count,
  login: `octo-${count}`,
  name: "Mona Lisa",
  avatar_url: `https://avatars.githubusercontent.com/u/${count}?v=4`,
  email: null,
  emails: [{ email, primary: true, verified: true, visibility: "private" }],
  ...more,
});

export class GitHub extends StandIn {
  codes = new Codes();
  tokens = new Map();
  signedIn; // who is signed in at GitHub in the browser that comes
  refuses = false; // whether they say no
  suspended = false; // whether GitHub has suspended the application

  config = () => ({
    preset: "github",
    client_id: this.clientId,
    client_secret: this.clientSecret,
    authorization_endpoint: `${this.url}/login/oauth/authorize`,
    token_endpoint: `${this.url}/login/oauth/access_token`,
    userinfo_endpoint: `${this.url}/user`,
    emails_endpoint: `${this.url}/user/emails`,
  });

  answer(call) {
    const route = `${call.method} ${call.path}`;
    if (route === "GET /login/oauth/authorize") return this.#authorize(call.query);
    if (route === "POST /login/oauth/access_token") return this.#token(call);
    if (route === "GET /user") return this.#user(call);
    if (route === "GET /user/emails") return this.#emails(call);
    return this.#json(404, { message: "Not Found", documentation_url: "https://docs.github.com/rest", status: "404" });
  }

  #authorize({ client_id: clientId, redirect_uri: redirectUri, scope = "", state, code_challenge: challenge, code_challenge_method: method }) {
    if (clientId !== this.clientId) this.complain("an unknown client_id", page(404, "Not Found"));
    const back = redirectUri ?? this.redirectUris[0];
    const error = (name) => found(urlWith(this.redirectUris[0], { error: name, error_description: said[name] ?? name, error_uri: `${troubleshooting}#${name}`, state }));
    if (this.suspended) return error("application_suspended");
    if (!this.redirectUris.includes(back)) this.complain(`redirect_uri ${back}`, error("redirect_uri_mismatch"));
    if (!state) this.complaints.push("no state");
    if (challenge && (method !== "S256" || !/^[A-Za-z0-9_-]{43}$/.test(challenge))) this.complain(`code_challenge_method ${method}`, page(400, "code_challenge_method must be S256"));
    for (const each of scope.split(/[ ,]+/).filter(Boolean)) if (!known.has(each)) this.complaints.push(`scope ${each}`);
    if (this.refuses) return error("access_denied");
    const code = this.codes.issue({ redirectUri: back, challenge, scope: scope.split(/[ ,]+/).filter(Boolean), user: this.signedIn });
    return found(urlWith(back, { code, state }));
  }

  #token({ headers, form, query }) {
    const accepts = headers.accept ?? "*/*";
    const say = (body) => {
      if (/application\/json/.test(accepts)) return new Answer(200, body);
      this.complaints.push(`the token endpoint was not asked for JSON: Accept ${accepts}`);
      return new Answer(200, new URLSearchParams(body).toString(), { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" });
    };
    const refuse = (error) => say({ error, error_description: said[error], error_uri: `${troubleshooting}#${error.replaceAll("_", "-")}` });
    if (Object.keys(query).length > 0) this.complaints.push("parameters in the token endpoint's query");
    const { client_id: id, client_secret: secret, code, redirect_uri: redirectUri, code_verifier: verifier } = form ?? {};
    if (id !== this.clientId || secret !== this.clientSecret) return (this.complaints.push("client credentials"), refuse("incorrect_client_credentials"));
    const { refused, bound } = this.codes.redeem(code, { redirectUri, verifier });
    if (refused === "redirect_uri") return (this.complaints.push("redirect_uri at the token endpoint"), refuse("redirect_uri_mismatch"));
    if (refused) return refuse("bad_verification_code");
    const token = `gho_${random(18)}`;
    this.tokens.set(token, bound);
    return say({ access_token: token, scope: bound.scope.join(","), token_type: "bearer" });
  }

  #json = (status, body, headers = {}) => new Answer(status, body, { "X-GitHub-Media-Type": "github.v3; format=json", ...headers });

  #caller({ headers }) {
    if (!headers["user-agent"]) {
      const text = "Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required). Check https://developer.github.com for other possible causes.";
      this.complain("no User-Agent at the API", new Answer(403, text, { "Content-Type": "text/html" }));
    }
    const [, token] = /^(?:Bearer|token) (\S+)$/i.exec(headers.authorization ?? "") ?? [];
    const bound = this.tokens.get(token);
    if (!bound) throw this.#json(401, { message: token ? "Bad credentials" : "Requires authentication", documentation_url: "https://docs.github.com/rest", status: "401" });
    return bound;
  }

  #user(call) {
    const { user, scope } = this.#caller(call);
    const { emails, ...shown } = user;
    return this.#json(200, { type: "User", site_admin: false, ...shown }, { "X-OAuth-Scopes": scope.join(", ") });
  }

  #emails(call) {
    const { user, scope } = this.#caller(call);
    if (!scope.some((each) => each === "user" || each === "user:email")) this.complain("the scope user:email was not asked for", this.#json(404, { message: "Not Found", documentation_url: "https://docs.github.com/rest/users/emails", status: "404" }));
    const size = Math.min(Number(call.query.per_page ?? 30), 100);
    const number = Number(call.query.page ?? 1);
    const rows = user.emails.slice((number - 1) * size, number * size);
    const more = user.emails.length > number * size;
    return this.#json(200, rows, more ? { Link: `<${this.url}/user/emails?per_page=${size}&page=${number + 1}>; rel="next"` } : {});
  }
}
