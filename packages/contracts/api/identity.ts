// The service that the identity domain offers to the rest of the platform, and its client over HTTP.
//
//   const identity = createIdentityService({ baseUrl: "https://id.example.com", serviceKey });
//   const actor = await identity.getActorBySessionToken(token);
//
// A service key calls what services may (introspection, challenges, events, and admin reads it has a permission for). What
// a person does, or an admin in person, needs their session token: `identity.withToken(token)`, or `{ token }` on one call.
// Services never get `identity.roles.assign` for identity's own roles, so `assignRole` is called with an admin's session.
import { HttpIdentityService } from "./http_identity_service.js";
import type {
  AcceptInvitationRequest,
  AccessToken,
  Actor,
  AdminCreateUserRequest,
  AdminUser,
  AdminUserList,
  AdminUserPatch,
  AuditList,
  AuthorizationServerMetadata,
  AuthorizationUrl,
  AuthorizeWithProviderRequest,
  BackupCodes,
  Challenge,
  ChallengeState,
  ComplianceRequest,
  ComplianceState,
  EmailRequest,
  ForgotPasswordRequest,
  EventFeed,
  ExchangeProviderCodeRequest,
  Export,
  Introspection,
  Jwks,
  LinkedAccount,
  LoginAttemptList,
  MailList,
  MePatch,
  Method,
  MfaResult,
  MfaStatus,
  PasswordChangeRequest,
  Provider,
  ProviderNonce,
  ProviderNonceRequest,
  ProviderResult,
  ReauthenticateRequest,
  Reauthenticated,
  RevocationFeed,
  RoleAssignment,
  RoleDefinition,
  Session,
  SessionList,
  SessionResult,
  SignInRequest,
  SignInWithIdTokenRequest,
  SignUpAnswer,
  SignUpRequest,
  Stats,
  TotpConfirmed,
  TotpEnrollment,
  User,
  UserIdAnswer,
  UserStatus,
} from "./types.js";

export { IdentityError } from "./identity_error.js";
export type * from "./types.js";

/** A challenge's id, `gthc_…`: a secret between Gatehouse and whoever answers it. */
export type ChallengeId = string;

/** A role's name: built in are these three, the configuration has the others. */
export type Role = "user" | "support" | "admin" | (string & {});

/** What any call may carry besides its arguments. */
export interface CallOptions {
  /** The session token (or service key, or access token) to call with, instead of the client's own. */
  token?: string;
  signal?: AbortSignal;
  /** On admin POSTs: a repeat within 24 hours answers as the first call did. */
  idempotencyKey?: string;
  /** The ETag that was read: fails with `precondition_failed` when it is not the newest. */
  ifMatch?: string;
  /** The browser's address, when signing somebody in on its behalf (needs `identity.client.forward`). */
  clientIp?: string;
  /** The browser's user agent, likewise. */
  clientUserAgent?: string;
  /** Sees the answer's status and headers, e.g. its ETag. */
  onResponse?: (response: Response) => void;
}

export interface PageOptions {
  cursor?: string;
  /** 1 to 200; 50 when left out. */
  limit?: number;
}

export interface UserQuery extends PageOptions {
  /** A case-folded prefix of address or name, or an exact id. */
  query?: string;
  email?: string;
  /** Up to 100. */
  id?: readonly string[];
  status?: UserStatus;
  role?: Role;
}

export interface AuditQuery extends PageOptions {
  actor_id?: string;
  subject_id?: string;
  action?: string;
  request_id?: string;
  from?: string;
  to?: string;
}

export interface LoginAttemptQuery extends PageOptions {
  user_id?: string;
  email?: string;
  network?: string;
  outcome?: "success" | "failure" | "challenged" | "refused";
  from?: string;
  to?: string;
}

export interface MailQuery extends PageOptions {
  user_id?: string;
  to?: string;
  state?: "queued" | "sent" | "delivered" | "bounced" | "complained" | "failed";
}

