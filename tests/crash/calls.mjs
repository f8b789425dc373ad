// One client's calls, each with a request id and a trace of its own, so that every row that a call leaves can be found again;
// and the log that the judge reads after a crash.
import { Client } from "../support/client.mjs";

/** The server died under a call, or says that it can't tell what became of it. */
export class Died extends Error {}

/** What makes a call's rows findable: a prefix for each round. */
export const requestPrefix = (round) => `r${round}-`;
export const tracePrefix = (round) => `00-${round.toString(16).padStart(8, "0")}`;

export class Caller {
  log = [];
  violations = [];
  #count = 0;

  constructor({ round, index, random, mails }) {
    Object.assign(this, { round, index, random, mails });
  }

  use(server) {
    this.http = new Client(server.url, { secrets: server.secrets, connections: 8 });
  }
  done() {
    this.http?.close();
  }

  /**
   * A call that changes state. `audit` and `events` are the actions and topics (identity. left out) that it must leave when it
   * happens; `happened({body, row})` applies it to the model. `rival` names calls of which one at most may happen.
   */
  async send(method, path, { json, token, headers = {}, audit, events = [], happened = () => {}, rival, mayBeRefused = false }) {
    const number = ++this.#count;
    const request = `${requestPrefix(this.round)}${this.index}-${number}`;
    const trace = `${tracePrefix(this.round)}${this.index.toString(16).padStart(4, "0")}${number.toString(16).padStart(8, "0")}${this.random.hex(12)}`;
    const call = { request, trace, path: `${method} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID")}`, audit, events, happened, rival, begun: performance.now() };
    this.log.push(call);
    const sent = { ...headers, "X-Forwarded-For": this.ip, "X-Request-Id": request, Traceparent: `${trace}-${this.random.hex(15)}1-01`, ...(token && { Authorization: `Bearer ${token}` }) };
    let answer;
    try {
      answer = await this.http.call(method, path, { json, headers: sent });
    } catch (error) {
      if (error.name === "AssertionError") throw error;
      throw new Died(error.message);
    }
    call.ended = performance.now();
    if (answer.status === 503) throw new Died(answer.text);
    call.status = answer.status;
    if (answer.status < 300) {
      call.applied = true;
      happened({ body: answer.body });
    } else if (!mayBeRefused || answer.status >= 500) {
      this.violations.push(`${call.path} (${request}) was answered ${answer.status} ${answer.text}`);
    }
    return answer;
  }

  /** A question that changes nothing. */
  async ask(path, { query, token } = {}) {
    try {
      return await this.http.get(path, { query, headers: token ? { Authorization: `Bearer ${token}` } : {} });
    } catch (error) {
      if (error.name === "AssertionError") throw error;
      throw new Died(error.message);
    }
  }
}
