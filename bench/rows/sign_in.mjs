// Sign-ins beside the bare hash of libsodium, and the memory that is left when they have ended. People mostly come back
// on a device that the service knows; from a new one each sign-in also makes a device, a mail and its link.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { interleave, median, ratioOf, wrk } from "../support/load.mjs";
import { makeUser, memoryOf, password, startServer } from "../support/server.mjs";

const users = 200;

async function knownDevice(url, name) {
  await makeUser(url, name);
  const body = JSON.stringify({ email: `${name}@example.com`, password });
  const answer = await fetch(`${url}/v1/sign-in`, { method: "POST", headers: { "content-type": "application/json" }, body });
  return (await answer.json()).device_token;
}

/** Sign-ins per second of a running server, from known devices and from new ones, beside crypto_pwhash alone on as many threads, and what the service's own hasher reaches alone; interleaved. */
export async function signInRows(server, { folder, row, bar, where = "", ...run }) {
  // Twice as long and as many windows as other rows: what is under way at a window's end is not counted, and how fast
  // memory is, which is what a hash is made of, changes on a shared machine from one window to the next.
  const [seconds, rounds] = [run.seconds * 2, run.rounds * 2];
  const devices = join(folder(), "devices");
  const tokens = [];
  for (let n = 0; n < users; n++) tokens.push(await knownDevice(server.url, `bench${n}`));
  writeFileSync(devices, tokens.map((token) => `${token}\n`).join(""));
  const threads = cpus().length;
  const signIns = (env) => async () =>
    (await wrk(`${server.url}/`, { seconds, script: "bench/sign_in.lua", connections: 8, env: { BENCH_USERS: String(users), ...env } })).rate;
  const program = (name, ...parameters) => () => Number(execFileSync(`build/bench/${name}`, [threads, seconds, ...parameters].map(String), { encoding: "utf8" }));
  const found = await interleave(rounds, {
    hasher: program("hasher"),
    stock: program("stock_pwhash", 19456, 2),
    known: signIns({ BENCH_DEVICES: devices }),
    fresh: signIns({}),
  });
  const yardstick = `crypto_pwhash ${median(found.stock).toFixed(1)}`;
  const report = (name, measured, ...bars) => row(name, median(measured).toFixed(1), yardstick, ratioOf(measured, found.stock), ...bars);
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
