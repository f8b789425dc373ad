// Signing: the local signer beside OpenSSL's, and tokens by Vault Transit, many to a call, beside one call a token.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import http from "node:http";
import { startVault } from "../../tests/support/vault_transit.mjs";
import { interleave, median, ratioOf, wrk } from "../support/load.mjs";
import { makeUser, startServer } from "../support/server.mjs";

const run = async (program, ...args) => (await promisify(execFile)(program, args.map(String))).stdout;

/** Signatures per second as `openssl speed` counts them, on one thread. */
async function opensslSigns(seconds) {
  const text = await run("openssl", "speed", "-seconds", seconds, "ed25519");
  return Number(/EdDSA \(Ed25519\).*?s\s+[\d.]+s\s+([\d.]+)/.exec(text)[1]);
}

async function bareSigner({ seconds, rounds, row }) {
  const found = await interleave(rounds, {
    openssl: () => opensslSigns(seconds),
    ours: async () => Number(await run("build/bench/local_signer", seconds)),
  });
  row("access tokens signed/s, one thread", Math.round(median(found.ours)), `openssl ed25519 ${Math.round(median(found.openssl))}`, ratioOf(found.ours, found.openssl), ">= 1.5");
}

const delay = 5;
const slowly = async () => {
  const vault = await startVault();
  vault.intercept = ({ path }) => (path.includes("/sign/") ? { delay } : undefined);
  return vault;
};

/** What one call a token gives: each signature asked for after the one before, over one kept connection. */
async function oneByOne(vault, seconds) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({ input: Buffer.from("header.payload").toString("base64"), key_version: 1, marshaling_algorithm: "jws" });
  const call = () =>
    new Promise((resolve, reject) => {
      const request = http.request(`${vault.address}/v1/transit/sign/gatehouse-signing`, { agent, method: "POST", headers: { "X-Vault-Token": "root-token" } }, (answer) => {
        answer.resume().on("end", () => (answer.statusCode === 200 ? resolve() : reject(new Error(`the stand-in answered ${answer.statusCode}`))));
      });
      request.on("error", reject).end(body);
    });
  const began = performance.now();
  let signed = 0;
  for (; performance.now() - began < seconds * 1000; ++signed) await call();
  agent.destroy();
  return signed / ((performance.now() - began) / 1000);
}

async function coalescing({ folder, seconds, rounds, row }) {
  const vault = await slowly();
  const env = { GATEHOUSE_KEYS__PROVIDER: "vault", GATEHOUSE_KEYS__VAULT__ADDRESS: vault.address, GATEHOUSE_KEYS__VAULT__TOKEN: "root-token" };
  const server = await startServer({ data: folder(), env });
  try {
    const { session } = await makeUser(server.url, "minter");
    const headers = [`Authorization: Bearer ${session.token}`];
    const found = await interleave(rounds, {
      single: () => oneByOne(vault, seconds),
      together: async () => (await wrk(`${server.url}/v1/token`, { seconds, headers, script: "bench/post.lua", connections: 64 })).rate,
    });
    const [together, single] = [median(found.together), median(found.single)];
    row(`JWTs/s by Vault, ${delay} ms a call, 64 clients`, Math.round(together), `one call a token ${Math.round(single)}`, together / single, ">= 20");
  } finally {
    await server.stop();
    await vault.stop();
  }
}

export default async function keys(given) {
  await bareSigner(given);
  await coalescing(given);
}
