// IdentityService over HTTP: each method one call of the contract.
import { IdentityError } from "./identity_error.js";
import type {
  CallOptions,
  PageOptions,
  UserQuery,
  AuditQuery,
  LoginAttemptQuery,
  MailQuery,
  IdentityService,
  IdentityServiceOptions,
  ChallengeId,
  Role,
} from "./identity.js";
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
  Problem,
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
} from "./types.js";

type QueryValue = string | number | readonly string[] | undefined;

interface Call {
  /** Who calls: nobody, whoever holds the token, or (without a token) the service. */
  as: "nobody" | "person" | "service";
  query?: { [name: string]: QueryValue };
  json?: unknown;
  form?: Record<string, string>;
}

const id = encodeURIComponent;

/** Leaves out members that are undefined, which a closed request body would otherwise not notice but exact types do. */
function present<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

/** Safe to share; holds no connection of its own beyond what `fetch` pools. */
export class HttpIdentityService implements IdentityService {
  readonly #options: IdentityServiceOptions;
  readonly #base: string;
  readonly #fetch: typeof fetch;

  constructor(options: IdentityServiceOptions) {
    this.#options = options;
    this.#base = options.baseUrl.replace(/\/+$/, "");
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  }

  withToken(token: string): IdentityService {
    return new HttpIdentityService({ ...this.#options, token });
  }

  async getActorBySessionToken(token: string, options: CallOptions = {}): Promise<Actor | null> {
    if (token === "") return null;
    try {
      return await this.#call<Actor>("GET", "/v1/session", { as: "person" }, { ...options, token });
    } catch (error) {
      if (error instanceof IdentityError && error.status === 401) return null;
      throw error;
    }
  }

  signInWithCredentials(args: SignInRequest, options?: CallOptions): Promise<SessionResult> {
    return this.#call("POST", "/v1/sign-in", { as: "nobody", json: present(args) }, options);
  }

  async initiateMfaChallenge(userId: string, options: CallOptions & { purpose?: string } = {}): Promise<ChallengeId> {
    return (await this.createChallenge(userId, options.purpose ?? "mfa", options)).id;
  }

  verifyMfa(challengeId: ChallengeId, code: string, options: CallOptions & { method?: Method } = {}): Promise<MfaResult> {
    const method = options.method ?? (/^\s*(\d[\s-]*){6}$/.test(code) ? "totp" : "backup_code");
    return this.#call("POST", `/v1/mfa/challenges/${id(challengeId)}/verify`, { as: "nobody", json: { method, code } }, options);
  }

  async assignRole(userId: string, role: Role, options: CallOptions & { reason?: string; expires_at?: string } = {}): Promise<void> {
    const json = present({ role, reason: options.reason, expires_at: options.expires_at });
    await this.#call("POST", `/v1/admin/users/${id(userId)}/roles`, { as: "service", json }, options);
  }

  async listUserSessions(userId: string, options?: CallOptions): Promise<Session[]> {
    const sessions: Session[] = [];
    let cursor: string | null | undefined;
    do {
      const query = { limit: 200, cursor: cursor ?? undefined };
      const page: SessionList = await this.#call("GET", `/v1/admin/users/${id(userId)}/sessions`, { as: "service", query }, options);
      sessions.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor);
    return sessions;
  }

  revokeSession(sessionId: string, options: CallOptions & { reason?: string } = {}): Promise<void> {
    return this.#call("DELETE", `/v1/admin/sessions/${id(sessionId)}`, { as: "service", query: { reason: options.reason } }, options);
  }

  signUp(args: SignUpRequest, options?: CallOptions): Promise<SignUpAnswer> {
    return this.#call("POST", "/v1/sign-up", { as: "nobody", json: present(args) }, options);
  }

  verifyEmail(token: string, options?: CallOptions): Promise<UserIdAnswer> {
    return this.#call("POST", "/v1/email/verify", { as: "nobody", json: { token } }, options);
  }

  async resendVerification(args: EmailRequest, options?: CallOptions): Promise<void> {
    await this.#call("POST", "/v1/email/verify/resend", { as: "nobody", json: present(args) }, options);
  }

  createChallenge(userId: string, purpose: string, options?: CallOptions): Promise<Challenge> {
    return this.#call("POST", "/v1/mfa/challenges", { as: "service", json: { user_id: userId, purpose } }, options);
  }

  getChallenge(challengeId: ChallengeId, options?: CallOptions): Promise<ChallengeState> {
    return this.#call("GET", `/v1/mfa/challenges/${id(challengeId)}`, { as: "service" }, options);
  }

  async forgotPassword(args: ForgotPasswordRequest, options?: CallOptions): Promise<void> {
    await this.#call("POST", "/v1/password/forgot", { as: "nobody", json: present(args) }, options);
  }

  resetPassword(token: string, password: string, options?: CallOptions): Promise<void> {
    return this.#call("POST", "/v1/password/reset", { as: "nobody", json: { token, password } }, options);
  }

  confirmEmailChange(token: string, options?: CallOptions): Promise<void> {
    return this.#call("POST", "/v1/email/change/confirm", { as: "nobody", json: { token } }, options);
  }

  undoEmailChange(token: string, options?: CallOptions): Promise<void> {
    return this.#call("POST", "/v1/email/change/undo", { as: "nobody", json: { token } }, options);
  }

  acceptInvitation(args: AcceptInvitationRequest, options?: CallOptions): Promise<UserIdAnswer> {
    return this.#call("POST", "/v1/invitations/accept", { as: "nobody", json: present(args) }, options);
  }

  reportNotMe(token: string, options?: CallOptions): Promise<void> {
    return this.#call("POST", "/v1/not-me", { as: "nobody", json: { token } }, options);
  }

  cancelDeletion(token: string, options?: CallOptions): Promise<void> {
    return this.#call("POST", "/v1/deletion/cancel", { as: "nobody", json: { token } }, options);
  }

  async listProviders(options?: CallOptions): Promise<Provider[]> {
    return (await this.#call<{ items: Provider[] }>("GET", "/v1/oauth/providers", { as: "nobody" }, options)).items;
  }

  authorizeWithProvider(provider: string, args: AuthorizeWithProviderRequest, options?: CallOptions): Promise<AuthorizationUrl> {
    const as = args.intent === "sign_in" ? "nobody" : "person";
    return this.#call("POST", `/v1/oauth/${id(provider)}/authorize`, { as, json: present(args) }, options);
  }

  exchangeProviderCode(args: ExchangeProviderCodeRequest, options?: CallOptions): Promise<ProviderResult> {
    return this.#call("POST", "/v1/oauth/exchange", { as: "person", json: present(args) }, options);
  }

  createProviderNonce(provider: string, args: ProviderNonceRequest = {}, options?: CallOptions): Promise<ProviderNonce> {
    return this.#call("POST", `/v1/oauth/${id(provider)}/nonce`, { as: "nobody", json: present(args) }, options);
  }

  signInWithIdToken(provider: string, args: SignInWithIdTokenRequest, options?: CallOptions): Promise<SessionResult> {
    return this.#call("POST", `/v1/oauth/${id(provider)}/id-token`, { as: "nobody", json: present(args) }, options);
  }

  signOut(options?: CallOptions): Promise<void> {
    return this.#call("POST", "/v1/sign-out", { as: "person" }, options);
  }

  reauthenticate(args: ReauthenticateRequest, options?: CallOptions): Promise<Reauthenticated> {
    return this.#call("POST", "/v1/reauthenticate", { as: "person", json: present(args) }, options);
  }

  createToken(audience?: string, options?: CallOptions): Promise<AccessToken> {
    return this.#call("POST", "/v1/token", { as: "person", json: present({ audience }) }, options);
  }

  createServiceToken(audience?: string, options?: CallOptions): Promise<AccessToken> {
    const form = present({ grant_type: "client_credentials", audience }) as Record<string, string>;
    return this.#call("POST", "/v1/token", { as: "service", form }, options);
  }

  getMe(options?: CallOptions): Promise<User> {
    return this.#call("GET", "/v1/me", { as: "person" }, options);
  }

  updateMe(patch: MePatch, options?: CallOptions): Promise<User> {
    return this.#call("PATCH", "/v1/me", { as: "person", json: present(patch) }, options);
  }

  deleteMe(options?: CallOptions): Promise<void> {
    return this.#call("DELETE", "/v1/me", { as: "person" }, options);
  }

  exportMe(options?: CallOptions): Promise<Export> {
    return this.#call("GET", "/v1/me/export", { as: "person" }, options);
  }

  listMySessions(page: PageOptions = {}, options?: CallOptions): Promise<SessionList> {
    return this.#call("GET", "/v1/me/sessions", { as: "person", query: { ...page } }, options);
  }

  revokeMySession(sessionId: string, options?: CallOptions): Promise<void> {
    return this.#call("DELETE", `/v1/me/sessions/${id(sessionId)}`, { as: "person" }, options);
  }

  revokeMySessions(scope: "others" | "all", options?: CallOptions): Promise<void> {
    return this.#call("DELETE", "/v1/me/sessions", { as: "person", query: { scope } }, options);
  }

  async changeMyEmail(email: string, options?: CallOptions): Promise<void> {
    await this.#call("POST", "/v1/me/email", { as: "person", json: { email } }, options);
  }

  changeMyPassword(args: PasswordChangeRequest, options?: CallOptions): Promise<void> {
    return this.#call("POST", "/v1/me/password", { as: "person", json: present(args) }, options);
  }

  async listMyAccounts(options?: CallOptions): Promise<LinkedAccount[]> {
    return (await this.#call<{ items: LinkedAccount[] }>("GET", "/v1/me/accounts", { as: "person" }, options)).items;
  }

  unlinkMyAccount(accountId: string, options?: CallOptions): Promise<void> {
    return this.#call("DELETE", `/v1/me/accounts/${id(accountId)}`, { as: "person" }, options);
  }

  getMyMfa(options?: CallOptions): Promise<MfaStatus> {
    return this.#call("GET", "/v1/me/mfa", { as: "person" }, options);
  }

  enrollTotp(options?: CallOptions): Promise<TotpEnrollment> {
    return this.#call("POST", "/v1/me/mfa/totp", { as: "person" }, options);
  }

  confirmTotp(code: string, options?: CallOptions): Promise<TotpConfirmed> {
    return this.#call("POST", "/v1/me/mfa/totp/confirm", { as: "person", json: { code } }, options);
  }

  removeTotp(options?: CallOptions): Promise<void> {
    return this.#call("DELETE", "/v1/me/mfa/totp", { as: "person" }, options);
  }

  createBackupCodes(options?: CallOptions): Promise<BackupCodes> {
    return this.#call("POST", "/v1/me/mfa/backup-codes", { as: "person" }, options);
  }

  listUsers(query: UserQuery = {}, options?: CallOptions): Promise<AdminUserList> {
    return this.#call("GET", "/v1/admin/users", { as: "service", query: { ...query } }, options);
  }

  createUser(args: AdminCreateUserRequest, options?: CallOptions): Promise<AdminUser> {
    return this.#call("POST", "/v1/admin/users", { as: "service", json: present(args) }, options);
  }

  getUser(userId: string, options?: CallOptions): Promise<AdminUser> {
    return this.#call("GET", `/v1/admin/users/${id(userId)}`, { as: "service" }, options);
  }

  updateUser(userId: string, patch: AdminUserPatch, options?: CallOptions): Promise<AdminUser> {
    return this.#call("PATCH", `/v1/admin/users/${id(userId)}`, { as: "service", json: present(patch) }, options);
  }

  deleteUser(userId: string, options: CallOptions & { reason?: string } = {}): Promise<void> {
    return this.#call("DELETE", `/v1/admin/users/${id(userId)}`, { as: "service", query: { reason: options.reason } }, options);
  }

  async listUserRoles(userId: string, options?: CallOptions): Promise<RoleAssignment[]> {
    return (await this.#call<{ items: RoleAssignment[] }>("GET", `/v1/admin/users/${id(userId)}/roles`, { as: "service" }, options)).items;
  }

  revokeRole(userId: string, role: Role, options: CallOptions & { reason?: string } = {}): Promise<void> {
    const query = { reason: options.reason };
    return this.#call("DELETE", `/v1/admin/users/${id(userId)}/roles/${id(role)}`, { as: "service", query }, options);
  }

  revokeUserSessions(userId: string, options: CallOptions & { reason?: string } = {}): Promise<void> {
    const query = { reason: options.reason };
    return this.#call("DELETE", `/v1/admin/users/${id(userId)}/sessions`, { as: "service", query }, options);
  }

  async listUserAccounts(userId: string, options?: CallOptions): Promise<LinkedAccount[]> {
    return (await this.#call<{ items: LinkedAccount[] }>("GET", `/v1/admin/users/${id(userId)}/accounts`, { as: "service" }, options)).items;
  }

  startPasswordReset(userId: string, reason: string, options?: CallOptions): Promise<void> {
    return this.#call("POST", `/v1/admin/users/${id(userId)}/password-reset`, { as: "service", json: { reason } }, options);
  }

  resetUserMfa(userId: string, reason: string, options?: CallOptions): Promise<void> {
    return this.#call("POST", `/v1/admin/users/${id(userId)}/mfa-reset`, { as: "service", json: { reason } }, options);
  }

  unlockUser(userId: string, reason: string, options?: CallOptions): Promise<void> {
    return this.#call("POST", `/v1/admin/users/${id(userId)}/unlock`, { as: "service", json: { reason } }, options);
  }

  updateCompliance(userId: string, change: ComplianceRequest, options?: CallOptions): Promise<ComplianceState> {
    return this.#call("PATCH", `/v1/admin/users/${id(userId)}/compliance`, { as: "service", json: present(change) }, options);
  }

  listAudit(query: AuditQuery = {}, options?: CallOptions): Promise<AuditList> {
    return this.#call("GET", "/v1/admin/audit", { as: "service", query: { ...query } }, options);
  }

  listLoginAttempts(query: LoginAttemptQuery = {}, options?: CallOptions): Promise<LoginAttemptList> {
    return this.#call("GET", "/v1/admin/login-attempts", { as: "service", query: { ...query } }, options);
  }

  listMails(query: MailQuery = {}, options?: CallOptions): Promise<MailList> {
    return this.#call("GET", "/v1/admin/mails", { as: "service", query: { ...query } }, options);
  }

  async listRoles(options?: CallOptions): Promise<RoleDefinition[]> {
    return (await this.#call<{ items: RoleDefinition[] }>("GET", "/v1/admin/roles", { as: "service" }, options)).items;
  }

  getStats(options?: CallOptions): Promise<Stats> {
    return this.#call("GET", "/v1/admin/stats", { as: "service" }, options);
  }

  introspect(token: string, options?: CallOptions): Promise<Introspection> {
    return this.#call("POST", "/v1/introspect", { as: "service", json: { token } }, options);
  }

  listRevocations(query: { cursor?: string; wait?: number; limit?: number } = {}, options?: CallOptions): Promise<RevocationFeed> {
    return this.#call("GET", "/v1/revocations", { as: "service", query }, options);
  }

  listEvents(query: { after?: string; topic?: string; wait?: number; limit?: number } = {}, options?: CallOptions): Promise<EventFeed> {
    return this.#call("GET", "/v1/events", { as: "service", query }, options);
  }

  getJwks(options?: CallOptions): Promise<Jwks> {
    return this.#call("GET", "/.well-known/jwks.json", { as: "nobody" }, options);
  }

  getMetadata(options?: CallOptions): Promise<AuthorizationServerMetadata> {
    return this.#call("GET", "/.well-known/oauth-authorization-server", { as: "nobody" }, options);
  }

  async #call<T>(method: string, path: string, call: Call, options: CallOptions = {}): Promise<T> {
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(call.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, typeof value === "object" ? value.join(",") : String(value));
    const body = call.form ? new URLSearchParams(call.form).toString() : call.json === undefined ? null : JSON.stringify(call.json);
    const init: RequestInit = { method, headers: this.#headers(call, options), redirect: "error" };
    if (body !== null) init.body = body;
    if (options.signal) init.signal = options.signal;
    let response: Response;
    try {
      response = await this.#fetch(url, init);
    } catch (cause) {
      if (options.signal?.aborted) throw cause;
      throw new IdentityError(0, { detail: `${this.#base} cannot be reached` }, undefined, { cause });
    }
    options.onResponse?.(response);
    return this.#read<T>(response);
  }

  #headers(call: Call, options: CallOptions): Headers {
    const headers = new Headers({ accept: "application/json" });
    if (call.form) headers.set("content-type", "application/x-www-form-urlencoded");
    else if (call.json !== undefined) headers.set("content-type", "application/json");
    const token = options.token ?? this.#options.token ?? (call.as === "service" ? this.#options.serviceKey : undefined);
    if (token !== undefined && call.as !== "nobody") headers.set("authorization", `Bearer ${token}`);
    if (options.idempotencyKey !== undefined) headers.set("idempotency-key", options.idempotencyKey);
    if (options.ifMatch !== undefined) headers.set("if-match", options.ifMatch);
    if (options.clientIp !== undefined && this.#options.serviceKey !== undefined) {
      headers.set("gatehouse-service-key", this.#options.serviceKey);
      headers.set("gatehouse-client-ip", options.clientIp);
      if (options.clientUserAgent !== undefined) headers.set("gatehouse-client-user-agent", options.clientUserAgent);
    }
    return headers;
  }

  async #read<T>(response: Response): Promise<T> {
    const text = await response.text();
    let value: unknown;
    try {
      value = text === "" ? undefined : JSON.parse(text);
    } catch {
      value = undefined;
    }
    if (response.ok) return value as T;
    const wait = Number(response.headers.get("retry-after"));
    throw new IdentityError(response.status, problemOf(response.status, value), wait > 0 ? wait : undefined);
  }
}

/** The problem document of a failed call; RFC 6749's error, and what a proxy may answer, are brought into its form. */
function problemOf(status: number, value: unknown): Partial<Problem> {
  if (typeof value === "object" && value !== null) {
    if ("code" in value) return value as Problem;
    const { error, error_description } = value as { error?: unknown; error_description?: unknown };
    if (typeof error === "string") return { status, code: error, ...(typeof error_description === "string" ? { detail: error_description } : {}) };
  }
  return { status, code: `http_${status}` };
}
