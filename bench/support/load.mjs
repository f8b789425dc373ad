// The load generator, and what is made of its figures.
import { execFile } from "node:child_process";
import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const run = promisify(execFile);

setFlagsFromString("--expose-gc");
/** Before times are taken in this process: what it gathered meanwhile would be collected within them. */
export const collectGarbage = runInNewContext("gc");

export const median = (values) => quantile(values, 0.5);
export function quantile(values, q) {
  const sorted = values.slice().sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

/** How many times the second one's the first one's measurements are, each compared with its neighbour in time: a shared machine is faster in one minute than in the next, and its memory more so. */
export const ratioOf = (ours, yardstick) => median(ours.map((each, i) => each / yardstick[i]));

/** Requests per second and the 99th percentile in microseconds, by wrk. An answer that is no success is an error. */
export async function wrk(url, { seconds, headers = [], script, connections = 32, env = {}, allowErrors = false } = {}) {
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", ...headers.flatMap((h) => ["-H", h])];
  if (script) args.push("-s", script);
  const { stdout } = await run("wrk", [...args, url], { env: { ...process.env, ...env } });
  const unit = { us: 1, ms: 1e3, s: 1e6 };
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout);
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(stdout);
  if (bad && !allowErrors) throw new Error(`${bad[1]} answers of ${url} were no success`);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]), p99: Number(p99[1]) * unit[p99[2]], bad: bad ? Number(bad[1]) : 0 };
}

/** How long somebody waits who asks 500 times a second at most, over one connection: the 99th percentile in microseconds. */
export async function pacedP99(url, { seconds, headers }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = () => new Promise((resolve, reject) => get(url, { agent, headers }, (answer) => answer.resume().on("end", () => resolve(answer.statusCode))).on("error", reject));
  const waits = [];
  try {
    for (const end = performance.now() + seconds * 1000; performance.now() < end; await sleep(2)) {
      const from = performance.now();
      const status = await ask();
      waits.push((performance.now() - from) * 1000);
      if (status !== 200) throw new Error(`${url} answered ${status}`);
    }
  } finally {
    agent.destroy();
  }
  return quantile(waits, 0.99);
}

/** Runs the named measurements one after the other, `rounds` times, so that noise meets each alike. */
export async function interleave(rounds, measurements) {
  const found = Object.fromEntries(Object.keys(measurements).map((name) => [name, []]));
  for (let i = 0; i < rounds; i++) {
    for (const [name, measure] of Object.entries(measurements)) found[name].push(await measure());
  }
  return found;
}

/** Runs the yardstick before and after each of the named measurements, which then stands beside the mean of the two. */
export async function bracket(rounds, yardstick, measurements) {
  const found = Object.fromEntries(Object.keys(measurements).map((name) => [name, { ours: [], yardstick: [] }]));
  let before = await yardstick();
  for (let i = 0; i < rounds; i++) {
    for (const [name, measure] of Object.entries(measurements)) {
      found[name].ours.push(await measure());
      const after = await yardstick();
      found[name].yardstick.push((before + after) / 2);
      before = after;
    }
  }
  return found;
}
