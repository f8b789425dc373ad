// A throw-away server: the real binary on a free port, in memory or in a folder of its own. Stopping it checks that it ended
// well, that each log line is a JSON object, and that nothing secret which a test saw is in the logs.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "./client.mjs";
import { Mailbox } from "./mailbox.mjs";
import { binary } from "./paths.mjs";
import { SecretsSeen } from "./secrets.mjs";
import { databaseArguments } from "./store.mjs";

const startLimit = 20_000;
const stopLimit = 30_000;

const folders = [];
process.on("exit", () => folders.forEach(remove));

/** Again for a while: a browser that was told to end writes to its profile to the last. */
function remove(folder) {
  for (let tries = 1; ; ++tries) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (tries === 50) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}

/** A folder that is removed when the process ends. */
export function temporaryFolder(name = "gatehouse-test-") {
  const folder = mkdtempSync(join(tmpdir(), name));
  folders.push(folder);
  return folder;
}

const cleanEnvironment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GATEHOUSE_")));

/** Runs a command of the binary to its end: `{status, stdout, stderr}`. */
export function gatehouse(args, { input = "", env = {}, timeout = 60_000, cwd, program = binary } = {}) {
  const { status, signal, stdout, stderr, error } = spawnSync(program, [...args, ...databaseArguments(args, { env })], { input, encoding: "utf8", timeout, cwd, env: { ...cleanEnvironment(), ...env } });
  return { status: status ?? `ended by ${signal ?? error}`, stdout, stderr };
}

/** The same beside whatever else the test does. */
export function gatehouseBeside(args, { env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(binary, [...args, ...databaseArguments(args, { env })], { stdio: ["ignore", "pipe", "pipe"], env: { ...cleanEnvironment(), ...env } });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => (stdout += chunk));
    child.stderr.on("data", (chunk) => (stderr += chunk));
    child.on("close", (status, signal) => resolve({ status: status ?? `killed by ${signal}`, stdout, stderr }));
  });
}

export class Server {
  secrets = new SecretsSeen();
  stderr = "";
  stdout = "";
  #process;
  #ended;

  /**
   * `config` is the text of a gatehouse.toml, `data` a folder or ":memory:", `args` further arguments; `production` leaves
   * out --dev. `env` are settings as GATEHOUSE_SECTION__KEY; `program` another binary than the one under test.
   */
  constructor({ config, data = ":memory:", args = [], env = {}, production = false, listen = "localhost:0", program = binary } = {}) {
    const files = [];
    if (config) {
      const file = join(temporaryFolder(), "gatehouse.toml");
      writeFileSync(file, config, { mode: 0o600 });
      files.push("--config", file);
    }
    this.data = data;
    const mode = production ? [] : ["--dev"];
    const store = data === undefined ? [] : ["--data", data];
    const command = ["serve", ...mode, "--listen", listen, ...store, ...files, ...args];
    this.#process = spawn(program, [...command, ...databaseArguments(command, { config, env })], { stdio: ["ignore", "pipe", "pipe"], env: { ...cleanEnvironment(), ...env } });
    this.pid = this.#process.pid;
    this.#process.stdout.on("data", (chunk) => (this.stdout += chunk));
    this.#process.stderr.on("data", (chunk) => (this.stderr += chunk));
    this.#ended = new Promise((resolve) => this.#process.on("close", (status, signal) => resolve(status ?? signal)));
  }

  /** Waits for the first line on stdout, or fails with what the server said instead. */
  async started() {
    const deadline = Date.now() + startLimit;
    let over = false;
    this.#ended.then(() => (over = true));
    while (!this.stdout.includes("\n")) {
      if (over || Date.now() > deadline) {
        this.kill();
        assert.fail(`the server did not start: ${this.stderr.slice(-2000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.url = JSON.parse(this.stdout.slice(0, this.stdout.indexOf("\n"))).url;
    this.port = Number(new URL(this.url).port);
    this.client = new Client(this.url, { secrets: this.secrets });
    this.mailbox = new Mailbox(this.client);
    return this;
  }

  /** The log as objects; each line must be one JSON object. */
  get log() {
    return this.stderr
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        try {
          return JSON.parse(line);
        } catch {
          return assert.fail(`a log line is not JSON: ${line.slice(0, 2000)}`);
        }
      });
  }

  ended() {
    return this.#ended;
  }
  signal(name) {
    this.#process.kill(name);
  }
  kill() {
    this.#process.kill("SIGKILL");
    return this.#ended;
  }

  /** SIGTERM, then the checks that every server must pass. */
  async stop() {
    this.client?.close();
    this.#process.kill("SIGTERM");
    const late = setTimeout(() => this.kill(), stopLimit);
    const status = await this.#ended;
    clearTimeout(late);
    assert.ok(!/AddressSanitizer|runtime error:|ThreadSanitizer/.test(this.stderr), this.stderr.slice(-5000));
    assert.equal(status, 0, `the server ended with ${status}: ${this.stderr.slice(-3000)}`);
    this.checkLog();
  }

  checkLog() {
    assert.ok(this.log.every((line) => line.ts && line.level && line.event), "each log line has a time, a level and an event");
    assert.deepEqual(this.secrets.foundIn(this.stderr), [], "secrets in the log");
    assert.deepEqual(this.secrets.foundIn(this.stdout), [], "secrets on stdout");
  }
}

/** Starts a development server for a test file: `const server = await startServer(); after(() => server.stop());` */
export async function startServer(options) {
  return await new Server(options).started();
}
