// An installation with many people, for the `large` row.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Caller } from "./caller.mjs";
import { isDisabled, populationSql, sessionId, sessionToken, tokensSql } from "./population.mjs";
import { makeUser, password, startServer } from "./server.mjs";

const settings = `[session]
cache_size = 0
[throttle]
enabled = false
[password]
argon2_memory_kib = 8192
argon2_iterations = 1
[roles.seller]
permissions = ["shop.sell"]
`;

/** An installation with so many people: its server, an administrator, and the tokens of some of the sessions. */
export async function installation({ kind, users, folder, postgres }) {
  const data = folder();
  const config = join(folder(), "gatehouse.toml");
  writeFileSync(config, settings, { mode: 0o600 });
  const name = `people_${users}`;
  const start = () => startServer({ data, args: ["serve", "--dev", "--listen", "localhost:0", "--data", data, "--config", config, ...(postgres ? ["--database", postgres.url(name)] : [])] });
  const sql = postgres ? (text) => postgres.sql(name, text) : (text) => execFileSync("sqlite3", [join(data, "gatehouse.db")], { input: text, encoding: "utf8", maxBuffer: 1 << 26 });
  if (postgres) postgres.create(name);

  const first = await start();
  const admin = await fetch(`${first.url}/dev/users`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ email: "admin@example.com", password, roles: ["admin"] }) }).then((r) => r.json());
  await makeUser(first.url, "model");
  await first.stop();
  const passwordHash = sql(`SELECT password_hash FROM ${postgres ? "identity." : ""}users WHERE email_canonical = 'model@example.com';`).trim();
  sql(populationSql(kind, { users, passwordHash }));
  const owned = Array.from({ length: 1500 }, () => 1 + Math.floor(Math.random() * 2 * users)).filter((n) => !isDisabled(Math.floor((n + 1) / 2)));
  const tokens = owned.map((n) => [sessionId(n), sessionToken(sessionId(n))]);
  sql(tokensSql(kind, tokens));
  const server = await start();
  // A session may have been drawn twice: the token that was written last is the one that holds.
  return { users, server, admin: new Caller(server.url, admin.session.token), public: new Caller(server.url), tokens: [...new Map(tokens)] };
}
