// A million people beside a thousand, on both databases, in one run: session checks that miss the map, sign-ins, pages of
// lists, and searches. The figure is the ratio of their 99th percentiles. So that a busy moment decides nothing, the
// calls of a row go to the two installations in turn, the first of each pair changing, and come in several rounds over
// all rows; of so many calls the 99th percentile is no outlier. Each round's first calls of a row are not counted: they
// prepare statements, and fill caches that the row before emptied.
import { installation } from "../support/installation.mjs";
import { measurements } from "../support/large_calls.mjs";
import { median, quantile } from "../support/load.mjs";
import { startPostgres } from "../support/postgres.mjs";

const uncounted = 20;

/** Calls each of the two in turn, and adds the milliseconds of what is counted to `times`. */
async function compare(name, call, places, times, count) {
  for (let i = 0; i < count + uncounted; ++i)
    for (const size of i % 2 ? ["large", "small"] : ["small", "large"]) {
      const { status, ms, body } = await call(places[size]);
      const expected = name.endsWith("nobody") ? 401 : 200;
      if (status !== expected) throw new Error(`${name} answered ${status} ${JSON.stringify(body)}`);
      if (i >= uncounted) times[size].push(ms);
    }
}

async function measureAll(places, { only, calls, rounds }) {
  const chosen = Object.entries(measurements).filter(([name]) => !only || name.includes(only));
  const found = new Map(chosen.map(([name]) => [name, { small: [], large: [] }]));
  for (let round = 0; round < rounds; ++round)
    for (const [name, call] of chosen) await compare(name, call, places, found.get(name), Math.ceil(calls / rounds));
  return found;
}

export default async function large({ folder, row, option }) {
  const sizes = { small: 1000, large: Number(option("users", 1_000_000)) };
  const chosen = { only: option("rows"), calls: Number(option("calls", 1000)), rounds: 5 };
  for (const kind of option("database", "sqlite,postgres").split(",")) {
    const postgres = kind === "postgres" ? await startPostgres(folder(), "shared_buffers = '512MB'\nmax_wal_size = '4GB'") : undefined;
    const places = {};
    try {
      for (const [size, users] of Object.entries(sizes)) places[size] = await installation({ kind, users, folder, postgres });
      for (const [name, times] of await measureAll(places, chosen)) {
        const p99 = { small: quantile(times.small, 0.99), large: quantile(times.large, 0.99) };
        const medians = `p50 ${median(times.large).toFixed(2)}/${median(times.small).toFixed(2)}`;
        row(`${kind}: ${name}, p99 ms`, p99.large.toFixed(2), `${p99.small.toFixed(2)} (${medians})`, p99.large / p99.small, "<= 1.5");
      }
    } finally {
      for (const place of Object.values(places)) await place.server.stop();
      postgres?.stop();
    }
  }
}
