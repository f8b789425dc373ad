// The long crash runs by themselves: NAME [ROUNDS or SECONDS] [--seed N] [--store sqlite|postgres]. Prints a line a round and,
// at the end or at the first finding, what ran and the seed that repeats it. Exit status 0 when nothing was found.
import { EventLoop } from "./event_loop.mjs";
import { History, grace, limit } from "./history.mjs";
import { KillLoop } from "./kill_loop.mjs";
import { checkHistory } from "./model.mjs";
import { PostgresCluster } from "../support/postgres.mjs";

const usage = (why) => (console.error(`${why}; usage: kill|histories|crash-events [COUNT] [--seed N] [--store sqlite|postgres]`), process.exit(2));
const [name, ...rest] = process.argv.slice(2);
const options = { seed: Math.floor(Math.random() * 2 ** 31) };
while (rest.length > 0) {
  const word = rest.shift();
  if (word === "--seed") options.seed = Number(rest.shift());
  else if (word === "--store") options.store = rest.shift();
  else if (/^\d+$/.test(word)) options.count = Number(word);
  else usage(`unknown argument ${word}`);
}
if (!Number.isInteger(options.seed)) usage("--seed wants a whole number");
if (options.store && !["sqlite", "postgres"].includes(options.store)) usage(`there is no store ${options.store}`);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

const { seed } = options;
const stores = options.store ? [options.store] : ["sqlite", "postgres"];
const clusterFor = async (store) => (store === "postgres" ? await PostgresCluster.start() : undefined);

/** Rounds of a loop on each store, each said as it ends. */
async function rounds(Loop, usual) {
  for (const store of stores) {
    const count = options.count ?? usual[store];
    console.log(`==> ${name}: ${count} rounds on ${store}, --seed ${seed}`);
    const loop = new Loop({ store, cluster: await clusterFor(store), seed, note: (line) => console.log(`${store} ${line}`) });
    try {
      await loop.run((done) => done >= count);
    } finally {
      console.log(`${store}, seed ${seed}: ${JSON.stringify(loop.report)}`);
    }
  }
}

async function histories() {
  const count = options.count ?? 600;
  console.log(`==> histories: ${count} seconds, --seed ${seed}`);
  const { operations, kills } = await new History({ url: (await clusterFor("postgres")).createDatabase(), seed }).record(count * 1000);
  const findings = checkHistory(operations, { grace, limit });
  console.log(`${operations.length} operations, ${kills} kills, ${findings.length} findings`);
  if (findings.length > 0) throw new Error(findings.join("\n"));
}

const runs = {
  kill: () => rounds(KillLoop, { sqlite: 500, postgres: 200 }),
  "crash-events": () => rounds(EventLoop, { sqlite: 200, postgres: 200 }),
  histories,
};
if (!runs[name]) usage(`there is no run ${name}`);
try {
  await runs[name]();
  console.log("nothing was found");
  process.exit(0);
} catch (error) {
  console.error(error.stack ?? error);
  process.exit(1);
}
