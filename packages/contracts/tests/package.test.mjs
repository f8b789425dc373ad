// The npm package as others get it: packed, installed in an empty project, imported and type-checked there.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { contracts } from "../generate/lib.mjs";

function node(args, cwd) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

const npm = (args, cwd) => execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

const program = `
import { createIdentityService, IdentityError, type Actor, type ChallengeId, type MfaResult, type Role, type Session, type SessionResult } from "@gatehouse/contracts/api/identity";
import { parseIdentityEvent, TOPICS, type IdentityEvent } from "@gatehouse/contracts/events/identity";
import schema from "@gatehouse/contracts/schemas/identity.user.signed_up.schema.json" with { type: "json" };
import claims from "@gatehouse/contracts/schemas/jwt.schema.json" with { type: "json" };
import vectors from "@gatehouse/contracts/jwt-vectors.json" with { type: "json" };

const event: IdentityEvent = parseIdentityEvent(schema.examples[0]);
if (event.type === "identity.user.signed_up") {
  const email: string = event.data.email;
  if (email !== "ada@example.com") throw new Error(email);
}
const identity = createIdentityService({ baseUrl: "http://localhost:1" });
const actor: Promise<Actor | null> = identity.getActorBySessionToken("gths_x");
const role: Role = "seller";
export type Used = [ChallengeId, MfaResult, Session, SessionResult];
actor.then(
  () => { throw new Error("nobody answers at port 1"); },
  (error: unknown) => {
    if (!(error instanceof IdentityError) || error.code !== "unreachable") throw error;
    console.log(JSON.stringify({ topics: TOPICS.length, role, jwt: claims.title, vectors: vectors.accept.length >= 10 && vectors.reject.length >= 30 }));
  },
);
`;

test("the packed package imports and type-checks from a clean project", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "package-"));
  try {
    const output = npm(["pack", "--json", "--silent", "--pack-destination", folder], contracts);
    const [{ filename, files }] = JSON.parse(output.slice(output.search(/^\[/m)));
    const names = files.map((file) => file.path);
    for (const wanted of ["dist/api/identity.js", "dist/api/identity.d.ts", "dist/events/identity.js", "api/openapi.yaml", "jwt.md"])
      assert.ok(names.includes(wanted), `${wanted} is not in the package`);
    assert.deepEqual(names.filter((name) => /test|generate\/|node_modules|\.hpp$/.test(name)), []);

    const project = join(folder, "project");
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), '{"type":"module","private":true}\n');
    npm(["install", "--offline", "--no-audit", "--no-fund", join(folder, filename)], project);
    writeFileSync(join(project, "main.ts"), program);
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: { strict: true, target: "es2022", module: "nodenext", resolveJsonModule: true } }));
    assert.equal(node([join(contracts, "node_modules/typescript/bin/tsc"), "-p", "."], project), "");
    assert.deepEqual(JSON.parse(node(["main.js"], project)), { topics: 19, role: "seller", jwt: "Claims of a Gatehouse access token", vectors: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
