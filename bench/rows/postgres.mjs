// On PostgreSQL: session checks from the map beside those on SQLite, session checks that miss it beside pgbench's prepared
// point reads with as many clients, and sign-ins beside the bare hash.
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { interleave, median, ratioOf, wrk } from "../support/load.mjs";
import { populationSql, sessionId, sessionToken, tokensSql } from "../support/population.mjs";
import { startPostgres } from "../support/postgres.mjs";
import { makeUser, startServer } from "../support/server.mjs";
import { signInRows } from "./sign_in.mjs";

const clients = 32;
const programs = "/usr/lib/postgresql/15/bin";
const run = promisify(execFile);

async function pgbench(url, seconds) {
  const { stdout } = await run(join(programs, "pgbench"), ["--select-only", "--protocol=prepared", `--client=${clients}`, "--jobs=1", `--time=${seconds}`, "--no-vacuum", url]);
  return Number(/tps = ([\d.]+)/.exec(stdout)[1]);
}

/** Checks of many sessions on a server that remembers none, and is otherwise as it comes. */
async function missingTheMap({ cluster, start, file }) {
  const database = cluster.create("missing");
  const server = await start({ database, env: { GATEHOUSE_SESSION__CACHE_SIZE: "0" } });
  const { user } = await makeUser(server.url, "model");
  const hash = cluster.sql("missing", `SELECT password_hash FROM identity.users WHERE id = '${user.id}'`).trim();
  cluster.sql("missing", populationSql("postgres", { users: 20_000, passwordHash: hash }));
  // Sessions 1 and 2 are the first user's, and so on; every tenth user is disabled.
  const tokens = Array.from({ length: 4000 }, (_, i) => 20 * (i >> 1) + 1 + (i & 1)).map((n) => [sessionId(n), sessionToken(sessionId(n))]);
  cluster.sql("missing", tokensSql("postgres", tokens));
  writeFileSync(file, tokens.map(([, token]) => `${token}\n`).join(""));
  return (seconds) => wrk(`${server.url}/v1/session`, { seconds, script: "bench/tokens.lua", connections: clients, env: { BENCH_TOKENS: file } });
}

export default async function postgres({ folder, seconds, rounds, row }) {
  const cluster = await startPostgres(folder(), "max_connections = 200\nshared_buffers = '256MB'");
  const servers = [];
  try {
    const start = async (options) => {
      const server = await startServer({ data: folder(), ...options });
      servers.push(server);
      return server;
    };
    const sqlite = await start({});
    const mapped = await start({ database: cluster.create("mapped") });
    const missing = await missingTheMap({ cluster, start, file: join(folder(), "tokens") });
    const yardstick = cluster.create("yardstick");
    await run(join(programs, "pgbench"), ["--initialize", "--quiet", "--scale=10", yardstick]);

    const check = async (server) => {
      const { session } = await makeUser(server.url, "checker");
      return () => wrk(`${server.url}/v1/session`, { seconds, headers: [`Authorization: Bearer ${session.token}`], connections: clients });
    };
    const found = await interleave(rounds, { sqlite: await check(sqlite), mapped: await check(mapped), missing: () => missing(seconds), pgbench: () => pgbench(yardstick, seconds) });
    const rates = (name) => found[name].map((each) => each.rate ?? each);
    const report = (what, name, yardstick, yardstickName, bar) =>
      row(what, Math.round(median(rates(name))), `${yardstickName} ${Math.round(median(rates(yardstick)))}`, ratioOf(rates(name), rates(yardstick)), bar);
    report("session checks/s, map, on PostgreSQL", "mapped", "sqlite", "SQLite", ">= 0.9");
    report("session checks/s past the map", "missing", "pgbench", "pgbench -S", ">= 0.5");
    // Not measured any more, and they still look at the database many times a second.
    for (const server of servers.splice(0)) {
      if (server === mapped) servers.push(server);
      else await server.stop();
    }
    await signInRows(mapped, { folder, seconds, rounds, row, bar: ">= 1.3", where: " on PostgreSQL" });
  } finally {
    for (const server of servers) await server.stop();
    cluster.stop();
  }
}
