// The bench (bench/run). Every figure stands beside a yardstick measured in the same run, since machines are noisy.
import { spawn, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const seconds = Number(option("seconds", 4));
const rounds = Number(option("rounds", 3));
const only = option("only", "edge,token,sign-in,start,memory,binary").split(",");
const binary = "build/gatehouse";
const work = mkdtempSync(join(tmpdir(), "gatehouse-bench-"));
const json = { "content-type": "application/json" };
const median = (values) => values.slice().sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function startServer(data) {
  const child = spawn(binary, ["serve", "--dev", "--listen", "localhost:0", "--data", data], { stdio: ["ignore", "pipe", "ignore"] });
  const url = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(JSON.parse(text.split("\n")[0]).url);
    });
    child.on("exit", (code) => reject(new Error(`gatehouse ended with ${code}`)));
  });
  return { child, url, stop: () => new Promise((done) => (child.on("exit", done), child.kill("SIGTERM"))) };
}

async function startNginx(port) {
  const body = JSON.stringify({ status: "ok", filler: "x".repeat(250 - 27) });
  mkdirSync(join(work, "nginx"));
  const config = `daemon off; worker_processes ${cpus().length}; pid ${work}/nginx/pid; error_log stderr crit;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path ${work}/nginx/b; proxy_temp_path ${work}/nginx/p; fastcgi_temp_path ${work}/nginx/f; uwsgi_temp_path ${work}/nginx/u; scgi_temp_path ${work}/nginx/s;
  server { listen 127.0.0.1:${port}; location / { return 200 '${body}'; } } }`;
  writeFileSync(join(work, "nginx.conf"), config);
  const child = spawn("nginx", ["-c", join(work, "nginx.conf"), "-p", work], { stdio: "inherit" });
  const url = `http://127.0.0.1:${port}/`;
  for (let i = 0; i < 100; i++) {
    if (await fetch(url).then((r) => r.ok, () => false)) break;
    await sleep(50);
  }
  return { url, stop: () => new Promise((done) => (child.on("exit", done), child.kill("SIGTERM"))) };
}

/** Requests per second and the 99th percentile in microseconds, by wrk. */
function wrk(url, { headers = [], script, connections = 32, env = {} } = {}) {
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", ...headers.flatMap((h) => ["-H", h])];
  if (script) args.push("-s", script);
  const out = execFileSync("wrk", [...args, url], { encoding: "utf8", env: { ...process.env, ...env } });
  const unit = { us: 1, ms: 1e3, s: 1e6 };
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(out);
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(out);
  if (bad) throw new Error(`${bad[1]} answers of ${url} were no success`);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]), p99: Number(p99[1]) * unit[p99[2]] };
}

const password = "correct horse battery staple 9";
const makeUser = (url, name) =>
  fetch(`${url}/dev/users`, { method: "POST", headers: json, body: JSON.stringify({ email: `${name}@example.com`, password }) }).then((r) => r.json());

const rows = [];
const row = (name, ours, yardstick, ratio, bar) => {
  rows.push({ name, ours, yardstick, ratio: Number(ratio.toFixed(2)), bar });
  console.log(`${name.padEnd(34)} ${String(ours).padStart(14)} ${String(yardstick).padStart(22)} ${ratio.toFixed(2).padStart(7)}   ${bar}`);
};

async function edge(server) {
  const port = 20000 + (process.pid % 20000);
  const nginx = await startNginx(port);
  const { session } = await makeUser(server.url, "checker");
  const bearer = [`Authorization: Bearer ${session.token}`];
  const found = { nginx: [], session: [], healthz: [] };
  for (let i = 0; i < rounds; i++) {
    found.nginx.push(wrk(nginx.url));
    found.session.push(wrk(`${server.url}/v1/session`, { headers: bearer }));
    found.healthz.push(wrk(`${server.url}/healthz`));
  }
  await nginx.stop();
  const rate = (name) => median(found[name].map((r) => r.rate));
  const p99 = (name) => median(found[name].map((r) => r.p99));
  row("session check, requests/s", Math.round(rate("session")), `nginx ${Math.round(rate("nginx"))}`, rate("session") / rate("nginx"), ">= 0.75");
  row("session check, p99 us", Math.round(p99("session")), `nginx ${Math.round(p99("nginx"))}`, p99("session") / p99("nginx"), "<= 2");
  row("healthz, requests/s", Math.round(rate("healthz")), `nginx ${Math.round(rate("nginx"))}`, rate("healthz") / rate("nginx"), "");
}

