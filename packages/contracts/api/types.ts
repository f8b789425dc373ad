// Generated from packages/contracts/api/source by script/contracts. Do not edit.
//
// What travels in requests and answers, member for member as on the wire. Answers may have further members and values of
// enumerations: ignore what you don't know.

/** Opaque; a UUIDv7 where made here, kept where imported. */
export type Id = string;

/** RFC 3339, UTC. */
export type Time = string;

/** An ASCII dot-atom before the @; the domain as A-labels or Unicode. */
export type Email = string;

/** At most 4096 bytes of UTF-8; the policy counts code points after NFC. */
export type Password = string;

export type Name = string;

/** BCP 47. */
export type Locale = string;

/** A `[clients.NAME]` of the configuration; `default` when left out. */
export type ClientId = string;

/** `gthv_…`, from the link's fragment. */
export type MailedToken = string;

/** Spaces and hyphens are ignored. */
export type Code = string;

export type Method = "totp" | "backup_code" | "emailed_code";

export type Factor = "totp" | "backup_code";

/** Why, for the audit log; not personal data. */
export type Reason = string;

export type RoleName = string;

/** How strongly the person proved who they are: one factor, or two. */
export type Acr = "aal1" | "aal2";

/** RFC 8176: pwd, otp, hwk, swk, mfa; fed for a provider. */
export type Amr = string[];

export type UserStatus = "active" | "disabled" | "pending_deletion";

export type IdentityVerification = "unverified" | "pending" | "verified" | "rejected" | "expired";

/** The full state; needs `identity.compliance.read`. */
export type Screening = "unscreened" | "pending" | "clear" | "possible_match" | "confirmed_match";

/** What the person and tokens may see. */
export type PublicScreening = "unscreened" | "pending" | "clear";

/** Where the next page begins; null at the end. */
export type Cursor = string | null;

export interface Total {
  value: number;
  /** False for a large count: the value is an estimate, or what it is at least. */
  exact: boolean;
}

/** RFC 9457. Decide by `code`; `title` and `detail` are for people. */
export interface Problem {
  /** `{public_url}/v1/errors/CODE`, which resolves. */
  type: string;
  title: string;
  status: number;
  detail?: string;
  code: string;
  request_id: string;
  errors?: FieldError[];
  /** With reauthentication_required: how recent the authentication must be, in seconds. */
  max_age?: number;
  /** With reauthentication_required: the level it must have. */
  acr_values?: string;
}

export interface FieldError {
  /** Dotted, e.g. password. */
  field: string;
  /** JSON Pointer into the body; empty for parameters. */
  pointer: string;
  code: string;
  detail: string;
  /** What the sentence is made of, e.g. min. */
  params?: Record<string, unknown>;
}

export interface Accepted {
  status: "accepted";
}

export interface UserIdAnswer {
  user_id: Id;
}

export interface MailedTokenRequest {
  token: MailedToken;
}

export interface ReasonRequest {
  reason: Reason;
}

export interface SignUpRequest {
  email: Email;
  password: Password;
  name?: Name;
  locale?: Locale;
  client_id?: ClientId;
}

export interface SignUpAnswer {
  status: "verification_required";
}

export interface EmailRequest {
  email: Email;
  client_id?: ClientId;
}

export interface ForgotPasswordRequest {
  email: Email;
  client_id?: ClientId;
  /** `gthd_…` of an earlier sign-in: the device has a share of its own in the cap of mails. */
  device_token?: string;
}

export interface SignInRequest {
  email: Email;
  password: Password;
  client_id?: ClientId;
  /** `gthd_…` of an earlier sign-in: the device has a budget of its own. */
  device_token?: string;
}

export interface NewSession {
  id: Id;
  /** `gths_…`; bearer clients only, a cookie client has it in its cookie. */
  token?: string;
  expires_at: Time;
}

export interface SignedIn {
  status: "signed_in";
  session: NewSession;
  /** `gthd_…`, to be sent with later sign-ins; bearer clients only. */
  device_token?: string;
  actor: Actor;
}

export interface MfaRequired {
  status: "mfa_required";
  challenge: Challenge;
}

