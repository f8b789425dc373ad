// Generated from packages/contracts/events/topics.yaml by script/contracts. Do not edit.
//
// The events of the identity domain: CloudEvents 1.0 in structured JSON, as published to NATS and as answered by
// GET /v1/events. Members may be added within a major version: ignore what you don't know.

/** A new user, once the address is confirmed. */
export interface UserSignedUp {
  user_id: string;
  email: string;
  name: string | null;
  locale: string | null;
  /** password, invitation, import, or the name of the provider. */
  method: string;
  client_id: string;
}

/** A finished sign-in, for the detection of account takeover. */
export interface UserSignedIn {
  user_id: string;
  session_id: string;
  client_id: string;
  /** RFC 8176 methods; fed for a provider. */
  amr: string[];
  acr: "aal1" | "aal2";
  ip: string;
  user_agent: string;
  /** The device in words, e.g. Firefox on Linux. */
  device: string;
  new_device: boolean;
  risk: {
    level: "low" | "medium" | "high";
    score: number;
    reasons: string[];
  };
}

/** A second factor was enrolled and confirmed. */
export interface MfaEnrolled {
  user_id: string;
  factor: "totp" | "backup_code";
}

/** A second factor was removed, by its owner or by support. */
export interface MfaRemoved {
  user_id: string;
  factor: "totp" | "backup_code";
}

/** A password reset was completed; every session has ended. */
export interface PasswordReset {
  user_id: string;
}

/** The password was changed by its owner; every other session has ended. */
export interface PasswordChanged {
  user_id: string;
}

/** A session ended by force, neither by expiry nor by its own sign-out. */
export interface SessionRevoked {
  user_id: string;
  session_id: string;
  /** The user's id, the service's or the operator's name; null for Gatehouse itself. */
  by: string | null;
  reason: "admin" | "owner" | "password_reset" | "password_changed" | "user_disabled" | "user_deleted" | "not_me" | "limit" | "screening";
  /** When the session, and with it any token minted from it, would have ended anyway. */
  expires_at: string;
}

/** The profile changed; the members that did are there with their new values. */
export interface UserUpdated {
  user_id: string;
  /** Names of the members that changed. */
  changed: string[];
  name?: string | null;
  locale?: string | null;
  picture?: string | null;
  email_verified?: boolean;
}

/** The email address changed, or a change was undone. */
export interface UserEmailChanged {
  user_id: string;
  email: string;
  email_verified: boolean;
}

/** The account was disabled, enabled, or marked for deletion. */
export interface UserStatusChanged {
  user_id: string;
  status: "active" | "disabled" | "pending_deletion";
  previous: "active" | "disabled" | "pending_deletion";
  /** The user's id, the service's or the operator's name; null for Gatehouse itself. */
  by: string | null;
  reason: string | null;
}

/** Deletion was asked for; the account is closed and will be erased. */
export interface UserDeleted {
  user_id: string;
  erase_after: string;
}

/** Everything held of the person is gone; other domains erase theirs. */
export interface UserErased {
  user_id: string;
}

/** A provider's account was linked. */
export interface AccountLinked {
  user_id: string;
  provider: string;
  account_id: string;
}

/** A provider's account was unlinked. */
export interface AccountUnlinked {
  user_id: string;
  provider: string;
  account_id: string;
}

/** A role was given. */
export interface RoleAssigned {
  user_id: string;
  role: string;
  /** The user's id, the service's or the operator's name; null for Gatehouse itself. */
  by: string | null;
  reason: string | null;
  expires_at: string | null;
}

/** A role was taken away. */
export interface RoleRevoked {
  user_id: string;
  role: string;
  /** The user's id, the service's or the operator's name; null for Gatehouse itself. */
  by: string | null;
  reason: string | null;
}

/** The state of identity verification or of sanctions screening changed; in full, not as the person sees it. */
export interface ComplianceChanged {
  user_id: string;
  identity_verification: "unverified" | "pending" | "verified" | "rejected" | "expired";
  screening: "unscreened" | "pending" | "clear" | "possible_match" | "confirmed_match";
  /** The user's id, the service's or the operator's name; null for Gatehouse itself. */
  by: string | null;
  /** The case in the system that decided. */
  reference: string | null;
}

