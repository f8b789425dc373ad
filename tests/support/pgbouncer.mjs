// A real PgBouncer before a cluster, in one of its modes.
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { until } from "./nats.mjs";
import { freePort } from "./ports.mjs";
import { temporaryFolder } from "./server.mjs";

const program = "/usr/sbin/pgbouncer";
export const hasPgBouncer = existsSync(program);

export class PgBouncer {
  #process;

  static async start(cluster, mode) {
    const bouncer = new PgBouncer();
    bouncer.port = await freePort();
    const folder = temporaryFolder("gatehouse-pgbouncer-");
    chmodSync(folder, 0o755);
    const file = join(folder, "pgbouncer.ini");
    writeFileSync(file, `[databases]\n* = host=127.0.0.1 port=${cluster.port} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${bouncer.port}\nauth_type = any\npool_mode = ${mode}\nunix_socket_dir =\nmax_client_conn = 200\ndefault_pool_size = 20\n`);
    const id = (option) => Number(spawnSync("id", [option, "postgres"], { encoding: "utf8" }).stdout);
    const owner = process.getuid() === 0 ? { uid: id("-u"), gid: id("-g") } : {};
    bouncer.#process = spawn(program, [file], { stdio: "ignore", ...owner });
    await until(
      () =>
        new Promise((resolve) => {
          const probe = net.connect(bouncer.port, "127.0.0.1", () => (probe.destroy(), resolve(true))).on("error", () => resolve(false));
        }),
      "PgBouncer to listen",
    );
    return bouncer;
  }

  stop() {
    const ended = new Promise((resolve) => this.#process.on("close", resolve));
    this.#process.kill("SIGTERM");
    // Its first SIGTERM waits for clients in some versions.
    setTimeout(() => this.#process.kill("SIGKILL"), 2_000).unref();
    return ended;
  }
}
