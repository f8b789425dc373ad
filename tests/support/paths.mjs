// Where things are.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const openapiFile = join(root, "packages/contracts/generated/openapi.json");

const places = [process.env.GATEHOUSE_BINARY, join(root, "build/gatehouse"), join(root, "build/release/gatehouse"), join(root, "build/dev/gatehouse")];

/** The program under test: GATEHOUSE_BINARY, else what script/build made, else the development build. */
export const binary = places.find((path) => path && existsSync(path));
if (!binary) throw new Error("there is no gatehouse to test: run script/build, or set GATEHOUSE_BINARY");

/** A build that knows failpoints (apps/api/src/failpoint); GATEHOUSE_FAILPOINT_BINARY, else the development build. */
export const crashable = process.env.GATEHOUSE_FAILPOINT_BINARY ?? join(root, "build/dev/gatehouse");
/** The build that ships, where it has been made. */
export const shipped = [join(root, "build/gatehouse"), join(root, "build/release/gatehouse")].find((path) => existsSync(path));
