// The bench (script/bench). Every figure stands beside a yardstick measured in the same run, since machines are noisy.
// Each file of rows/ measures one thing: its default export takes { folder, seconds, rounds, row, option }.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Report } from "./support/report.mjs";

const all = readdirSync(new URL("rows/", import.meta.url)).filter((file) => file.endsWith(".mjs")).map((file) => file.slice(0, -4));
// Long ones run only when they are named.
const long = ["large", "audit", "timing"];
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
if (process.argv.includes("--help")) {
  console.log(`script/bench [--only ROW,…] [--seconds 4] [--rounds 3] [--large]\n\nrows: ${all.join(", ")} (by name only: ${long.join(", ")})`);
  process.exit(0);
}
const seconds = Number(option("seconds", 4));
const rounds = Number(option("rounds", 3));
const chosen = process.argv.includes("--large") ? ["large"] : option("only")?.split(",") ?? all.filter((name) => !long.includes(name));
const unknown = chosen.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no row ${unknown.join(", ")}; there are ${all.join(", ")}`);
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), "gatehouse-bench-"));
const folder = () => mkdtempSync(join(work, "run-"));
const report = new Report();
report.head();
let failed = false;
for (const name of chosen) {
  const { default: measure } = await import(`./rows/${name}.mjs`);
  try {
    await measure({ folder, seconds, rounds, option, row: (...figures) => report.row(...figures) });
  } catch (error) {
    failed = true;
    console.error(`${name}: ${error.stack}`);
  }
}
rmSync(work, { recursive: true, force: true });
report.write({ seconds, rounds });
process.exit(failed ? 1 : 0);