export interface MfaEnrollmentRequired {
  status: "mfa_enrollment_required";
  enrollment: {
    /** Good only for enrolling TOTP: send it as Bearer to /v1/me/mfa/totp and its confirmation. */
    token: string;
    expires_at: Time;
  };
}

/** A finished sign-in, or what is still to be done. */
export type SessionResult = SignedIn | MfaRequired | MfaEnrollmentRequired;

export interface Challenge {
  /** `gthc_…`, a secret. */
  id: string;
  methods: Method[];
  expires_at: Time;
}

export interface ChallengeRequest {
  user_id: Id;
  /** What the proof is for, e.g. payouts.approve. */
  purpose: string;
}

export interface ChallengeState {
  status: "pending" | "verified" | "failed" | "expired";
  user_id: Id;
  purpose: string;
  methods: Method[];
  expires_at: Time;
  verified_at?: string | null;
  acr?: Acr;
  amr?: Amr;
}

export interface VerifyChallengeRequest {
  method: Method;
  code: Code;
}

/** The answer to a service's challenge; never a session. */
export interface ChallengeVerified {
  status: "verified";
  user_id: Id;
  amr: Amr;
  acr: Acr;
}

/** A sign-in's challenge ends as a sign-in does; a service's ends in a statement. */
export type MfaResult = SignedIn | MfaEnrollmentRequired | ChallengeVerified;

/** The password where there is one, and a code where a second factor is enrolled. */
export interface ReauthenticateRequest {
  password?: Password;
  method?: Method;
  code?: Code;
}

export interface Reauthenticated {
  authenticated_at: Time;
  acr: Acr;
  session: NewSession;
}

export interface PasswordResetRequest {
  token: MailedToken;
  password: Password;
  method?: Method;
  /** Asked for in the 72 hours after an undone change of address: a code of the second factor besides. */
  code?: Code;
}

export interface AcceptInvitationRequest {
  token: MailedToken;
  password: Password;
  name?: Name;
}

/** Who is calling and what they may do. */
export interface Actor {
  user_id: Id;
  email: Email;
  email_verified: boolean;
  name: string | null;
  picture: string | null;
  locale: string | null;
  status: UserStatus;
  roles: string[];
  /** Effective, inheritance included. */
  permissions: string[];
  session_id: Id;
  client_id: ClientId;
  acr: Acr;
  amr: Amr;
  /** When the person last proved who they are; step-up measures from here. */
  authenticated_at: string;
  /** The session's absolute end. */
  expires_at: string;
  /** When it ends if it is not used. */
  idle_expires_at: string;
  identity_verification: IdentityVerification;
  screening: PublicScreening;
}

/** A person's own account. */
export interface User {
  id: Id;
  email: Email;
  email_verified: boolean;
  name: string | null;
  locale: string | null;
  picture: string | null;
  status: UserStatus;
  has_password: boolean;
  factors: Factor[];
  accounts: LinkedAccount[];
  roles: string[];
  identity_verification: IdentityVerification;
  screening: PublicScreening;
  created_at: Time;
  updated_at: Time;
  last_sign_in_at?: string | null;
}

/** RFC 7396; null clears a member. */
export interface MePatch {
  name?: Name | null;
  locale?: Locale | null;
  picture?: string | null;
}

export interface LinkedAccount {
  id: Id;
  provider: string;
  /** As the provider last said; for display. */
  email: string | null;
  name?: string | null;
  created_at: Time;
  last_used_at?: string | null;
}

export interface LinkedAccountList {
  items: LinkedAccount[];
  next_cursor: Cursor;
}

export interface Session {
  id: Id;
  created_at: Time;
  last_seen_at: Time;
  expires_at?: Time;
  ip: string;
  user_agent: string;
  /** The device in words, e.g. Firefox on Linux. */
  device: string;
  client_id: string;
  /** Whether it is the caller's own. */
  current: boolean;
  acr?: Acr;
  amr: Amr;
}

export interface SessionList {
  items: Session[];
  next_cursor: Cursor;
}

export interface PasswordChangeRequest {
  /** Needed where there is one. */
  current_password?: Password;
  new_password: Password;
}

export interface EmailChangeRequest {
  email: Email;
}

export interface MfaStatus {
  factors: {
    type: Factor;
    enrolled_at: Time;
  }[];
  backup_codes_left: number;
}

