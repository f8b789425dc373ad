// Clients that hold on to things: silent ones, slow ones, ones that never read, and more sign-ins than there is memory
// for (T54, T57). The others are served meanwhile, and afterwards all is as before.
import assert from "node:assert/strict";
import net from "node:net";
import { after, before, test } from "node:test";
import { Client } from "../support/client.mjs";
import { goodPassword, person, tally, times } from "../support/people.mjs";
import { probeWhile } from "../support/prober.mjs";
import { isSanitized, mayOpen, openFiles, peakMemory, residentMemory } from "../support/process.mjs";
import { startServer } from "../support/server.mjs";

const config = '[server]\nidle_timeout = "2s"\nread_timeout = "2s"\nwrite_timeout = "2s"\n';
let server;
before(async () => {
  mayOpen(8192);
  server = await startServer({ config });
});
after(() => server.stop());

const head = (target, more = "") => `GET ${target} HTTP/1.1\r\nHost: localhost:${server.port}\r\n${more}\r\n`;

/** A raw connection: `closed` resolves with the milliseconds that it lasted, `text` is what came. */
function connection({ read = true } = {}) {
  const socket = net.connect(server.port, "localhost");
  const made = { socket, text: "" };
  const begin = performance.now();
  if (read) socket.on("data", (chunk) => (made.text += chunk));
  else socket.pause();
  socket.on("error", () => {});
  made.open = new Promise((resolve) => socket.once("connect", resolve));
  made.closed = new Promise((resolve) => socket.once("close", () => resolve(performance.now() - begin)));
  // The end of a stream that nobody reads is not told to its reader: a write to it fails.
  if (!read) made.closed = Promise.race([made.closed, new Promise((resolve) => socket.once("error", () => resolve(performance.now() - begin)))]);
  return made;
}
const within = (promise, ms, what) => Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error(what)), ms).unref())]);

/** Runs an attack while a healthy client asks on; answers its slowest answer but one in a hundred, in ms. */
async function beside(attack) {
  const { p99, count, statuses } = await probeWhile(`${server.url}/healthz`, attack);
  assert.deepEqual(statuses, { 200: count });
  return p99;
}

/** The server's open files once nothing of an attack is left. */
async function quietFiles(wanted) {
  for (let i = 0; i < 400 && openFiles(server.pid) > wanted; ++i) await new Promise((resolve) => setTimeout(resolve, 20));
  return openFiles(server.pid);
}

test("T57 2,000 silent connections are closed by the deadline, and nobody else notices", { timeout: 120_000 }, async (t) => {
  const flood = async () => {
    const silent = await times(2000, () => connection());
    await Promise.all(silent.map(({ open }) => open));
    const lasted = await within(Promise.all(silent.map(({ closed }) => closed)), 20_000, "silent connections stay open");
    assert.ok(Math.max(...lasted) < 15_000, `the last one stayed for ${Math.max(...lasted)} ms`);
  };
  server.client.close();
  const files = await quietFiles(0);
  await flood();
  await quietFiles(files);
  const memory = residentMemory(server.pid);
  const p99 = await beside(flood);
  t.diagnostic(`a healthy client's p99 beside it: ${p99.toFixed(1)} ms`);
  assert.ok(p99 < 500, `a healthy client waited ${p99} ms`);
  assert.ok((await quietFiles(files)) <= files + 2, `${openFiles(server.pid)} files are open, and ${files} were before`);
  if (isSanitized(server.pid)) return;
  assert.ok(residentMemory(server.pid) < memory + 8, `${residentMemory(server.pid)} MiB after the second flood, ${memory} after the first`);
});

test("T57 a header and a body that come at a byte a second are given up, with 408 or none", { timeout: 60_000 }, async () => {
  const bytes = { header: head("/healthz"), body: `POST /v1/sign-in HTTP/1.1\r\nHost: localhost:${server.port}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n` };
  const slow = times(100, (i) => {
    const made = connection();
    const text = i % 2 ? bytes.header : `${" ".repeat(1000)}`;
    if (i % 2 === 0) made.socket.write(bytes.body);
    let at = 0;
    const drip = setInterval(() => made.socket.write(text[at++ % text.length]), 1000);
    return made.closed.then((lasted) => (clearInterval(drip), { lasted, text: made.text }));
  });
  const p99 = await beside(async () => {
    for (const { lasted, text } of await within(slow, 30_000, "a slow client was never given up")) {
      assert.ok(lasted < 15_000, `it was borne for ${lasted} ms`);
      assert.ok(text === "" || text.startsWith("HTTP/1.1 408 "), text.slice(0, 100));
    }
  });
  assert.ok(p99 < 500, `a healthy client waited ${p99} ms`);
});

