// One kept connection, one exchange at a time, with the time each took.
import http from "node:http";

export class Caller {
  constructor(url, token) {
    this.url = new URL(url);
    this.headers = token ? { Authorization: `Bearer ${token}` } : {};
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  }

  /** Answers `{status, body, ms}`. */
  call(method, path, { json, headers = {} } = {}) {
    const payload = json && JSON.stringify(json);
    const own = payload ? { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(payload) } : {};
    return new Promise((resolve, reject) => {
      const begin = performance.now();
      const request = http.request({ host: this.url.hostname, port: this.url.port, method, path, agent: this.agent, headers: { ...this.headers, ...own, ...headers } }, (response) => {
        let text = "";
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode, body: text && JSON.parse(text), ms: performance.now() - begin }));
      });
      request.on("error", reject);
      request.end(payload);
    });
  }
}
