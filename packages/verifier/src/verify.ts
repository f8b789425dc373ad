import { compactVerify, errors } from "jose";
import { faultOf, type AccessTokenClaims } from "./claims.js";
import { TokenError } from "./errors.js";
import { RemoteKeys, type KeySource, type RemoteKeysOptions } from "./keys.js";
import type { RevocationFeed } from "./revocations.js";

export type Algorithm = "EdDSA" | "ES256" | "RS256";

export interface VerifyOptions {
  /** Compared character for character. */
  issuer: string;
  /** Your own audience; the token's must contain it, or one of them. */
  audience: string | readonly string[];
  /** Where the keys are; `{issuer}/.well-known/jwks.json` by default. Read once for all callers with the same address. */
  jwksUri?: string;
  /** Instead of `jwksUri`: a test issuer's keys, or a `RemoteKeys` with settings of its own. */
  keys?: KeySource;
  /** Signature algorithms that are believed at all; the key's own must still be the token's. All three by default. */
  algorithms?: readonly Algorithm[];
  /** Seconds by which clocks may differ; 5 by default. */
  clockTolerance?: number;
  /** A feed from `followRevocations`: what it names is refused. */
  revocations?: RevocationFeed;
  /** Whether tokens are refused, with 503, while the feed has been silent for more than 10 s. */
  whenStale?: "accept" | "refuse";
  /** For tests. */
  now?: () => Date;
}

const longestToken = 16 * 1024;
const refusedHeaders = ["crit", "b64", "zip", "jwk", "jku", "x5u", "x5c"];
const strictPart = /^[A-Za-z0-9_-]*$/;
const remote = new Map<string, RemoteKeys>();

/** The keys at an address, read once for every caller in the process. */
export function remoteKeys(uri: string, options?: RemoteKeysOptions): RemoteKeys {
  if (options) return new RemoteKeys(uri, options);
  let keys = remote.get(uri);
  if (!keys) remote.set(uri, (keys = new RemoteKeys(uri)));
  return keys;
}

const refuse = (why: string, cause?: unknown): TokenError => new TokenError("invalid_token", why, { cause });

/** The claims of a token that is right in signature, type, issuer, audience and time, and not revoked. Throws TokenError. */
export async function verifyAccessToken(token: string, options: VerifyOptions): Promise<AccessTokenClaims> {
  const claims = await readSigned(token, options);
  const fault = faultOf(claims);
  if (fault !== undefined) throw refuse(fault);
  checkClaims(claims as AccessTokenClaims, options);
  checkRevocations(claims as AccessTokenClaims, options);
  return claims as AccessTokenClaims;
}

async function readSigned(token: string, options: VerifyOptions): Promise<Record<string, unknown>> {
  if (typeof token !== "string" || token.length > longestToken) throw refuse("the token is too long");
  const parts = token.split(".");
  if (parts.length !== 3 || !parts.every((part) => strictPart.test(part) && isCanonical(part))) throw refuse("the token is malformed");
  const keys = options.keys ?? remoteKeys(options.jwksUri ?? `${options.issuer}/.well-known/jwks.json`);
  try {
    const { payload, protectedHeader: header } = await compactVerify(
      token,
      (header, input) => {
        if (refusedHeaders.some((name) => name in header)) throw refuse("the header brings its own key or an extension");
        if (typeof header.kid !== "string" || header.kid === "") throw refuse("the token names no key");
        return keys.find(header, input);
      },
      { algorithms: [...(options.algorithms ?? ["EdDSA", "ES256", "RS256"])] },
    );
    if (typeof header.typ !== "string" || header.typ.toLowerCase().replace(/^application\//, "") !== "at+jwt") throw refuse("another type of token");
    const claims: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (typeof claims !== "object" || claims === null || Array.isArray(claims)) throw refuse("the payload is no object");
    return claims as Record<string, unknown>;
  } catch (error) {
    if (error instanceof TokenError) throw error;
    if (error instanceof errors.JWKSNoMatchingKey) throw refuse("no key of this kid and algorithm", error);
    throw refuse("the signature does not verify", error);
  }
}

/** Whether the unused bits at the end of base64url are zero, so that one token has one spelling. */
function isCanonical(part: string): boolean {
  const left = part.length % 4;
  if (left === 0) return true;
  const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".indexOf(part.at(-1) ?? "");
  return left === 2 ? last % 16 === 0 : left === 3 && last % 4 === 0;
}

function checkClaims(claims: AccessTokenClaims, options: VerifyOptions): void {
  const now = (options.now?.() ?? new Date()).getTime() / 1000;
  const tolerance = options.clockTolerance ?? 5;
  const audiences = typeof options.audience === "string" ? [options.audience] : options.audience;
  const given = typeof claims.aud === "string" ? [claims.aud] : claims.aud;
  if (claims.iss !== options.issuer) throw refuse("another issuer");
  if (!given.some((each) => audiences.includes(each))) throw refuse("another audience");
  if (now >= claims.exp + tolerance) throw refuse("the token has expired");
  if (now + tolerance < (claims.nbf ?? 0)) throw refuse("the token is not valid yet");
  if (now + tolerance < (claims.iat ?? 0)) throw refuse("the token was issued in the future");
}

function checkRevocations(claims: AccessTokenClaims, { revocations, whenStale = "accept" }: VerifyOptions): void {
  if (!revocations) return;
  if (revocations.isRevoked(claims)) throw refuse("the session has ended");
  if (whenStale === "refuse" && revocations.stale) throw new TokenError("unavailable", "whether the session has ended is not known at the moment");
}
