// A real NATS server with JetStream in a folder of its own, on a free port that it keeps over stops and starts, and a
// reader that is independent of ours.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { connect } from "nats";
import { freePort } from "./ports.mjs";
import { temporaryFolder } from "./server.mjs";

export { freePort };

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until `condition` gives something, and gives that. */
export async function until(condition, what, limit = 30_000) {
  const deadline = Date.now() + limit;
  for (;;) {
    const found = await condition();
    if (found) return found;
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
    await pause(50);
  }
}

export class Nats {
  #process;
  #folder = temporaryFolder("gatehouse-nats-");

  constructor(port) {
    this.port = port;
    this.url = `nats://127.0.0.1:${port}`;
  }

  static async onFreePort() {
    return new Nats(await freePort());
  }

  /** `user` and `pass`: what it then asks of everybody. */
  async start({ user, pass } = {}) {
    const login = user ? ["--user", user, "--pass", pass] : [];
    this.#process = spawn("nats-server", ["-js", "-sd", this.#folder, "-a", "127.0.0.1", "-p", String(this.port), ...login], { stdio: "ignore" });
    const ended = new Promise((resolve) => this.#process.on("close", resolve));
    this.ended = () => ended;
    await until(async () => {
      try {
        await (await connect({ servers: this.url, reconnect: false, timeout: 1_000, user, pass })).close();
        return true;
      } catch {
        return false;
      }
    }, "nats-server to start");
    return this;
  }

  async stop() {
    this.#process.kill("SIGTERM");
    await this.ended();
  }

  /** As if its disk had been replaced; it must not run. */
  wipe() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  kill() {
    this.#process?.kill("SIGKILL");
    return this.ended?.();
  }

  /** A connection of the test's own, with its JetStream manager. */
  async connection() {
    const link = await connect({ servers: this.url });
    return { link, jetstream: link.jetstream(), manager: await link.jetstreamManager(), close: () => link.close() };
  }
}

/** How many messages a stream holds; none where there is no such stream. */
export async function countOf({ manager }, stream) {
  try {
    return (await manager.streams.info(stream)).state.messages;
  } catch (error) {
    if (/stream not found/.test(error.message)) return 0;
    throw error;
  }
}

/** Every message of a stream in its order: `{subject, id, replay, text, event}`. */
export async function readStream({ jetstream, manager }, stream) {
  const { messages } = (await manager.streams.info(stream)).state;
  const found = [];
  if (messages === 0) return found;
  const consumer = await jetstream.consumers.get(stream);
  for await (const message of await consumer.fetch({ max_messages: messages, expires: 10_000 })) {
    const text = message.string();
    found.push({ subject: message.subject, id: message.headers?.get("Nats-Msg-Id"), replay: message.headers?.get("Gatehouse-Replay"), text, event: JSON.parse(text) });
    if (found.length === messages) break;
  }
  assert.equal(found.length, messages, `all of ${stream} was read`);
  return found;
}