/** A row of the audit log, without the personal values that sit beside it (network, device, addresses). */
export interface AuditRecorded {
  id: string;
  occurred_at: string;
  actor_type: "user" | "service" | "system" | "anonymous" | "operator";
  actor_id: string | null;
  subject_id: string | null;
  action: string;
  outcome: "success" | "failure" | "denied";
  reason: string | null;
  request_id: string | null;
  details: Record<string, unknown>;
  /** The row's place in the chain. */
  sequence?: number;
  /** SHA-256 over salt and personal values, which binds them without showing them. */
  personal_digest?: string;
  previous_hash?: string;
  hash?: string;
}

/** The signed head of the audit chain, to be kept where Gatehouse cannot reach it. */
export interface AuditCheckpoint {
  sequence: number;
  head: string;
  /** Compact JWS, typ audit-checkpoint+jws. */
  jws: string;
}

/** The accounts domain needs a user to have a role. Granted once, however often the message comes. */
export interface AccountsUserRoleRequired {
  user_id: string;
  role: string;
  reason: string;
  /** When the role ends; absent for good. */
  expires_at?: string;
}

/** A role request that could not be carried out, with the message as it came. */
export interface DeadAccountsUserRoleRequired {
  reason: "malformed" | "unknown_user" | "unknown_role" | "role_not_grantable" | "user_disabled" | "expired" | "failed";
  /** The subject it came on. */
  subject: string;
  original_base64: string;
}

/** The topics that identity produces. */
export const TOPICS = [
  "identity.user.signed_up",
  "identity.user.signed_in",
  "identity.mfa.enrolled",
  "identity.mfa.removed",
  "identity.password.reset",
  "identity.password.changed",
  "identity.session.revoked",
  "identity.user.updated",
  "identity.user.email_changed",
  "identity.user.status_changed",
  "identity.user.deleted",
  "identity.user.erased",
  "identity.account.linked",
  "identity.account.unlinked",
  "identity.role.assigned",
  "identity.role.revoked",
  "identity.compliance.changed",
  "identity.audit.recorded",
  "identity.audit.checkpoint",
] as const;

export type Topic = (typeof TOPICS)[number];

/** The topics that identity consumes: others produce them, in the same envelope. */
export const CONSUMED_TOPICS = ["accounts.user.role_required"] as const;

/** Where messages go that could not be carried out. */
export const DEAD_TOPICS = ["dead.accounts.user.role_required"] as const;

/** The data of each topic. */
export interface EventData {
  "identity.user.signed_up": UserSignedUp;
  "identity.user.signed_in": UserSignedIn;
  "identity.mfa.enrolled": MfaEnrolled;
  "identity.mfa.removed": MfaRemoved;
  "identity.password.reset": PasswordReset;
  "identity.password.changed": PasswordChanged;
  "identity.session.revoked": SessionRevoked;
  "identity.user.updated": UserUpdated;
  "identity.user.email_changed": UserEmailChanged;
  "identity.user.status_changed": UserStatusChanged;
  "identity.user.deleted": UserDeleted;
  "identity.user.erased": UserErased;
  "identity.account.linked": AccountLinked;
  "identity.account.unlinked": AccountUnlinked;
  "identity.role.assigned": RoleAssigned;
  "identity.role.revoked": RoleRevoked;
  "identity.compliance.changed": ComplianceChanged;
  "identity.audit.recorded": AuditRecorded;
  "identity.audit.checkpoint": AuditCheckpoint;
  "accounts.user.role_required": AccountsUserRoleRequired;
  "dead.accounts.user.role_required": DeadAccountsUserRoleRequired;
}

export type AnyTopic = keyof EventData;

/** A CloudEvent of one topic. */
export interface CloudEvent<T extends AnyTopic> {
  specversion: "1.0";
  /** Deduplicate by it. */
  id: string;
  source: string;
  type: T;
  /** The user's id, where one is concerned. */
  subject?: string;
  time?: string;
  datacontenttype?: "application/json";
  dataschema?: string;
  traceparent?: string;
  /** The place among all events, zero-padded so that text order is event order. */
  sequence?: string;
  /** Counts up by one per user: a gap is a missing event. */
  userversion?: number;
  data: EventData[T];
}

