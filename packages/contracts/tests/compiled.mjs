// The package compiled into a temporary folder, once a test process, so that tests never read a stale dist/.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { contracts } from "../generate/lib.mjs";

let folder;

/** Imports a module of the compiled package, e.g. "events/identity.js". */
export async function compiled(module) {
  if (!folder) {
    folder = mkdtempSync(join(tmpdir(), "contracts-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    execFileSync(process.execPath, [join(contracts, "node_modules/typescript/bin/tsc"), "-p", contracts, "--outDir", folder], { stdio: "inherit" });
    writeFileSync(join(folder, "package.json"), '{"type":"module"}\n');
  }
  return import(pathToFileURL(join(folder, module)));
}