test("T57 a client that asks and never reads is dropped, and holds no more than its own buffers meanwhile", { timeout: 60_000 }, async () => {
  const files = openFiles(server.pid);
  const greedy = await times(20, async () => {
    const made = connection({ read: false });
    await made.open;
    made.socket.write(head("/v1/openapi.json").repeat(300));
    return made;
  });
  const until = async (holds, what) => within((async () => {
    while (!holds(openFiles(server.pid))) await new Promise((resolve) => setTimeout(resolve, 20));
  })(), 30_000, what);
  await until((open) => open >= files + 15, "the connections were not accepted");
  const p99 = await beside(() => until((open) => open <= files + 2, "clients that never read are kept"));
  assert.ok(p99 < 500, `a healthy client waited ${p99} ms`);
  greedy.forEach(({ socket }) => socket.destroy());
});

test("T57 1,000 requests in one pipeline are answered, each once and in order", { timeout: 60_000 }, async () => {
  const made = connection();
  await made.open;
  made.socket.write(Array.from({ length: 1000 }, (_, i) => head(i % 2 ? "/healthz" : `/v1/nothing-${i}`)).join("") + head("/healthz", "Connection: close\r\n"));
  await within(made.closed, 30_000, "the pipeline was not finished");
  const statuses = [...made.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);
  assert.equal(statuses.length, 1001);
  assert.deepEqual(statuses, Array.from({ length: 1000 }, (_, i) => (i % 2 ? "200" : "404")).concat("200"));
});

test("T54 200 sign-ins at once with the longest passwords take no more memory than the threads that hash, and each refusal says when to come again", { timeout: 120_000 }, async (t) => {
  const crowded = await startServer({ config: "[server]\nhash_threads = 2\nhash_queue = 16\n" });
  try {
    const people = await times(8, () => person(crowded, { password: `${"long ".repeat(50)}${goodPassword().slice(0, 6)}` }));
    const before = residentMemory(crowded.pid);
    const crowd = new Client(crowded.url, { secrets: crowded.secrets, connections: 200 });
    let answers;
    const checks = await probeWhile(`${crowded.url}/v1/session`, async () => {
      answers = await times(200, (i) => crowd.post("/v1/sign-in", { email: people[i % 8].email, password: people[i % 8].password }));
    }, { Authorization: `Bearer ${people[0].token}` });
    crowd.close();
    const seen = tally(answers);
    t.diagnostic(`${JSON.stringify(seen)}, ${checks.count} session checks beside them: p50 ${checks.p50.toFixed(1)} ms, p99 ${checks.p99.toFixed(1)} ms`);
    assert.equal((seen[200] ?? 0) + (seen[429] ?? 0) + (seen[503] ?? 0), 200, JSON.stringify(seen));
    assert.ok(seen[200] >= 2 && seen[503] >= 1, `a queue of 16 can't hold them all: ${JSON.stringify(seen)}`);
    for (const { status, headers, body } of answers.filter(({ status }) => status !== 200)) {
      assert.ok(Number(headers["retry-after"]) >= 1);
      assert.equal(body.code, status === 503 ? "overloaded" : "throttled");
    }
    assert.deepEqual(checks.statuses, { 200: checks.count });
    assert.ok(checks.p50 < 100 && checks.p99 < 500, `session checks waited ${checks.p99} ms`);
    const used = peakMemory(crowded.pid) - before;
    t.diagnostic(`${used.toFixed(1)} MiB more at the most`);
    if (!isSanitized(crowded.pid)) assert.ok(used <= 2 * 19 + 16, `${used} MiB, for two hashes of 19 MiB at once`);
  } finally {
    await crowded.stop();
  }
});