/** The whole surface. The first seven are the domain's own; the rest follows the HTTP operations of the same names. */
export interface IdentityService {
  /** Who a session token stands for; null when it is not, or no longer, a session. */
  getActorBySessionToken(token: string, options?: CallOptions): Promise<Actor | null>;
  signInWithCredentials(args: SignInRequest, options?: CallOptions): Promise<SessionResult>;
  /** Asks for proof of a user, for a purpose of the asking domain (service key with `identity.mfa.challenge`). */
  initiateMfaChallenge(userId: string, options?: CallOptions & { purpose?: string }): Promise<ChallengeId>;
  /** Answers a challenge; six digits are taken for a TOTP code and anything else for a backup code, unless `method` says. */
  verifyMfa(challengeId: ChallengeId, code: string, options?: CallOptions & { method?: Method }): Promise<MfaResult>;
  assignRole(userId: string, role: Role, options?: CallOptions & { reason?: string; expires_at?: string }): Promise<void>;
  /** All of a user's sessions. */
  listUserSessions(userId: string, options?: CallOptions): Promise<Session[]>;
  revokeSession(sessionId: string, options?: CallOptions & { reason?: string }): Promise<void>;

  // -- signing in ------------------------------------------------------------------------------------------------------
  signUp(args: SignUpRequest, options?: CallOptions): Promise<SignUpAnswer>;
  verifyEmail(token: string, options?: CallOptions): Promise<UserIdAnswer>;
  resendVerification(args: EmailRequest, options?: CallOptions): Promise<void>;
  /** As initiateMfaChallenge, with the methods that can answer and the end. */
  createChallenge(userId: string, purpose: string, options?: CallOptions): Promise<Challenge>;
  /** The state of a challenge that this service asked for. */
  getChallenge(challengeId: ChallengeId, options?: CallOptions): Promise<ChallengeState>;
  forgotPassword(args: ForgotPasswordRequest, options?: CallOptions): Promise<void>;
  resetPassword(token: string, password: string, options?: CallOptions): Promise<void>;
  confirmEmailChange(token: string, options?: CallOptions): Promise<void>;
  undoEmailChange(token: string, options?: CallOptions): Promise<void>;
  acceptInvitation(args: AcceptInvitationRequest, options?: CallOptions): Promise<UserIdAnswer>;
  reportNotMe(token: string, options?: CallOptions): Promise<void>;
  cancelDeletion(token: string, options?: CallOptions): Promise<void>;

  // -- signing in with a provider --------------------------------------------------------------------------------------
  /** The providers that are configured. A browser's own way is `GET /v1/oauth/{provider}/start`, no call of this service. */
  listProviders(options?: CallOptions): Promise<Provider[]>;
  /** A link to send the browser to; `link` and `reauthenticate` are called with the session that will finish them. */
  authorizeWithProvider(provider: string, args: AuthorizeWithProviderRequest, options?: CallOptions): Promise<AuthorizationUrl>;
  /** Finishes the flow with the code that the redirect carried. */
  exchangeProviderCode(args: ExchangeProviderCodeRequest, options?: CallOptions): Promise<ProviderResult>;
  /** A nonce for a native sign-in sheet. */
  createProviderNonce(provider: string, args?: ProviderNonceRequest, options?: CallOptions): Promise<ProviderNonce>;
  signInWithIdToken(provider: string, args: SignInWithIdTokenRequest, options?: CallOptions): Promise<SessionResult>;

  // -- the session -----------------------------------------------------------------------------------------------------
  /** Ends the session that the call is made with. */
  signOut(options?: CallOptions): Promise<void>;
  reauthenticate(args: ReauthenticateRequest, options?: CallOptions): Promise<Reauthenticated>;
  /** A JWT for an audience, for the session that the call is made with. */
  createToken(audience?: string, options?: CallOptions): Promise<AccessToken>;
  /** A JWT for the service itself, by client_credentials. */
  createServiceToken(audience?: string, options?: CallOptions): Promise<AccessToken>;

