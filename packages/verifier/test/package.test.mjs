// The npm package as a service gets it: packed, installed in an empty project beside jose and nothing else, type-checked, run.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

const verifier = fileURLToPath(new URL("..", import.meta.url));
const npm = (args, cwd) => execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
function node(args, cwd) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

const program = `
import { createTestIssuer, expressGuard, fastifyGuard, requirePermission, requireRecentAuth, requireRole, TokenError, verifyAccessToken, type AccessTokenClaims, type GuardOptions, type RevocationFeed } from "@gatehouse/verifier";

const issuer = await createTestIssuer({ algorithm: "ES256" });
const revocations: RevocationFeed = { ready: Promise.resolve(), stale: false, isRevoked: ({ sid }) => sid === "ended", stop: async () => {} };
const options: GuardOptions = { ...issuer.options, revocations, require: [requireRole("seller"), requirePermission("payouts.write"), requireRecentAuth({ maxAge: 300 })] };
const claims: AccessTokenClaims = await verifyAccessToken(await issuer.mint({ sub: "ada", roles: ["seller"] }), options);
const refused: unknown = await verifyAccessToken(await issuer.mint({ sid: "ended" }), options).catch((error: unknown) => error);
console.log(JSON.stringify({ sub: claims.sub, roles: claims.roles, refused: refused instanceof TokenError && refused.code, guards: [typeof expressGuard(options), typeof fastifyGuard(options)] }));
`;

test("the packed package needs jose alone, and type-checks and runs in a clean project", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "verifier-"));
  try {
    const output = npm(["pack", "--json", "--silent", "--pack-destination", folder], verifier);
    const [{ filename, files }] = JSON.parse(output.slice(output.search(/^\[/m)));
    const names = files.map((file) => file.path);
    for (const wanted of ["dist/index.js", "dist/index.d.ts", "README.md"]) assert.ok(names.includes(wanted), `${wanted} is not in the package`);
    assert.deepEqual(names.filter((name) => /test\/|vectors\/|src\/|node_modules/.test(name)), []);

    const project = join(folder, "project");
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), '{"type":"module","private":true}\n');
    cpSync(join(verifier, "node_modules/jose"), join(folder, "jose"), { recursive: true });
    npm(["install", "--offline", "--install-links", "--no-audit", "--no-fund", join(folder, filename), join(folder, "jose")], project);
    assert.deepEqual(readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith(".")), ["@gatehouse", "jose"]);
    writeFileSync(join(project, "main.ts"), program);
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: { strict: true, target: "es2022", module: "nodenext", lib: ["es2022", "dom"], types: [] } }));
    assert.equal(node([join(verifier, "node_modules/typescript/bin/tsc"), "-p", "."], project), "");
    assert.deepEqual(JSON.parse(node(["main.js"], project)), { sub: "ada", roles: ["seller"], refused: "invalid_token", guards: ["function", "function"] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
