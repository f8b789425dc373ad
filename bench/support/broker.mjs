// A nats-server with JetStream in files, and a reader that is not ours. The client library is that of the tests: `npm ci` in
// tests/ first.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./postgres.mjs";

const { connect } = createRequire(join(process.cwd(), "tests/package.json"))("nats");

export class Broker {
  static async make(folder) {
    const broker = new Broker();
    broker.folder = folder;
    broker.port = await freePort();
    broker.url = `nats://127.0.0.1:${broker.port}`;
    return broker;
  }

  async start() {
    this.child = spawn("nats-server", ["-js", "-sd", this.folder, "-a", "127.0.0.1", "-p", String(this.port)], { stdio: "ignore" });
    for (let i = 0; ; i++) {
      try {
        this.link = await connect({ servers: this.url, timeout: 1_000 });
        break;
      } catch (error) {
        if (i > 100) throw error;
        await sleep(50);
      }
    }
    this.jetstream = this.link.jetstream();
    this.manager = await this.link.jetstreamManager();
  }

  async stop() {
    await this.link?.close();
    this.link = undefined;
    const ended = new Promise((done) => this.child.on("exit", done));
    this.child.kill("SIGTERM");
    await ended;
  }

  async count() {
    try {
      return (await this.manager.streams.info("IDENTITY")).state.messages;
    } catch {
      return 0;
    }
  }

  /** Every message as `{stored, event}`: when the broker stored it, in milliseconds, and what it says. */
  async read() {
    const messages = await this.count();
    const found = [];
    const consumer = await this.jetstream.consumers.get("IDENTITY");
    const batch = await consumer.consume({ max_messages: 5_000 });
    for await (const message of batch) {
      found.push({ stored: message.info.timestampNanos / 1e6, event: message.json() });
      if (found.length === messages) break;
    }
    await batch.close();
    return found;
  }
}

/** Throws where a user's events did not come one after another. */
export function checkOrder(messages) {
  const last = new Map();
  for (const { event } of messages) {
    if (event.subject === undefined) continue;
    const before = last.get(event.subject) ?? 0;
    if (event.userversion <= before) continue; // a repetition, which consumers drop by its id
    if (event.userversion !== before + 1) throw new Error(`${event.subject}: ${event.userversion} came after ${before}`);
    last.set(event.subject, event.userversion);
  }
}