  // -- me --------------------------------------------------------------------------------------------------------------
  getMe(options?: CallOptions): Promise<User>;
  updateMe(patch: MePatch, options?: CallOptions): Promise<User>;
  deleteMe(options?: CallOptions): Promise<void>;
  exportMe(options?: CallOptions): Promise<Export>;
  listMySessions(page?: PageOptions, options?: CallOptions): Promise<SessionList>;
  revokeMySession(sessionId: string, options?: CallOptions): Promise<void>;
  revokeMySessions(scope: "others" | "all", options?: CallOptions): Promise<void>;
  changeMyEmail(email: string, options?: CallOptions): Promise<void>;
  changeMyPassword(args: PasswordChangeRequest, options?: CallOptions): Promise<void>;
  listMyAccounts(options?: CallOptions): Promise<LinkedAccount[]>;
  /** Never the last way in. */
  unlinkMyAccount(accountId: string, options?: CallOptions): Promise<void>;
  getMyMfa(options?: CallOptions): Promise<MfaStatus>;
  enrollTotp(options?: CallOptions): Promise<TotpEnrollment>;
  confirmTotp(code: string, options?: CallOptions): Promise<TotpConfirmed>;
  removeTotp(options?: CallOptions): Promise<void>;
  createBackupCodes(options?: CallOptions): Promise<BackupCodes>;

  // -- admin -----------------------------------------------------------------------------------------------------------
  listUsers(query?: UserQuery, options?: CallOptions): Promise<AdminUserList>;
  createUser(args: AdminCreateUserRequest, options?: CallOptions): Promise<AdminUser>;
  getUser(userId: string, options?: CallOptions): Promise<AdminUser>;
  updateUser(userId: string, patch: AdminUserPatch, options?: CallOptions): Promise<AdminUser>;
  deleteUser(userId: string, options?: CallOptions & { reason?: string }): Promise<void>;
  listUserRoles(userId: string, options?: CallOptions): Promise<RoleAssignment[]>;
  revokeRole(userId: string, role: Role, options?: CallOptions & { reason?: string }): Promise<void>;
  revokeUserSessions(userId: string, options?: CallOptions & { reason?: string }): Promise<void>;
  listUserAccounts(userId: string, options?: CallOptions): Promise<LinkedAccount[]>;
  startPasswordReset(userId: string, reason: string, options?: CallOptions): Promise<void>;
  resetUserMfa(userId: string, reason: string, options?: CallOptions): Promise<void>;
  unlockUser(userId: string, reason: string, options?: CallOptions): Promise<void>;
  updateCompliance(userId: string, change: ComplianceRequest, options?: CallOptions): Promise<ComplianceState>;
  listAudit(query?: AuditQuery, options?: CallOptions): Promise<AuditList>;
  listLoginAttempts(query?: LoginAttemptQuery, options?: CallOptions): Promise<LoginAttemptList>;
  listMails(query?: MailQuery, options?: CallOptions): Promise<MailList>;
  listRoles(options?: CallOptions): Promise<RoleDefinition[]>;
  getStats(options?: CallOptions): Promise<Stats>;

  // -- platform --------------------------------------------------------------------------------------------------------
  introspect(token: string, options?: CallOptions): Promise<Introspection>;
  /** Sessions that have ended; with `wait` (seconds) the answer waits for the next one. */
  listRevocations(query?: { cursor?: string; wait?: number; limit?: number }, options?: CallOptions): Promise<RevocationFeed>;
  /** Events by pull; read each with `parseIdentityEvent` of `@gatehouse/contracts/events/identity`. */
  listEvents(query?: { after?: string; topic?: string; wait?: number; limit?: number }, options?: CallOptions): Promise<EventFeed>;
  getJwks(options?: CallOptions): Promise<Jwks>;
  getMetadata(options?: CallOptions): Promise<AuthorizationServerMetadata>;

  /** The same service, calling with this token. */
  withToken(token: string): IdentityService;
}

export interface IdentityServiceOptions {
  /** `server.public_url`, with its path prefix if there is one. */
  baseUrl: string;
  /** `gthk_…` */
  serviceKey?: string;
  /** A session token to call with, as `withToken` sets it. */
  token?: string;
  fetch?: typeof fetch;
}

/** The identity service over HTTP. */
export function createIdentityService(options: IdentityServiceOptions): IdentityService {
  return new HttpIdentityService(options);
}
