// `gatehouse audit verify` over a million rows that the service's own writer and sealer made.
import { execFileSync } from "node:child_process";
import { binary } from "../support/server.mjs";

export default async function audit({ folder, row, option }) {
  const rows = Number(option("audit-rows", 1_000_000));
  const data = folder();
  execFileSync("build/bench/audit_rows", [data, String(rows)], { stdio: "inherit" });
  const begin = performance.now();
  const said = execFileSync(binary, ["audit", "verify", "--dev", "--data", data], { encoding: "utf8" });
  const seconds = (performance.now() - begin) / 1000;
  if (!said.includes(`whole: ${rows} rows`)) throw new Error(said);
  row(`audit verify, s for ${rows} rows`, seconds.toFixed(1), "bar 10", seconds / 10, "<= 1");
}
