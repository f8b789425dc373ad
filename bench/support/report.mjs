// The table on the terminal and the JSON beside it.
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";

export class Report {
  rows = [];
  head() {
    console.log(`${"what".padEnd(44)} ${"gatehouse".padStart(12)} ${"yardstick".padStart(24)} ${"ratio".padStart(7)}   bar`);
  }
  /** `bar` is "" or a comparison with the ratio, such as ">= 0.75". */
  row(name, ours, yardstick, ratio, bar = "") {
    const met = bar === "" ? "" : holds(ratio, bar) ? "met" : "MISSED";
    this.rows.push({ name, ours, yardstick, ratio: Number(ratio.toFixed(3)), bar, met });
    console.log(`${name.padEnd(44)} ${String(ours).padStart(12)} ${String(yardstick).padStart(24)} ${ratio.toFixed(2).padStart(7)}   ${bar.padEnd(8)} ${met}`);
  }
  write(options) {
    mkdirSync("build/bench", { recursive: true });
    writeFileSync("build/bench/result.json", JSON.stringify({ cores: cpus().length, cpu: cpus()[0].model, ...options, rows: this.rows }, null, 2));
  }
}

function holds(ratio, bar) {
  const [, sign, limit] = /^(>=|<=) ([\d.]+)$/.exec(bar);
  return sign === ">=" ? ratio >= Number(limit) : ratio <= Number(limit);
}
