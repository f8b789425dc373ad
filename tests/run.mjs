// Runs every HTTP test file against the built binary, or those whose path contains an argument:
//   npm test                                         all, on SQLite
//   npm test -- admin csrf                           files that match
//   GATEHOUSE_TEST_STORE=postgres npm test           those whose subject touches the store, on PostgreSQL
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { PostgresCluster } from "./support/postgres.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const postgres = process.env.GATEHOUSE_TEST_STORE === "postgres";

/** Not run again on PostgreSQL: they make their own databases, or say nothing about the store. */
const onceIsEnough = [
  /^conformance\/(backup_restore|migrations|replicas|store_faults|store_connections)\./, // both stores, or PostgreSQL, by themselves
  /^conformance\/(mail_|vault|rotation)/, // mail providers and keys
  /^conformance\/(oauth_(google|apple|github_discord|id_tokens|bad_days|redirects|token_types|doctor)|\w+_standin)\./, // sign-in providers
  /^(browser|crash|regression)\//,
  /^api\/(browser_rules|hosts_and_framing|sign_up_privacy|production|exhaustion|full_disk|hostile_text)\./, // the edge, and what production or a disk refuses
];

const files = ["api", "contract", "conformance", "browser", "regression", "crash"].flatMap((folder) => {
  try {
    return readdirSync(join(here, folder)).filter((name) => name.endsWith(".test.mjs")).map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
});
const matching = files.filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)));
const chosen = matching.filter((file) => !postgres || wanted.length > 0 || !onceIsEnough.some((pattern) => pattern.test(file)));
if (chosen.length === 0) {
  console.error(`no test file matches ${wanted.join(" ")}`);
  process.exit(1);
}
const env = { ...process.env };
if (postgres && !env.GATEHOUSE_TEST_POSTGRES) env.GATEHOUSE_TEST_POSTGRES = (await PostgresCluster.start()).url;
// Node 18 has no --test-concurrency; there the files run as many at a time as there are cores.
const limited = Number(process.versions.node.split(".")[0]) >= 20 ? ["--test-concurrency=2"] : [];
const { status } = spawnSync(process.execPath, ["--test", ...limited, ...chosen.map((file) => relative(process.cwd(), join(here, file)))], { stdio: "inherit", env });
process.exit(status ?? 1);
