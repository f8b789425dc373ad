// `gatehouse worker` processes beside a server without workers.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { until, freePort } from "./nats.mjs";
import { binary } from "./paths.mjs";

export class Worker {
  stderr = "";

  /** `args`: which installation, as the server was told. */
  static async start(args) {
    const worker = new Worker();
    worker.ops = `localhost:${await freePort()}`;
    worker.process = spawn(binary, ["worker", "--ops-listen", worker.ops, ...args], { stdio: ["ignore", "ignore", "pipe"] });
    worker.process.stderr.on("data", (chunk) => (worker.stderr += chunk));
    worker.ended = new Promise((resolve) => worker.process.on("close", (status, signal) => resolve(status ?? signal)));
    let over;
    worker.ended.then((how) => (over = how));
    await until(() => over || worker.stderr.includes("worker_started"), "a worker to start");
    assert.equal(over, undefined, worker.stderr.slice(-2000));
    return worker;
  }

  kill() {
    this.process.kill("SIGKILL");
    return this.ended;
  }

  async stop() {
    this.process.kill("SIGTERM");
    assert.equal(await this.ended, 0, this.stderr.slice(-3000));
    assert.ok(!/AddressSanitizer|runtime error:/.test(this.stderr), this.stderr.slice(-5000));
  }
}
