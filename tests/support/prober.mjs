// A healthy client in a thread of its own: it asks on and on while a test does its worst, and its times are not those of
// the test's own event loop.
import http from "node:http";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

if (!isMainThread) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const times = [];
  const statuses = {};
  let busy = true;
  parentPort.on("message", () => (busy = false));
  const ask = () =>
    new Promise((resolve, reject) => {
      const begin = performance.now();
      http
        .get(workerData.url, { agent, headers: workerData.headers }, (response) => {
          response.resume();
          response.on("end", () => {
            times.push(performance.now() - begin);
            statuses[response.statusCode] = (statuses[response.statusCode] ?? 0) + 1;
            resolve();
          });
        })
        .on("error", reject);
    });
  while (busy) {
    await ask();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  agent.destroy();
  parentPort.postMessage({ times: times.sort((a, b) => a - b), statuses });
}

/** Asks `url` until `work` is done; answers `{p50, p99, count, statuses}` in ms. */
export async function probeWhile(url, work, headers = {}) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { url, headers } });
  const done = new Promise((resolve, reject) => worker.on("message", resolve).on("error", reject));
  try {
    await work();
  } finally {
    worker.postMessage("stop");
  }
  const { times, statuses } = await done.finally(() => worker.terminate()); // its port would keep the test's process alive
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { p50: at(0.5), p99: at(0.99), count: times.length, statuses };
}