export interface TotpEnrollment {
  /** Base32. */
  secret: string;
  otpauth_uri: string;
  /** The same as a QR code, in SVG. */
  qr_svg: string;
}

export interface ConfirmTotpRequest {
  code: Code;
}

export interface BackupCodes {
  /** Shown this once. */
  backup_codes: string[];
}

export interface TotpConfirmed {
  /** Shown this once. */
  backup_codes: string[];
  session: NewSession;
  device_token?: string;
}

/** Everything held of the person, as GDPR article 20 asks; neither compliance state nor staff identities. */
export interface Export {
  exported_at: Time;
  /** As `User`, without its compliance state. */
  user: Record<string, unknown>;
  sessions?: Record<string, unknown>[];
  accounts?: Record<string, unknown>[];
  devices?: Record<string, unknown>[];
  factors?: Record<string, unknown>[];
  roles?: Record<string, unknown>[];
  sign_ins?: Record<string, unknown>[];
  activity?: Record<string, unknown>[];
  mails?: Record<string, unknown>[];
}

/** A user as staff see it. Lists leave out `factors` and `accounts`. */
export interface AdminUser {
  id: Id;
  email: Email;
  email_verified: boolean;
  name: string | null;
  locale: string | null;
  picture: string | null;
  status: UserStatus;
  status_reason?: string | null;
  has_password: boolean;
  factors?: Factor[];
  accounts?: LinkedAccount[];
  roles: string[];
  identity_verification: IdentityVerification;
  /** In full with `identity.compliance.read`, else as the person sees it. */
  screening: Screening;
  /** A bounce or a complaint came back. */
  mail_undeliverable?: boolean;
  password_reset_required?: boolean;
  /** With pending_deletion: the end of the grace period. */
  erase_after?: string | null;
  created_at: Time;
  updated_at: Time;
  last_sign_in_at?: string | null;
}

export interface AdminUserList {
  items: AdminUser[];
  next_cursor: Cursor;
  total: Total;
}

export interface AdminCreateUserRequest {
  email: Email;
  name?: Name;
  locale?: Locale;
  /** Given once the invitation is accepted; needs `identity.roles.assign`. */
  roles?: RoleName[];
  /** An id of the caller's choice that was never used. */
  id?: Id;
  /** Whether an invitation is mailed; true when left out. */
  invite?: boolean;
}

/** RFC 7396. */
export interface AdminUserPatch {
  name?: Name | null;
  status?: "active" | "disabled";
  reason?: Reason;
}

export interface RoleAssignment {
  role: string;
  /** The user's id, the service's or the operator's name; null for Gatehouse itself. */
  granted_by: string | null;
  granted_by_type?: "user" | "service" | "system" | "operator";
  reason: string | null;
  granted_at: Time;
  expires_at: string | null;
}

export interface RoleAssignmentList {
  items: RoleAssignment[];
  next_cursor: Cursor;
}

export interface AssignRoleRequest {
  role: RoleName;
  expires_at?: Time;
  reason?: Reason;
}

export interface RoleDefinition {
  name: string;
  /** Its own, without those inherited. */
  permissions: string[];
  inherits: string[];
  effective_permissions?: string[];
  built_in: boolean;
  /** Whether other domains may grant it by an event. */
  grantable?: boolean;
}

export interface RoleList {
  items: RoleDefinition[];
  next_cursor: Cursor;
}

/** At least one of the two states. */
export interface ComplianceRequest {
  identity_verification?: IdentityVerification;
  screening?: Screening;
  /** The case in the system that decided. */
  reference: string;
  reason: Reason;
}

export interface ComplianceState {
  user_id: Id;
  identity_verification: IdentityVerification;
  screening: Screening;
}

export interface AuditEntry {
  id: Id;
  /** Its place in the chain, without gaps. */
  sequence: number;
  occurred_at: Time;
  actor_type: "user" | "service" | "system" | "anonymous" | "operator";
  actor_id: string | null;
  subject_id: string | null;
  /** e.g. sign_in, role.assigned. */
  action: string;
  outcome: "success" | "failure" | "denied";
  reason: string | null;
  request_id: string | null;
  /** Null once the subject is erased, as all personal values. */
  ip?: string | null;
  user_agent?: string | null;
  device?: string | null;
  details: Record<string, unknown>;
  hash?: string;
}

