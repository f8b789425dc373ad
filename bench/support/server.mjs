// Starts the release binary, as a development server unless told otherwise, on a port of its own.
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const binary = process.env.GATEHOUSE_BINARY ?? "build/gatehouse";

/** @param {{data: string, database?: string, args?: string[], env?: object}} options @returns {Promise<{child, url, stop}>} */
export async function startServer({ data, database, args, env = {} }) {
  const chosen = args ?? ["serve", "--dev", "--listen", "localhost:0", "--data", data, ...(database ? ["--database", database] : [])];
  // Its log goes to a file, as a service's does: a reader here would take the time of what is measured.
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-bench-log-"));
  const log = openSync(join(folder, "log"), "a+");
  const child = spawn(binary, chosen, { stdio: ["ignore", "pipe", log], env: { ...process.env, ...env } });
  child.on("exit", () => {
    closeSync(log);
    rmSync(folder, { recursive: true, force: true });
  });
  const url = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(JSON.parse(text.split("\n")[0]).url);
    });
    child.prependListener("exit", (code) => reject(new Error(`gatehouse ended with ${code}: ${readFileSync(join(folder, "log"), "utf8").slice(-2000)}`)));
  });
  const stop = () =>
    new Promise((done) => {
      if (child.exitCode !== null || child.signalCode !== null) return done();
      child.on("exit", done);
      child.kill("SIGTERM");
    });
  return { child, url, stop };
}

export const password = "correct horse battery staple 9";

/** A confirmed user with a session: `{user, session}` as /dev/users answers. */
export async function makeUser(url, name) {
  const body = JSON.stringify({ email: `${name}@example.com`, password });
  const answer = await fetch(`${url}/dev/users`, { method: "POST", headers: { "content-type": "application/json" }, body });
  if (!answer.ok) throw new Error(`/dev/users answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

/** Resident and anonymous memory of a process in MiB. */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const mib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)[1]) / 1024;
  return { resident: mib("Rss"), anonymous: mib("Anonymous") };
}