async function token(server) {
  const { session } = await makeUser(server.url, "minter");
  const headers = [`Authorization: Bearer ${session.token}`];
  const found = { session: [], token: [] };
  writeFileSync(join(work, "post.lua"), 'wrk.method = "POST"\n');
  for (let i = 0; i < rounds; i++) {
    found.session.push(wrk(`${server.url}/v1/session`, { headers }).rate);
    found.token.push(wrk(`${server.url}/v1/token`, { headers, script: join(work, "post.lua") }).rate);
  }
  row("JWTs/s", Math.round(median(found.token)), `session ${Math.round(median(found.session))}`, median(found.token) / median(found.session), ">= 0.3");
}

async function signIn(server) {
  const users = 40;
  for (let n = 0; n < users; n++) await makeUser(server.url, `bench${n}`);
  const threads = cpus().length;
  const found = { ours: [], stock: [] };
  for (let i = 0; i < rounds; i++) {
    found.stock.push(Number(execFileSync("build/bench/stock_pwhash", [threads, seconds, 19456, 2].map(String), { encoding: "utf8" })));
    found.ours.push(wrk(`${server.url}/`, { script: "bench/sign_in.lua", connections: 8, env: { BENCH_USERS: String(users) } }).rate);
  }
  row("sign-ins/s", median(found.ours).toFixed(1), `crypto_pwhash ${median(found.stock).toFixed(1)}`, median(found.ours) / median(found.stock), ">= 1.4");
}

function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const mib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)[1]) / 1024;
  return { rss: mib("Rss"), anonymous: mib("Anonymous") };
}

async function start(data) {
  const times = [];
  for (let i = 0; i < 10; i++) {
    const begin = process.hrtime.bigint();
    const server = await startServer(data);
    const ok = await fetch(`${server.url}/readyz`).then((r) => r.ok);
    times.push(Number(process.hrtime.bigint() - begin) / 1e6);
    if (!ok) throw new Error("not ready");
    await server.stop();
  }
  row("exec to first 200, ms", median(times).toFixed(1), "bar 100", median(times) / 100, "<= 1");
}

const data = join(work, "data");
console.log(`${"what".padEnd(34)} ${"gatehouse".padStart(14)} ${"yardstick".padStart(22)} ${"ratio".padStart(7)}   bar`);
let server = await startServer(data);
try {
  if (only.includes("edge")) await edge(server);
  if (only.includes("token")) await token(server);
  if (only.includes("sign-in")) await signIn(server);
  if (only.includes("memory")) {
    await sleep(4500);
    const memory = memoryOf(server.child.pid);
    row("idle anonymous memory, MiB", memory.anonymous.toFixed(1), "bar 14", memory.anonymous / 14, "<= 1");
    row("idle resident memory, MiB", memory.rss.toFixed(1), "bar 32", memory.rss / 32, "<= 1");
  }
  await server.stop();
  if (only.includes("start")) await start(data);
  if (only.includes("binary")) {
    const size = statSync(binary).size / 1024 / 1024;
    row("release binary, MiB", size.toFixed(1), "bar 20", size / 20, "<= 1");
  }
} finally {
  server.child.kill("SIGKILL");
  rmSync(work, { recursive: true, force: true });
}
mkdirSync("build/bench", { recursive: true });
writeFileSync("build/bench/result.json", JSON.stringify({ cores: cpus().length, cpu: cpus()[0].model, seconds, rounds, rows }, null, 2));
