// The one HTTP client of the tests. Each exchange is checked against the OpenAPI document, what is secret in it is
// remembered, and nothing is added that a test didn't ask for: no Origin, no cookies, no redirects.
import http from "node:http";
import { checkAnswer, checkRequest } from "./contract.mjs";
import { SecretsSeen } from "./secrets.mjs";

/** A cookie jar as small as the tests need: names and values of one host. */
export class Jar {
  values = new Map();
  take(setCookies) {
    for (const line of setCookies) {
      const [pair, ...attributes] = line.split("; ");
      const name = pair.slice(0, pair.indexOf("="));
      if (attributes.some((each) => /^max-age=0$/i.test(each))) this.values.delete(name);
      else this.values.set(name, pair.slice(name.length + 1));
    }
  }
  get header() {
    return [...this.values].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}

export class Client {
  constructor(url, { secrets = new SecretsSeen(), headers = {}, connections = 64 } = {}) {
    this.url = url;
    this.secrets = secrets;
    this.headers = headers;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  }

  /** The same client with headers on every call: `as(token)` for a bearer token, or headers. */
  as(credentials) {
    const headers = typeof credentials === "string" ? { Authorization: `Bearer ${credentials}` } : credentials;
    const client = Object.create(this);
    client.headers = { ...this.headers, ...headers };
    return client;
  }

  /**
   * One exchange. `json` is the body (checked against the contract unless `wrong`), `form` a form, `raw` bytes as they are;
   * `query` a record; `jar` a cookie jar that is sent and filled; `unchecked` leaves the contract out, for what it can't hold.
   * Answers `{status, headers, body, text, setCookies, ms}`.
   */
  async call(method, path, { json, form, raw, query, headers = {}, jar, wrong = false, unchecked = false, timeout = 30_000 } = {}) {
    const target = query ? `${path}?${new URLSearchParams(query)}` : path;
    const sent = { ...this.headers, ...headers };
    let payload = raw;
    if (json !== undefined) {
      payload = JSON.stringify(json);
      sent["Content-Type"] ??= "application/json";
    } else if (form !== undefined) {
      payload = new URLSearchParams(form).toString();
      sent["Content-Type"] ??= "application/x-www-form-urlencoded";
    }
    if (jar?.header) sent.Cookie = jar.header;
    this.secrets.addFrom(json ?? form);
    Object.values(sent).forEach((value) => this.secrets.addTokensIn(value));
    if (!wrong && !unchecked) checkRequest({ method, target, contentType: sent["Content-Type"], json: json ?? form });
    const answer = await this.exchange(method, target, sent, payload, timeout);
    this.secrets.addFrom(answer.body);
    answer.setCookies.forEach((line) => this.secrets.addTokensIn(line));
    jar?.take(answer.setCookies);
    if (!unchecked && method !== "HEAD") checkAnswer({ method, target }, answer);
    return answer;
  }

  get(path, options) {
    return this.call("GET", path, options);
  }
  post(path, json, options) {
    return this.call("POST", path, { json, ...options });
  }
  patch(path, json, options) {
    return this.call("PATCH", path, { json, ...options });
  }
  delete(path, options) {
    return this.call("DELETE", path, options);
  }

  close() {
    this.agent.destroy();
  }

  exchange(method, target, headers, payload, timeout) {
    return new Promise((resolve, reject) => {
      const begin = performance.now();
      const { hostname, port } = new URL(this.url);
      const fields = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
      if (payload !== undefined) fields["Content-Length"] = Buffer.byteLength(payload);
      const request = http.request({ host: hostname, port, method, path: target, headers: fields, agent: this.agent, timeout, setDefaultHeaders: true }, (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const isJson = /json$/.test((response.headers["content-type"] ?? "").split(";")[0]) && !response.headers["content-type"].includes("ndjson");
          resolve({
            status: response.statusCode,
            headers: response.headers,
            setCookies: response.headers["set-cookie"] ?? [],
            text,
            body: isJson && text ? JSON.parse(text) : undefined,
            ms: performance.now() - begin,
          });
        });
      });
      request.on("timeout", () => request.destroy(new Error(`${method} ${target}: no answer within ${timeout} ms`)));
      request.on("error", reject);
      request.end(payload);
    });
  }
}