/** Any event that identity produces; `switch (event.type)` narrows `event.data`. */
export type IdentityEvent = { [T in Topic]: CloudEvent<T> }[Topic];

/** An event whose user was erased since: of its data only `user_id` is left. */
export interface ErasedIdentityEvent extends Omit<CloudEvent<Topic>, "data"> {
  data: { user_id: string; erased: true };
}

/** Whether the event is a tombstone; ask before reading `data` of events pulled or replayed. */
export function isErased(event: IdentityEvent | ErasedIdentityEvent): event is ErasedIdentityEvent {
  return (event.data as { erased?: unknown }).erased === true;
}

/** The input is not an event of this contract. */
export class IdentityEventError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "IdentityEventError";
  }
}

const REQUIRED_DATA: Record<AnyTopic, readonly string[]> = {
  "identity.user.signed_up": ["user_id","email","name","locale","method","client_id"],
  "identity.user.signed_in": ["user_id","session_id","client_id","amr","acr","ip","user_agent","device","new_device","risk"],
  "identity.mfa.enrolled": ["user_id","factor"],
  "identity.mfa.removed": ["user_id","factor"],
  "identity.password.reset": ["user_id"],
  "identity.password.changed": ["user_id"],
  "identity.session.revoked": ["user_id","session_id","by","reason","expires_at"],
  "identity.user.updated": ["user_id","changed"],
  "identity.user.email_changed": ["user_id","email","email_verified"],
  "identity.user.status_changed": ["user_id","status","previous","by","reason"],
  "identity.user.deleted": ["user_id","erase_after"],
  "identity.user.erased": ["user_id"],
  "identity.account.linked": ["user_id","provider","account_id"],
  "identity.account.unlinked": ["user_id","provider","account_id"],
  "identity.role.assigned": ["user_id","role","by","reason","expires_at"],
  "identity.role.revoked": ["user_id","role","by","reason"],
  "identity.compliance.changed": ["user_id","identity_verification","screening","by","reference"],
  "identity.audit.recorded": ["id","occurred_at","actor_type","actor_id","subject_id","action","outcome","reason","request_id","details"],
  "identity.audit.checkpoint": ["sequence","head","jws"],
  "accounts.user.role_required": ["user_id","role","reason"],
  "dead.accounts.user.role_required": ["reason","subject","original_base64"],
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseAs<T extends AnyTopic>(input: string | Uint8Array | unknown, topics: readonly T[]): { [K in T]: CloudEvent<K> }[T] {
  let value: unknown = input;
  if (input instanceof Uint8Array) value = new TextDecoder("utf-8", { fatal: true }).decode(input);
  if (typeof value === "string") {
    try {
      value = JSON.parse(value);
    } catch {
      throw new IdentityEventError("the event is not JSON");
    }
  }
  if (!isRecord(value)) throw new IdentityEventError("the event is not a JSON object");
  if (value.specversion !== "1.0") throw new IdentityEventError("the event is not CloudEvents 1.0");
  for (const member of ["id", "source", "type"])
    if (typeof value[member] !== "string" || value[member] === "") throw new IdentityEventError(`the event has no ${member}`);
  const topic = topics.find((known) => known === value.type);
  if (topic === undefined) throw new IdentityEventError(`the event's type ${String(value.type)} is not known`);
  const data = value.data;
  if (!isRecord(data)) throw new IdentityEventError("the event has no data");
  const wanted = data.erased === true ? ["user_id"] : REQUIRED_DATA[topic];
  for (const member of wanted) if (!(member in data)) throw new IdentityEventError(`the event's data has no ${member}`);
  return value as unknown as { [K in T]: CloudEvent<K> }[T];
}

/**
 * Reads an event that identity produced, from a parsed value, a JSON text or its bytes (a NATS message's `data`).
 * Throws IdentityEventError for what is not one; a topic that is newer than this package is such an error too, so a
 * consumer of a whole stream filters by subject first.
 */
export function parseIdentityEvent(input: unknown): IdentityEvent {
  return parseAs(input, TOPICS);
}

/** Reads a message of a topic that identity consumes; for the tests of those who produce it. */
export function parseConsumedEvent(input: unknown): CloudEvent<(typeof CONSUMED_TOPICS)[number]> {
  return parseAs(input, CONSUMED_TOPICS);
}
