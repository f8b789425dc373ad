// A million people beside a thousand, on both databases, in one run: session checks that miss the map, sign-ins, pages of
// lists, and searches. Each call goes to the two installations in turn, so that noise meets both; the figure is the ratio
// of their 99th percentiles.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Caller } from "../support/caller.mjs";
import { median, quantile } from "../support/load.mjs";
import { address, isDisabled, populationSql, sessionId, sessionToken, tokensSql, userId } from "../support/population.mjs";
import { startPostgres } from "../support/postgres.mjs";
import { makeUser, password, startServer } from "../support/server.mjs";

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
async function installation({ kind, users, folder, postgres }) {
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

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const someone = ({ users }) => 1 + Math.floor(Math.random() * users);

/** Walks a list page by page; a step is one page, from the first one again after the last or the 200th. */
function pages(query, limit = 20) {
  const places = new Map();
  return async (place) => {
    const { cursor, count } = places.get(place) ?? { count: 0 };
    const answer = await place.admin.call("GET", `${query}${query.includes("?") ? "&" : "?"}limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
    places.set(place, { cursor: count < 200 ? answer.body.next_cursor : undefined, count: count < 200 ? count + 1 : 0 });
    return answer;
  };
}
const admin = (path) => (place) => place.admin.call("GET", path(place));

const measurements = {
  "session checks past the map": (place) => place.public.call("GET", "/v1/session", { headers: { Authorization: `Bearer ${pick(place.tokens)[1]}` } }),
  "sign-ins": (place) => place.public.call("POST", "/v1/sign-in", { json: { email: address(1 + 10 * Math.floor(Math.random() * (place.users / 10))), password } }),
  "sign-ins of nobody": (place) => place.public.call("POST", "/v1/sign-in", { json: { email: `nobody${someone(place)}@example.com`, password } }),
  "a user by id": admin((place) => `/v1/admin/users/${userId(someone(place))}`),
  "a user by address": admin((place) => `/v1/admin/users?email=${address(someone(place))}`),
  "sessions of a user": admin((place) => `/v1/admin/users/${userId(someone(place))}/sessions`),
  "users, page by page": pages("/v1/admin/users"),
  "users by a prefix of many": pages("/v1/admin/users?query=ada"),
  "users by a prefix of few": admin((place) => `/v1/admin/users?query=${address(someone(place)).slice(0, 9)}`),
  "users by nobody's prefix": admin(() => "/v1/admin/users?query=zzz"),
  "users disabled": pages("/v1/admin/users?status=disabled"),
  "users of a rare role": pages("/v1/admin/users?role=support"),
  "users of a common role": pages("/v1/admin/users?role=seller"),
  "users of a role and status": pages("/v1/admin/users?role=seller&status=disabled"),
  "users by prefix and status": pages("/v1/admin/users?query=ada&status=disabled", 3),
  "users by prefix and role": pages("/v1/admin/users?query=ada&role=support", 3),
  "attempts, page by page": pages("/v1/admin/login-attempts"),
  "attempts that failed": pages("/v1/admin/login-attempts?outcome=failure"),
  "attempts of a user": admin((place) => `/v1/admin/login-attempts?user_id=${userId(someone(place))}`),
  "audit, page by page": pages("/v1/admin/audit"),
  "counts for the front page": admin(() => "/v1/admin/stats"),
};

async function compare(name, call, small, large, count) {
  const times = { small: [], large: [] };
  for (let i = 0; i < count + 20; ++i)
    for (const [size, place] of Object.entries({ small, large })) {
      const { status, ms, body } = await call(place);
      const expected = name.endsWith("nobody") ? 401 : 200;
      if (status !== expected) throw new Error(`${name} answered ${status} ${JSON.stringify(body)}`);
      if (i >= 20) times[size].push(ms);
    }
  return times;
}

export default async function large({ folder, row, option }) {
  const users = Number(option("users", 1_000_000));
  const count = Number(option("calls", 300));
  const kinds = option("database", "sqlite,postgres").split(",");
  for (const kind of kinds) {
    const postgres = kind === "postgres" ? await startPostgres(folder(), "shared_buffers = '512MB'\nmax_wal_size = '4GB'") : undefined;
    const places = [];
    try {
      for (const size of [1000, users]) places.push(await installation({ kind, users: size, folder, postgres }));
      for (const [name, call] of Object.entries(measurements)) {
        if (option("rows") && !name.includes(option("rows"))) continue;
        const times = await compare(name, call, ...places, count);
        const p99 = { small: quantile(times.small, 0.99), large: quantile(times.large, 0.99) };
        const medians = `p50 ${median(times.large).toFixed(2)}/${median(times.small).toFixed(2)}`;
        row(`${kind}: ${name}, p99 ms`, p99.large.toFixed(2), `${p99.small.toFixed(2)} (${medians})`, p99.large / p99.small, "<= 1.5");
      }
    } finally {
      for (const place of places) await place.server.stop();
      postgres?.stop();
    }
  }
}