export interface AuditList {
  items: AuditEntry[];
  next_cursor: Cursor;
  total: Total;
}

export interface LoginAttempt {
  id: Id;
  occurred_at: Time;
  /** Null where the address is unknown. */
  user_id: string | null;
  outcome: "success" | "failure" | "challenged" | "refused";
  factor: "password" | "totp" | "backup_code" | "emailed_code" | "oauth";
  /** An error code. */
  reason: string | null;
  client_id?: string;
  ip: string;
  /** The address, or the /64 of IPv6. */
  network: string;
  user_agent?: string;
  device: string;
  known_device?: boolean;
  latency_ms: number;
  risk: Risk;
  request_id?: string | null;
}

export interface LoginAttemptList {
  items: LoginAttempt[];
  next_cursor: Cursor;
  total: Total;
}

export interface Risk {
  level: "low" | "medium" | "high";
  score: number;
  reasons: string[];
}

/** A mail without its body. */
export interface Mail {
  id: Id;
  user_id: string | null;
  to: string;
  template: string;
  subject: string;
  state: "queued" | "sent" | "delivered" | "bounced" | "complained" | "failed";
  attempts: number;
  provider_id?: string | null;
  last_error?: string | null;
  next_attempt_at?: string | null;
  created_at: Time;
}

export interface MailList {
  items: Mail[];
  next_cursor: Cursor;
  total: Total;
}

export interface Stats {
  users: {
    all: Total;
    active: Total;
    disabled: Total;
    pending_deletion: Total;
    with_second_factor?: Total;
  };
  sessions: {
    live: Total;
  };
  sign_ins_24h?: {
    succeeded?: Total;
    failed?: Total;
  };
  mails_queued?: number;
  events_unpublished?: number;
}

export interface AccessTokenRequest {
  /** The first of the client's audiences when left out. */
  audience?: string;
}

/** RFC 6749, section 4.4. The service proves itself by its key as Bearer, by Basic, or in the body. */
export interface ClientCredentialsRequest {
  /** client_credentials */
  grant_type: string;
  audience?: string;
  scope?: string;
  client_id?: string;
  client_secret?: string;
}

export interface AccessToken {
  /** The JWT of jwt.md. */
  access_token: string;
  token_type: "Bearer";
  expires_in: number;
}

/** RFC 6749, section 5.2. */
export interface OAuthError {
  error: string;
  error_description?: string;
  error_uri?: string;
}

export interface IntrospectRequest {
  token: string;
  token_type_hint?: string;
}

/** RFC 7662. For a token that is not live, `active` is false and nothing else is said. */
export interface Introspection {
  active: boolean;
  /** session, access_token or service_key */
  token_type?: string;
  sub?: string;
  iss?: string;
  aud?: string | string[];
  exp?: number;
  iat?: number;
  nbf?: number;
  jti?: string;
  sid?: string;
  client_id?: string;
  username?: string;
  auth_time?: number;
  acr?: Acr;
  amr?: Amr;
  roles?: string[];
  permissions?: string[];
  email?: string;
  email_verified?: boolean;
  identity_verification?: IdentityVerification;
  /** In full with `identity.compliance.read`. */
  screening?: Screening;
}

/** One session, or all of a user's that began before `before`, has ended. */
export interface Revocation {
  session_id?: Id;
  user_id?: Id;
  /** Tokens issued before it are void. */
  before: string;
  /** After it no token concerned can be alive, and the entry may be forgotten. */
  expires_at: string;
}

export interface RevocationFeed {
  items: Revocation[];
  /** Ask with it for what comes next; always there. */
  next_cursor: string;
}

/** A CloudEvent as events/*.schema.json describe it. */
export interface Event {
  specversion: "1.0";
  id: string;
  source: string;
  type: string;
  subject?: string;
  time?: Time;
  datacontenttype?: string;
  dataschema?: string;
  traceparent?: string;
  sequence?: string;
  userversion?: number;
  data: Record<string, unknown>;
}

export interface EventFeed {
  items: Event[];
  /** Ask with it as `after` for what comes next; always there. */
  next_after: string;
}

