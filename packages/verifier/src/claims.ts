/** The claims of an access token, as jwt.schema.json has them. Claims may be added: ignore what you don't know. */
export interface AccessTokenClaims {
  iss: string;
  /** The user's id, or `service:NAME`. */
  sub: string;
  aud: string | string[];
  exp: number;
  iat: number;
  nbf: number;
  jti: string;
  client_id: string;
  /** The session; services have none. */
  sid?: string;
  auth_time?: number;
  acr?: "aal1" | "aal2";
  amr?: string[];
  roles?: string[];
  permissions?: string[];
  email?: string;
  email_verified?: boolean;
  identity_verification?: "unverified" | "pending" | "verified" | "rejected" | "expired";
  screening?: "unscreened" | "pending" | "clear";
  [claim: string]: unknown;
}

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const isDate = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((each) => typeof each === "string");
const optional = (value: unknown, holds: (value: unknown) => boolean): boolean => value === undefined || holds(value);

/** What is wrong with the claims' shapes, or undefined. */
export function faultOf(claims: Record<string, unknown>): string | undefined {
  if (!isText(claims.iss) || !isText(claims.sub)) return "iss or sub is missing";
  if (!isText(claims.aud) && !(isTexts(claims.aud) && claims.aud.length > 0)) return "aud is missing or of another shape";
  if (!isDate(claims.exp)) return "exp is missing or no whole second";
  if (!optional(claims.iat, isDate) || !optional(claims.nbf, isDate) || !optional(claims.auth_time, isDate)) return "a date is no whole second";
  if (!optional(claims.roles, isTexts) || !optional(claims.permissions, isTexts) || !optional(claims.amr, isTexts)) return "roles, permissions or amr is no list of texts";
  if (!optional(claims.sid, isText) || !optional(claims.acr, isText)) return "sid or acr is no text";
  return undefined;
}
