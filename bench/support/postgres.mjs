// A PostgreSQL cluster of its own, asked through its Unix socket as on one machine it would be; durable as a real one (fsync stays on); gone with stop().
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, chownSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const programs = "/usr/lib/postgresql/15/bin";

export const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });

/** The server refuses to run as root, so there it runs as the user that Debian's package makes. */
function asOwner(program, args) {
  const owner = process.getuid() === 0 ? ["runuser", "-u", "postgres", "--"] : [];
  const [command, ...rest] = [...owner, join(programs, program), ...args];
  const { status, stderr, stdout } = spawnSync(command, rest, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}${stdout}`);
}

/** @returns {Promise<{url: (name: string) => string, create: (name: string) => string, sql: (database: string, text: string) => string, stop: () => void}>} */
export async function startPostgres(folder, settings = "") {
  if (process.getuid() === 0) {
    const id = (flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
    chownSync(folder, id("-u"), id("-g"));
    execFileSync("chmod", ["o+x", join(folder, "..")]);
  }
  const data = join(folder, "data");
  asOwner("initdb", ["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", `--pgdata=${data}`]);
  const port = await freePort();
  appendFileSync(join(data, "postgresql.auto.conf"), `port = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '${folder}'\nlog_min_messages = panic\n${settings}\n`);
  asOwner("pg_ctl", [`--pgdata=${data}`, `--log=${join(folder, "log")}`, "--wait", "start"]);
  const url = (name) => `postgresql://postgres@/${name}?host=${encodeURIComponent(folder)}&port=${port}`;
  const sql = (database, text) => execFileSync(join(programs, "psql"), ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", url(database)], { input: text, encoding: "utf8", maxBuffer: 1 << 26 });
  return {
    url,
    sql,
    create: (name) => (sql("postgres", `CREATE DATABASE ${name}`), url(name)),
    stop: () => asOwner("pg_ctl", [`--pgdata=${data}`, "--wait", "--mode=fast", "stop"]),
  };
}
