import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JWK, type JSONWebKeySet, type KeyLike } from "jose";
import type { AccessTokenClaims } from "./claims.js";
import type { KeySource } from "./keys.js";
import type { Algorithm, VerifyOptions } from "./verify.js";

export interface TestIssuerOptions {
  issuer?: string;
  audience?: string;
  algorithm?: Algorithm;
}

export interface TestIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: JSONWebKeySet;
  /** For verifyAccessToken and the guards: `{ ...issuer.options, require: […] }`. */
  readonly options: VerifyOptions & { keys: KeySource };
  /** A person's token; claims given replace the usual ones, and `undefined` leaves one out. */
  mint(claims?: { [claim: string]: unknown }): Promise<string>;
  /** A service's token. */
  mintService(name: string, permissions?: readonly string[]): Promise<string>;
  /** A new key signs from now on; the old ones still verify. */
  rotate(): Promise<void>;
}

/** An issuer with keys of its own, so that services test their authorization with no server. Never for production. */
export async function createTestIssuer({ issuer = "https://id.test", audience = "platform", algorithm = "EdDSA" }: TestIssuerOptions = {}): Promise<TestIssuer> {
  const jwks: { keys: JWK[] } = { keys: [] };
  let signer!: { kid: string; key: KeyLike | Uint8Array };
  let resolve!: ReturnType<typeof createLocalJWKSet>;
  let count = 0;

  async function rotate(): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(algorithm);
    signer = { kid: `test-${jwks.keys.length + 1}`, key: privateKey };
    jwks.keys.push({ ...(await exportJWK(publicKey)), kid: signer.kid, alg: algorithm, use: "sig" });
    resolve = createLocalJWKSet(jwks);
  }

  async function sign(claims: Record<string, unknown>): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: issuer, aud: audience, iat: now, nbf: now, exp: now + 300, jti: `test-token-${String(++count).padStart(8, "0")}`, ...claims };
    return await new SignJWT(JSON.parse(JSON.stringify(all))).setProtectedHeader({ alg: algorithm, typ: "at+jwt", kid: signer.kid }).sign(signer.key);
  }

  const person = (): Omit<AccessTokenClaims, "iss" | "aud" | "exp" | "iat" | "nbf" | "jti"> => ({
    sub: "0199c7a2-7b1e-7c11-8d0a-3f0f6f0a9b01",
    sid: "0199c7a2-9d0f-7a5e-b1a1-5f8e9a4f2c10",
    client_id: "default",
    auth_time: Math.floor(Date.now() / 1000),
    acr: "aal1",
    amr: ["pwd"],
    roles: ["user"],
    permissions: [],
    email: "ada@example.com",
    email_verified: true,
  });

  await rotate();
  return {
    issuer,
    audience,
    jwks,
    options: { issuer, audience, keys: { find: (header, token) => resolve(header, token) } },
    mint: (claims = {}) => sign({ ...person(), ...claims }),
    mintService: (name, permissions = []) => sign({ sub: `service:${name}`, client_id: `service:${name}`, permissions }),
    rotate,
  };
}
