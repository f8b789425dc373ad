// Sign-ins beside the bare hash of libsodium, and the memory that is left when they have ended. People mostly come back
// on a device that the service knows; from a new one each sign-in also makes a device, a mail and its link.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bracket, median, ratioOf, wrk } from "../support/load.mjs";
import { makeUser, memoryOf, password, startServer } from "../support/server.mjs";

const users = 200;

async function knownDevice(url, name) {
  await makeUser(url, name);
  const body = JSON.stringify({ email: `${name}@example.com`, password });
  const answer = await fetch(`${url}/v1/sign-in`, { method: "POST", headers: { "content-type": "application/json" }, body });
  return (await answer.json()).device_token;
}

/** Sign-ins per second of a running server, from known devices and from new ones, beside crypto_pwhash alone on as many threads, and what the service's own hasher reaches alone. */
export async function signInRows(server, { folder, row, bar, where = "", ...run }) {
  // Longer than the yardstick's windows, since what is under way at a window's end is not counted; and many, since how
  // fast memory is, which is what a hash is made of, changes on a shared machine from one to the next.
  const rounds = 2 * run.rounds;
  const seconds = 2 * run.seconds;
  const devices = join(folder(), "devices");
  const tokens = [];
  for (let n = 0; n < users; n++) tokens.push(await knownDevice(server.url, `bench${n}`));
  writeFileSync(devices, tokens.map((token) => `${token}\n`).join(""));
  const threads = cpus().length;
  const signIns = (env) => async () =>
    (await wrk(`${server.url}/`, { seconds, script: "bench/sign_in.lua", connections: 8, env: { BENCH_USERS: String(users), ...env } })).rate;
  const program = (name, ...parameters) => () => Number(execFileSync(`build/bench/${name}`, [threads, run.seconds, ...parameters].map(String), { encoding: "utf8" }));
  const found = await bracket(rounds, program("stock_pwhash", 19456, 2), { known: signIns({ BENCH_DEVICES: devices }), fresh: signIns({}), hasher: program("hasher") });
  const report = (name, { ours, yardstick }, ...bars) => row(name, median(ours).toFixed(1), `crypto_pwhash ${median(yardstick).toFixed(1)}`, ratioOf(ours, yardstick), ...bars);
  report(`sign-ins/s${where}`, found.known, bar);
  report(`sign-ins/s${where}, each from a new device`, found.fresh, bar);
  report(`hashes/s alone, beside sign-ins${where}`, found.hasher);
}

export default async function signIn({ folder, seconds, rounds, row }) {
  const server = await startServer({ data: folder() });
  try {
    await signInRows(server, { folder, seconds, rounds, row, bar: ">= 1.4" });
    await sleep(4000);
    const memory = memoryOf(server.child.pid);
    row("anonymous memory 4 s later, MiB", memory.anonymous.toFixed(1), "14", memory.anonymous / 14, "<= 1");
    row("resident memory 4 s later, MiB", memory.resident.toFixed(1), "32", memory.resident / 32, "<= 1");
  } finally {
    await server.stop();
  }
}
