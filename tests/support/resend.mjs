// A strict stand-in for Resend: it wants the key, the members and the Idempotency-Key that Resend's description asks for,
// answers the same key and body with the same id without sending again, and misbehaves on demand. Its reports are signed by
// Svix's own library, as Resend's are.
import { randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Webhook } from "svix";

const members = new Set(["from", "to", "subject", "html", "text", "cc", "bcc", "reply_to", "headers", "attachments", "tags", "scheduled_at", "topic_id"]);
const problems = {
  concurrent: [409, "concurrent_idempotent_requests"],
  rate: [429, "rate_limit_exceeded"],
  quota: [429, "daily_quota_exceeded"],
  invalid: [422, "invalid_parameter"],
  fault: [500, "internal_server_error"],
};

export class ResendStandIn {
  attempts = []; // every request: {to, key, bytes}
  sent = []; // what went out
  complaints = []; // what the real one would refuse as the caller's mistake
  faults = new Map(); // address → what the next requests meet: a name above, "hang", "lost" (sent, but never answered)
  webhookSecret = `whsec_${randomBytes(32).toString("base64")}`;
  #known = new Map();
  #server = createServer((request, response) => this.#answer(request, response));

  async start(apiKey) {
    this.apiKey = apiKey;
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    return this;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks).toString("utf8");
    const say = (status, body, headers = {}) => response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(body));
    const refuse = (statusCode, name, headers) => say(statusCode, { statusCode, name, message: name }, headers);
    const complain = (statusCode, name, why) => (this.complaints.push(`${name}: ${why}`), refuse(statusCode, name));

    if (request.method !== "POST" || request.url !== "/emails") return complain(404, "not_found", request.url);
    if (!request.headers.authorization) return complain(401, "missing_api_key", "no Authorization");
    if (request.headers.authorization !== `Bearer ${this.apiKey}`) return complain(403, "invalid_api_key", "another key");
    const key = request.headers["idempotency-key"];
    if (!key || key.length > 256) return complain(400, "invalid_idempotency_key", key);
    if (request.headers["content-type"] !== "application/json") return complain(422, "invalid_parameter", "content-type");
    let mail;
    try {
      mail = JSON.parse(bytes);
    } catch {
      return complain(422, "invalid_parameter", "no JSON");
    }
    for (const name of Object.keys(mail)) if (!members.has(name)) return complain(422, "invalid_parameter", name);
    for (const name of ["from", "to", "subject", "html", "text"]) if (!mail[name]) return complain(422, "missing_required_field", name);
    for (const { name, value } of mail.tags ?? []) if (![name, value].every((each) => /^[A-Za-z0-9_-]{1,256}$/.test(each))) return complain(422, "invalid_parameter", "tags");
    const to = [mail.to].flat().join();
    this.attempts.push({ to, key, bytes, at: Date.now() });

    const known = this.#known.get(key);
    if (known && known.bytes !== bytes) return complain(409, "invalid_idempotent_request", "another body under the same key");
    const [fault, after] = this.faults.get(to)?.shift() ?? [];
    if (fault === "hang") return;
    if (fault && fault !== "lost") return refuse(...problems[fault], after && { "Retry-After": String(after) });
    if (!known) {
      this.#known.set(key, { bytes, id: randomUUID() });
      this.sent.push({ ...mail, id: this.#known.get(key).id });
    }
    if (fault !== "lost") say(200, { id: this.#known.get(key).id });
  }

  /**
   * Reports `email.TYPE` of a mail that went out to this address, as Resend posts it: `{status, body}` of the answer. A report
   * sent again keeps its id; `at` is the time of sending, `alter` spoils the body after it is signed.
   */
  async report(url, type, to, { id = `msg_${randomUUID()}`, at = new Date(), more = {}, secret = this.webhookSecret, alter = (body) => body } = {}) {
    const mail = this.sent.findLast((each) => [each.to].flat().includes(to));
    const tags = Object.fromEntries(mail.tags.map(({ name, value }) => [name, value]));
    const data = { email_id: mail.id, created_at: at.toISOString(), from: mail.from, to: [to], subject: mail.subject, tags, ...more };
    // A space that no serializer of ours would write: only the raw bytes carry the signature.
    const body = JSON.stringify({ type: `email.${type}`, created_at: at.toISOString(), data }).replace(",", " , ");
    const headers = { "content-type": "application/json", "svix-id": id, "svix-timestamp": String(Math.floor(at / 1000)), "svix-signature": new Webhook(secret).sign(id, at, body) };
    const answer = await fetch(`${url}/v1/webhooks/resend`, { method: "POST", headers, body: alter(body) });
    const text = await answer.text();
    return { status: answer.status, body: text && JSON.parse(text) };
  }
}
