// Runs every HTTP test file against the built binary, or those whose path contains an argument:
//   npm test                 all
//   npm test -- admin csrf   files that match
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const files = ["api", "contract", "conformance", "browser", "regression"].flatMap((folder) => {
  try {
    return readdirSync(join(here, folder)).filter((name) => name.endsWith(".test.mjs")).map((name) => join(here, folder, name));
  } catch {
    return [];
  }
});
const chosen = files.filter((file) => wanted.length === 0 || wanted.some((word) => relative(here, file).includes(word)));
if (chosen.length === 0) {
  console.error(`no test file matches ${wanted.join(" ")}`);
  process.exit(1);
}
// Node 18 has no --test-concurrency; there the files run as many at a time as there are cores.
const limited = Number(process.versions.node.split(".")[0]) >= 20 ? ["--test-concurrency=2"] : [];
const { status } = spawnSync(process.execPath, ["--test", ...limited, ...chosen.map((file) => relative(process.cwd(), file))], { stdio: "inherit" });
process.exit(status ?? 1);
