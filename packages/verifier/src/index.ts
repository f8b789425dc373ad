export type { AccessTokenClaims } from "./claims.js";
export { TokenError, type TokenErrorCode } from "./errors.js";
export { RemoteKeys, type KeySource, type RemoteKeysOptions } from "./keys.js";
export { expressGuard, fastifyGuard, type ExpressResponse, type FastifyReply, type GuardedRequest, type GuardOptions } from "./middleware.js";
export { requirePermission, requireRecentAuth, requireRole, type RecentAuth, type Requirement } from "./require.js";
export { followRevocations, type FollowOptions, type RevocationFeed } from "./revocations.js";
export { createTestIssuer, type TestIssuer, type TestIssuerOptions } from "./test-issuer.js";
export { remoteKeys, verifyAccessToken, type Algorithm, type VerifyOptions } from "./verify.js";
