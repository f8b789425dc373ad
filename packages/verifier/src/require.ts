import type { AccessTokenClaims } from "./claims.js";
import { TokenError } from "./errors.js";

/** A condition on verified claims: `requireRole("admin")(claims)`, or in a guard's `require`. Throws TokenError. */
export type Requirement = (claims: AccessTokenClaims, now?: Date) => void;

/** One of the roles, as assigned. Prefer permissions: inheritance is worked out in them. */
export function requireRole(...roles: [string, ...string[]]): Requirement {
  return (claims) => {
    if (!roles.some((role) => claims.roles?.includes(role))) throw new TokenError("insufficient_scope", "a role is missing");
  };
}

/** All of the permissions. */
export function requirePermission(...permissions: [string, ...string[]]): Requirement {
  return (claims) => {
    if (!permissions.every((permission) => claims.permissions?.includes(permission)))
      throw new TokenError("insufficient_scope", "a permission is missing", { parameters: { scope: permissions.join(" ") } });
  };
}

export interface RecentAuth {
  /** Seconds since the person last proved who they are. */
  maxAge?: number;
  /** The least assurance: `aal2` is two factors. */
  acr?: "aal1" | "aal2";
}

/** A sign-in that is recent, or strong, enough; refused with RFC 9470's challenge, which tells the client what to ask for. */
export function requireRecentAuth({ maxAge, acr }: RecentAuth): Requirement {
  const parameters: Record<string, string> = {};
  if (acr !== undefined) parameters.acr_values = acr;
  if (maxAge !== undefined) parameters.max_age = String(maxAge);
  return (claims, now = new Date()) => {
    const age = now.getTime() / 1000 - (claims.auth_time ?? Number.NEGATIVE_INFINITY);
    const strong = acr === undefined || claims.acr === "aal2" || claims.acr === acr;
    if (!strong || (maxAge !== undefined && age > maxAge))
      throw new TokenError("insufficient_user_authentication", strong ? "a more recent sign-in is needed" : "a stronger sign-in is needed", { parameters });
  };
}
