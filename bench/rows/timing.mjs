// Whether the time of an answer tells what an address is (T42): 2,000 and more interleaved calls at addresses that are
// known, unknown, disabled, not confirmed, pending and without a password. Medians within 5 %, and Mann-Whitney's
// probability against the known ones. Each address is asked once, so that no cap or absorbed request mixes the two paths.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Caller } from "../support/caller.mjs";
import { median } from "../support/load.mjs";
import { address, isDisabled, populationSql, userId } from "../support/population.mjs";
import { makeUser, startServer } from "../support/server.mjs";
import { mannWhitney, shuffled } from "../support/statistics.mjs";

// The caps would take the mail away after the first sixty; what they cost is one statement for every address alike.
const settings = `[throttle]
enabled = false
`;
const newPassword = () => `quiet ${randomBytes(9).toString("hex")} harbour`;

/** Addresses of each kind, as many as the calls will ask for. */
function addresses({ sql, count }) {
  const pool = Array.from({ length: 12 * count }, (_, i) => i + 1);
  const active = pool.filter((n) => !isDisabled(n));
  const kinds = { known: active.slice(0, 4 * count), unconfirmed: active.slice(4 * count, 6 * count), "without a password": active.slice(6 * count, 8 * count), disabled: pool.filter(isDisabled).slice(0, count) };
  const ids = (list) => list.map((n) => `'${userId(n)}'`).join(",");
  sql(`UPDATE users SET email_verified_at = NULL WHERE id IN (${ids(kinds.unconfirmed)}); UPDATE users SET password_hash = NULL WHERE id IN (${ids(kinds["without a password"])});`);
  return Object.fromEntries(Object.entries(kinds).map(([kind, list]) => [kind, list.map(address)]));
}

const calls = {
  "sign-in": (caller, email) => caller.call("POST", "/v1/sign-in", { json: { email, password: newPassword() } }),
  "sign-up": (caller, email) => caller.call("POST", "/v1/sign-up", { json: { email, password: newPassword() } }),
  forgot: (caller, email) => caller.call("POST", "/v1/password/forgot", { json: { email } }),
  resend: (caller, email) => caller.call("POST", "/v1/email/verify/resend", { json: { email } }),
};

async function measure(caller, name, kinds, count) {
  const times = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, []]));
  for (let i = 0; i < count; ++i)
    for (const kind of shuffled(Object.keys(kinds))) {
      const { status, ms } = await calls[name](caller, kinds[kind][i]);
      if (status !== (name === "sign-in" ? 401 : 202)) throw new Error(`${name} at ${kind} answered ${status}`);
      if (i >= 10) times[kind].push(ms);
    }
  return times;
}

export default async function timing({ folder, row, option }) {
  const count = Number(option("calls", 400)) + 10;
  const data = folder();
  const config = join(folder(), "gatehouse.toml");
  writeFileSync(config, settings, { mode: 0o600 });
  const start = () => startServer({ data, args: ["serve", "--dev", "--listen", "localhost:0", "--data", data, "--config", config] });
  const sql = (text) => execFileSync("sqlite3", [join(data, "gatehouse.db")], { input: text, encoding: "utf8", maxBuffer: 1 << 26 });
  const first = await start();
  await makeUser(first.url, "model");
  await first.stop();
  const passwordHash = sql("SELECT password_hash FROM users WHERE email_canonical = 'model@example.com';").trim();
  sql(populationSql("sqlite", { users: 12 * count, passwordHash }));
  const found = addresses({ sql, count });
  const server = await start();
  try {
    const caller = new Caller(server.url);
    const wanted = option("kinds")?.split(",") ?? Object.keys(calls);
    for (const [at, name] of wanted.entries()) {
      const share = (list) => list.slice((at * list.length) / wanted.length).concat(list);
      const kinds = Object.fromEntries(["known", "disabled", "unconfirmed", "without a password"].map((kind) => [kind, share(found[kind])]));
      kinds.unknown = Array.from({ length: count }, (_, i) => `nobody.${name}.${i}@example.com`);
      const times = await measure(caller, name, kinds, count);
      const known = median(times.known);
      for (const [kind, list] of Object.entries(times).filter(([kind]) => kind !== "known")) {
        const ratio = Math.max(median(list), known) / Math.min(median(list), known);
        const p = mannWhitney(times.known, list);
        row(`${name} at ${kind}, median ms`, median(list).toFixed(3), `known ${known.toFixed(3)} (p ${p.toFixed(3)})`, ratio, "<= 1.05");
      }
    }
  } finally {
    await server.stop();
  }
}
