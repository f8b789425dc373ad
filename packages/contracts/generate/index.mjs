// Every generated file of the contracts, from its source. `node generate/index.mjs [--check] [NAME…]`
// writes what has changed; with --check it writes nothing, names each file that has drifted, and exits 1.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./lib.mjs";

export const names = ["errors", "config", "providers", "events", "openapi", "typescript"];

/** The generated files as an object of path (from the repository's root) to text. */
export async function generate(wanted = names) {
  const files = {};
  for (const name of wanted) Object.assign(files, (await import(`./${name}.mjs`)).generate());
  return files;
}

/** The paths whose committed text is not what the sources give. */
export function drifted(files) {
  return Object.keys(files).filter((path) => {
    const file = join(root, path);
    return !existsSync(file) || readFileSync(file, "utf8") !== files[path];
  });
}

async function main(args) {
  const check = args.includes("--check");
  const wanted = args.filter((arg) => !arg.startsWith("--"));
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length) throw new Error(`no such generator: ${unknown.join(", ")} (there are ${names.join(", ")})`);
  const files = await generate(wanted.length ? wanted : names);
  for (const path of drifted(files)) {
    if (check) {
      console.error(`${path} is not what its source gives: run script/contracts and commit the result`);
      process.exitCode = 1;
      continue;
    }
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), files[path]);
    console.log(`wrote ${path}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
