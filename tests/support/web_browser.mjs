// A browser without a screen, for flows that cross several sites: it follows redirects, keeps cookies by host as browsers do
// (a port is no boundary), sends them by their SameSite rule, says where it comes from (Origin, Sec-Fetch-*), and submits
// forms. What goes to the server under test passes through the tests' client, and so is held against the contract.
import http from "node:http";

const decode = (text) => text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|amp|lt|gt|quot);/gi, (all, decimal, hex) => (decimal || hex ? String.fromCodePoint(parseInt(decimal ?? hex, decimal ? 10 : 16)) : { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' }[all]));
const attribute = (tag, name) => {
  const [, value] = new RegExp(`\\b${name}="([^"]*)"`).exec(tag) ?? [];
  return value === undefined ? undefined : decode(value);
};

/** The forms of a page: `[{action, method, fields}]`; of radio buttons and buttons, the checked or first one. */
export function formsOf({ text, url }) {
  return [...text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head, inside]) => {
    const fields = {};
    for (const [tag] of inside.matchAll(/<(?:input|button)\b[^>]*>/g)) {
      const name = attribute(tag, "name");
      if (name === undefined) continue;
      const choice = /type="radio"/.test(tag) || tag.startsWith("<button");
      if (!choice || !(name in fields) || /\bchecked\b/.test(tag)) fields[name] = attribute(tag, "value") ?? "";
    }
    return { action: new URL(attribute(head, "action") ?? url, url).href, method: (attribute(head, "method") ?? "get").toUpperCase(), fields };
  });
}

const parseCookie = (line) => {
  const [pair, ...rest] = line.split("; ");
  const attributes = Object.fromEntries(rest.map((each) => [each.split("=")[0].toLowerCase(), each.split("=").slice(1).join("=") || true]));
  return { name: pair.slice(0, pair.indexOf("=")), value: pair.slice(pair.indexOf("=") + 1), attributes };
};

export class WebBrowser {
  cookies = new Map(); // host → name → {value, attributes}
  trail = []; // every exchange: {method, url, status, location, setCookies, sent}

  /** `server` is the one under test; `stops` says at which addresses somebody else's program takes over (an app, a front end). */
  constructor(server, { stops = () => false, headers = {} } = {}) {
    Object.assign(this, { server, stops, headers });
  }

  cookie(name, host = new URL(this.server.url).hostname) {
    return this.cookies.get(host)?.get(name)?.value;
  }
  cookieNames(host = new URL(this.server.url).hostname) {
    return [...(this.cookies.get(host)?.keys() ?? [])];
  }
  /** Another browser with the same cookies: to replay what this one could send now. */
  copy() {
    const other = new WebBrowser(this.server, { stops: this.stops, headers: this.headers });
    for (const [host, jar] of this.cookies) other.cookies.set(host, new Map(jar));
    return other;
  }

  /** Opens an address and follows where it leads; `from` is the page whose link or form it was. */
  async visit(url, { method = "GET", form, from, follow = true } = {}) {
    let next = { url, method, form, from };
    for (let hops = 0; hops < 25; ++hops) {
      if (!/^https?:/.test(next.url) || this.stops(next.url)) return { url: next.url, outside: true, method: next.method, form: next.form };
      const answer = await this.#exchange(next);
      const page = { url: next.url, ...answer };
      if (!follow) return page;
      if (answer.status >= 300 && answer.status < 400 && answer.headers.location) {
        const keeps = [307, 308].includes(answer.status);
        // The site that began the navigation stays the initiator over redirects.
        next = { url: new URL(answer.headers.location, next.url).href, method: keeps ? next.method : "GET", form: keeps ? next.form : undefined, from: next.from };
      } else if (/forms\[0\]\.submit\(\)/.test(answer.text)) {
        const [{ action, method, fields }] = formsOf(page);
        next = { url: action, method, form: fields, from: next.url };
      } else return page;
    }
    throw new Error(`redirected in a circle: ${url}`);
  }

  /** Submits the first form of a page, some of its fields changed. */
  submit(page, changes = {}) {
    const [{ action, method, fields }] = formsOf(page);
    return this.visit(action, { method, form: { ...fields, ...changes }, from: page.url });
  }

  #cookieHeader({ url, method, from }) {
    const { hostname, pathname } = new URL(url);
    const cross = from !== undefined && new URL(from).hostname !== hostname;
    const jar = this.cookies.get(hostname) ?? new Map();
    const fits = ({ attributes }) => {
      const rule = String(attributes.samesite ?? "lax").toLowerCase();
      if (typeof attributes.path === "string" && !(pathname === attributes.path || pathname.startsWith(attributes.path.replace(/\/?$/, "/")))) return false;
      return !cross || rule === "none" || (rule === "lax" && method === "GET");
    };
    return [...jar].filter(([, cookie]) => fits(cookie)).map(([name, { value }]) => `${name}=${value}`).join("; ");
  }

  #keep(url, lines) {
    const { hostname } = new URL(url);
    if (!this.cookies.has(hostname)) this.cookies.set(hostname, new Map());
    const jar = this.cookies.get(hostname);
    for (const line of lines) {
      const { name, value, attributes } = parseCookie(line);
      if (String(attributes.samesite).toLowerCase() === "none" && !attributes.secure) continue; // as browsers do
      if (attributes["max-age"] === "0" || Date.parse(attributes.expires) < Date.now()) jar.delete(name);
      else jar.set(name, { value, attributes });
    }
  }

  /** What of a flow may be in no log: the provider's code, the state, our own links, the cookies. */
  #remember(url, form, cookies) {
    const { searchParams } = new URL(url);
    for (const name of ["code", "state", "request"]) this.server.secrets?.add(form?.[name] ?? searchParams.get(name));
    for (const pair of cookies.split("; ")) this.server.secrets?.add(pair.slice(pair.indexOf("=") + 1));
  }

  async #exchange(next) {
    const { url, method, form, from } = next;
    const { origin, hostname, pathname, search } = new URL(url);
    const site = from === undefined ? "none" : new URL(from).hostname !== hostname ? "cross-site" : new URL(from).origin === origin ? "same-origin" : "same-site";
    const headers = { Accept: "text/html", "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-User": "?1", ...this.headers };
    if (method === "POST") headers.Origin = from ? new URL(from).origin : "null";
    const cookies = this.#cookieHeader(next);
    if (cookies) headers.Cookie = cookies;
    const ours = url.startsWith(`${this.server.url}/`);
    if (ours) this.#remember(url, form, cookies);
    const answer = ours ? await this.server.client.call(method, pathname + search, { form, headers, wrong: true }) : await foreign(url, { method, form, headers });
    this.#keep(url, answer.setCookies);
    this.trail.push({ method, url, status: answer.status, location: answer.headers.location, setCookies: answer.setCookies, sent: cookies });
    return answer;
  }
}

function foreign(url, { method, form, headers }) {
  const payload = form && new URLSearchParams(form).toString();
  if (payload !== undefined) headers = { ...headers, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": Buffer.byteLength(payload) };
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk)).on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, setCookies: response.headers["set-cookie"] ?? [], text: Buffer.concat(chunks).toString("utf8") }));
    });
    request.on("error", reject).end(payload);
  });
}
