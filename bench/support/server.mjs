// Starts the release binary, as a development server unless told otherwise, on a port of its own.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

export const binary = process.env.GATEHOUSE_BINARY ?? "build/gatehouse";

/** @param {{data: string, database?: string, args?: string[], env?: object}} options @returns {Promise<{child, url, stop}>} */
export async function startServer({ data, database, args, env = {} }) {
  const chosen = args ?? ["serve", "--dev", "--listen", "localhost:0", "--data", data, ...(database ? ["--database", database] : [])];
  const child = spawn(binary, chosen, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors = (errors + chunk).slice(-2000)));
  const url = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(JSON.parse(text.split("\n")[0]).url);
    });
    child.on("exit", (code) => reject(new Error(`gatehouse ended with ${code}: ${errors}`)));
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