/** RFC 7517. Keys are published before their first use and until their last token has expired. */
export interface Jwks {
  keys: {
    kty: "OKP" | "EC" | "RSA";
    kid: string;
    alg: "EdDSA" | "ES256" | "RS256";
    use: "sig";
    crv?: string;
    x?: string;
    y?: string;
    n?: string;
    e?: string;
  }[];
}

/** RFC 8414; only what is true. */
export interface AuthorizationServerMetadata {
  issuer: string;
  jwks_uri: string;
  token_endpoint: string;
  introspection_endpoint: string;
  grant_types_supported: string[];
  response_types_supported: string[];
  token_endpoint_auth_methods_supported?: string[];
  introspection_endpoint_auth_methods_supported?: string[];
}

/** What a problem's `type` leads to. */
export interface ErrorPage {
  code: string;
  status: number;
  title: string;
  meaning: string;
  mend: string;
}

export interface Health {
  status: "ok";
}

export interface Readiness {
  status: "ready" | "degraded" | "not_ready" | "draining";
  /** On the ops listener only. */
  dependencies?: {
    name: string;
    status: "ok" | "degraded" | "down";
    /** Whether nothing works without it. */
    vital: boolean;
    detail?: string;
  }[];
}

/** A webhook event of Resend (https://resend.com/docs/webhooks), as it sends it: of `type` email.sent, email.delivered, email.delivery_delayed, email.bounced, email.complained, email.suppressed or email.failed; others change nothing. It is Resend's shape, so unknown members are welcome here. */
export interface MailReport {
  type: string;
  data: Record<string, unknown>;
}

export interface DevMail {
  id: Id;
  to: string;
  subject: string;
  template: string;
  text: string;
  html: string;
  links: string[];
  /** The token of its first link. */
  token: string | null;
  created_at: Time;
}

export interface DevMailbox {
  items: DevMail[];
}

export interface DevUserRequest {
  email: Email;
  password?: Password;
  name?: Name;
  roles?: RoleName[];
  /** true when left out */
  verified?: boolean;
  /** Base32; enrols and confirms TOTP. */
  totp_secret?: string;
}

export interface DevUser {
  user: User;
  session: NewSession;
  backup_codes?: string[];
}

/** One of the two. */
export interface DevClockRequest {
  now?: Time;
  /** A duration such as 15m. */
  advance?: string;
}

export interface DevClock {
  now: Time;
}

export interface Provider {
  /** As in the paths: the configuration's name. */
  name: string;
  /** For people, e.g. Google. */
  title: string;
  /** What it was made of. */
  preset: "google" | "apple" | "github" | "discord" | "gitlab" | "oidc";
  /** Whether native ID tokens are accepted. */
  nonce: boolean;
}

export interface ProviderList {
  items: Provider[];
}

export interface ProviderCallbackForm {
  code?: string;
  state?: string;
  id_token?: string;
  /** Apple, at the first consent alone: the name, unsigned. */
  user?: string;
  iss?: string;
  error?: string;
  error_description?: string;
}

export interface AuthorizeWithProviderRequest {
  client_id?: ClientId;
  redirect_to: string;
  intent: "sign_in" | "link" | "reauthenticate";
  /** S256 (RFC 7636). */
  code_challenge?: string;
}

export interface AuthorizationUrl {
  /** Gatehouse's own `start`; open it in the browser within two minutes. */
  authorization_url: string;
}

export interface ProviderNonceRequest {
  client_id?: ClientId;
}

export interface ProviderNonce {
  /** Use-once, ten minutes; give it, or its SHA-256, to the sheet. */
  nonce: string;
}

export interface SignInWithIdTokenRequest {
  id_token: string;
  client_id?: ClientId;
  name?: Name;
  /** `gthd_…` of an earlier sign-in. */
  device_token?: string;
}

export interface ExchangeProviderCodeRequest {
  code: string;
  /** `gthd_…` of an earlier sign-in. */
  device_token?: string;
  code_verifier?: string;
}

export interface AccountLinked {
  status: "linked";
  account: LinkedAccount;
}

/** By the flow's intent: a sign-in's result, the link made, or the renewed authentication. */
export type ProviderResult = SignedIn | MfaRequired | MfaEnrollmentRequired | AccountLinked | Reauthenticated;
