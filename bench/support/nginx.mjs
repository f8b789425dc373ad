// The yardstick of the edge: nginx that answers 250 static bytes of JSON.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export async function startNginx(work) {
  const port = 20000 + (process.pid % 20000);
  const own = join(work, "nginx");
  mkdirSync(own, { recursive: true });
  const body = JSON.stringify({ status: "ok", filler: "x".repeat(250 - 27) });
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${own}/${name};`).join(" ");
  writeFileSync(
    join(own, "nginx.conf"),
    `daemon off; worker_processes ${cpus().length}; pid ${own}/pid; error_log stderr crit;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000; default_type application/json; ${temporary}
  server { listen 127.0.0.1:${port}; location / { return 200 '${body}'; } } }`,
  );
  const child = spawn("nginx", ["-c", join(own, "nginx.conf"), "-p", own], { stdio: "inherit" });
  const url = `http://127.0.0.1:${port}/`;
  for (let i = 0; i < 100 && !(await fetch(url).then((r) => r.ok, () => false)); i++) await sleep(50);
  return { url, stop: () => new Promise((done) => (child.on("exit", done), child.kill("SIGTERM"))) };
}
