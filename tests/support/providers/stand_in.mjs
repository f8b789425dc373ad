// What the stand-ins for sign-in providers have in common: a server on loopback that remembers what it was asked, authorization
// codes that are good once for whom they were made, and complaints: what the real provider would have refused as our mistake.
// They listen on 127.0.0.1 while the server under test is `localhost`, so that to a browser they are another site.
import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";

export const random = (bytes = 20) => randomBytes(bytes).toString("hex");
/** A code_verifier as RFC 7636 wants it. */
export const newVerifier = () => randomBytes(32).toString("base64url");
export const challengeOf = (verifier) => createHash("sha256").update(verifier).digest("base64url");

/** Ends a request with this answer, from however deep. */
export class Answer {
  constructor(status, body, headers = {}) {
    Object.assign(this, { status, body, headers });
  }
}
export const found = (url) => new Answer(302, "", { Location: url });
export const page = (status, text) => new Answer(status, `<!doctype html><title>${status}</title><p>${text}</p>`, { "Content-Type": "text/html; charset=utf-8" });

/** Parameters of which each may come once, as RFC 6749 has it. */
export function parametersOf(search) {
  const all = new URLSearchParams(search);
  const given = {};
  for (const [name, value] of all) {
    if (name in given) throw new Error(`${name} came twice`);
    given[name] = value;
  }
  return given;
}

export function urlWith(base, parameters) {
  const url = new URL(base);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

export class StandIn {
  requests = []; // each {method, path, query, headers, form, text}
  complaints = []; // what the real one would refuse as the caller's mistake
  clientId = random(10);
  clientSecret = random();
  redirectUris = [];
  /** `(request, response) => true` answers a request by itself, before anything else does: a bad day. */
  intercept = () => false;
  #server;

  async start({ port = 0 } = {}) {
    this.#server = createServer((request, response) => this.#receive(request, response));
    await new Promise((resolve, reject) => this.#server.once("error", reject).listen(port, "127.0.0.1", resolve));
    this.port = this.#server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  /** Requests to a path (its beginning), in order. */
  to(path) {
    return this.requests.filter((each) => each.path.startsWith(path));
  }

  /** Refuses as the real one does, and remembers why. */
  complain(why, answer) {
    this.complaints.push(why);
    throw answer;
  }

  async #receive(request, response) {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return; // the caller hung up
    }
    const { pathname, search } = new URL(request.url, this.url);
    const call = { method: request.method, path: pathname, search, headers: request.headers, text: Buffer.concat(chunks).toString("utf8"), at: Date.now() };
    this.requests.push(call);
    if (await this.intercept(call, response)) return;
    try {
      call.query = parametersOf(search);
      if (/^application\/x-www-form-urlencoded\b/.test(request.headers["content-type"] ?? "")) call.form = parametersOf(call.text);
      this.#send(response, await this.answer(call));
    } catch (thrown) {
      if (thrown instanceof Answer) return this.#send(response, thrown);
      this.complaints.push(String(thrown));
      this.#send(response, new Answer(400, { error: "invalid_request", error_description: String(thrown.message) }));
    }
  }

  #send(response, { status, body, headers }) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const type = typeof body === "string" ? {} : { "Content-Type": "application/json; charset=utf-8" };
    response.writeHead(status, { ...type, "Cache-Control": "no-store", ...headers }).end(text);
  }
}

/** Authorization codes: each is redeemed once, in time, with all that it was bound to. */
export class Codes {
  #codes = new Map();
  constructor({ life = 600_000 } = {}) {
    this.life = life;
  }

  issue(bound) {
    const code = random();
    this.#codes.set(code, { ...bound, until: Date.now() + this.life });
    return code;
  }

  /** What the code was bound to, or the reason why it is not accepted. */
  redeem(code, { redirectUri, verifier }) {
    const bound = this.#codes.get(code);
    if (!bound || bound.used) return { refused: "code" };
    bound.used = true; // whatever comes of it, nobody tries it again
    if (bound.until <= Date.now()) return { refused: "code" };
    if (redirectUri !== bound.redirectUri) return { refused: "redirect_uri" };
    if (bound.challenge && (!/^[\w.~-]{43,128}$/.test(verifier ?? "") || challengeOf(verifier) !== bound.challenge)) return { refused: "code_verifier" };
    if (!bound.challenge && verifier !== undefined) return { refused: "code_verifier" };
    return { bound };
  }
}
