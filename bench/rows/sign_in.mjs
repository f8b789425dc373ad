// Sign-ins beside the bare hash of libsodium, and the memory that is left when they have ended.
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { interleave, median, wrk } from "../support/load.mjs";
import { makeUser, memoryOf, startServer } from "../support/server.mjs";

const users = 200;

/** Sign-ins per second of a running server, and of crypto_pwhash alone on as many threads, interleaved. */
export async function signInsBesideHash(server, { seconds, rounds }) {
  for (let n = 0; n < users; n++) await makeUser(server.url, `bench${n}`);
  const threads = cpus().length;
  const found = await interleave(rounds, {
    stock: () => Number(execFileSync("build/bench/stock_pwhash", [threads, seconds, 19456, 2].map(String), { encoding: "utf8" })),
    ours: async () => (await wrk(`${server.url}/`, { seconds, script: "bench/sign_in.lua", connections: 8, env: { BENCH_USERS: String(users) } })).rate,
  });
  return { ours: median(found.ours), stock: median(found.stock) };
}

export default async function signIn({ folder, seconds, rounds, row }) {
  const server = await startServer({ data: folder() });
  try {
    const { ours, stock } = await signInsBesideHash(server, { seconds, rounds });
    row("sign-ins/s", ours.toFixed(1), `crypto_pwhash ${stock.toFixed(1)}`, ours / stock, ">= 1.4");
    await sleep(4000);
    const memory = memoryOf(server.child.pid);
    row("anonymous memory 4 s later, MiB", memory.anonymous.toFixed(1), "14", memory.anonymous / 14, "<= 1");
    row("resident memory 4 s later, MiB", memory.resident.toFixed(1), "32", memory.resident / 32, "<= 1");
  } finally {
    await server.stop();
  }
}
