-- People, their ways to sign in, and what they are signed in with. Times are microseconds since 1970, JSON is text.
-- 0001_identity.postgres.sql makes the same tables; docs/data-model.md says what each holds and for how long.

-- One row a person.
CREATE TABLE users (
  id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  email_canonical TEXT NOT NULL,
  email_verified_at INTEGER,
  name TEXT,
  name_folded TEXT,
  locale TEXT,
  picture TEXT,
  status TEXT NOT NULL,
  status_reason TEXT,
  password_hash TEXT,
  password_changed_at INTEGER,
  credential_version INTEGER NOT NULL,
  password_exposed INTEGER NOT NULL,
  reset_required INTEGER NOT NULL,
  identity_verification TEXT NOT NULL,
  screening TEXT NOT NULL,
  screening_public TEXT NOT NULL,
  compliance_hold INTEGER NOT NULL,
  deletion_due_at INTEGER,
  reset_guard_until INTEGER,
  mail_undeliverable INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_sign_in_at INTEGER,
  version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX users_email_canonical ON users (email_canonical);
CREATE INDEX users_name_folded ON users (name_folded, id) WHERE name_folded IS NOT NULL;
CREATE INDEX users_status ON users (status, id);
CREATE INDEX users_deletion_due ON users (status, deletion_due_at) WHERE deletion_due_at IS NOT NULL;

-- Ids of erased users, so that none is ever given twice.
CREATE TABLE used_ids (
  id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Provider accounts linked to users; known by issuer and subject alone.
CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider TEXT NOT NULL,
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  email TEXT,
  email_verified INTEGER NOT NULL,
  name TEXT,
  sealed_tokens BLOB,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;
CREATE UNIQUE INDEX accounts_identity ON accounts (issuer, subject);
CREATE INDEX accounts_user ON accounts (user_id, id);

-- Browsers and apps that finished a sign-in to an account before.
CREATE TABLE devices (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
  name TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  network TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX devices_user ON devices (user_id, last_seen_at);
CREATE INDEX devices_last_seen ON devices (last_seen_at);

-- Live sessions; ending one removes its row. ends_at is the earlier of its idle and its absolute end.
CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
  client_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  authenticated_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  idle_timeout INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  acr TEXT NOT NULL,
  amr TEXT NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  device TEXT NOT NULL,
  device_id TEXT
) STRICT;
CREATE INDEX sessions_user ON sessions (user_id, id);
CREATE INDEX sessions_ends ON sessions (ends_at);

-- Endings of sessions and changes of what they may do: followed by other processes and GET /v1/revocations.
CREATE TABLE session_invalidations (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  sequence INTEGER,
  session_id TEXT,
  user_id TEXT,
  before INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ending INTEGER NOT NULL,
  CHECK ((session_id IS NULL) <> (user_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX session_invalidations_sequence ON session_invalidations (sequence) WHERE sequence IS NOT NULL;
CREATE INDEX session_invalidations_unsealed ON session_invalidations (position) WHERE sequence IS NULL;
CREATE INDEX session_invalidations_expires ON session_invalidations (expires_at);

-- Sign-ups whose address is not confirmed yet; several for one address are possible, and none is a user.
CREATE TABLE pending_sign_ups (
  id TEXT NOT NULL PRIMARY KEY,
  email TEXT NOT NULL,
  email_canonical TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  name TEXT,
  locale TEXT,
  client_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pending_sign_ups_email ON pending_sign_ups (email_canonical, created_at, id);
CREATE INDEX pending_sign_ups_expires ON pending_sign_ups (expires_at);

-- What mailed links carry, for every purpose; consuming one removes its row.
CREATE TABLE verification_tokens (
  id TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
  pending_sign_up_id TEXT REFERENCES pending_sign_ups (id) ON DELETE CASCADE,
  email TEXT NOT NULL,
  email_canonical TEXT NOT NULL,
  token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
  payload TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX verification_tokens_user ON verification_tokens (user_id, purpose, created_at, id);
CREATE INDEX verification_tokens_email ON verification_tokens (email_canonical, purpose, created_at, id);
CREATE INDEX verification_tokens_pending ON verification_tokens (pending_sign_up_id)
  WHERE pending_sign_up_id IS NOT NULL;
CREATE INDEX verification_tokens_expires ON verification_tokens (expires_at);

-- The authenticator's secret of a user, sealed; no factor before it is confirmed.
CREATE TABLE user_mfa_secrets (
  user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  id TEXT NOT NULL UNIQUE,
  sealed_secret BLOB NOT NULL,
  confirmed_at INTEGER,
  last_step INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- A user's present set of backup codes, hashed under one salt.
CREATE TABLE mfa_backup_codes (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  code_hash BLOB NOT NULL,
  salt BLOB NOT NULL,
  used_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mfa_backup_codes_user ON mfa_backup_codes (user_id, id);

-- Wrong codes per user and kind of factor since the last right one, whether or not the factor exists.
CREATE TABLE factor_counters (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  factor TEXT NOT NULL,
  failures INTEGER NOT NULL,
  last_failure_at INTEGER,
  locked_at INTEGER,
  PRIMARY KEY (user_id, factor)
) STRICT, WITHOUT ROWID;

-- What stands between a right password and a session, or what another service asked a person to prove.
CREATE TABLE mfa_challenges (
  id TEXT NOT NULL PRIMARY KEY,
  token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  service TEXT,
  first_factor TEXT NOT NULL,
  credential_version INTEGER NOT NULL,
  wrong_codes INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  verified_at INTEGER,
  verified_amr TEXT NOT NULL,
  device_id TEXT,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  cookie_hash BLOB
) STRICT;
CREATE INDEX mfa_challenges_user ON mfa_challenges (user_id);
CREATE INDEX mfa_challenges_expires ON mfa_challenges (expires_at);

-- Who has which role, given by whom, why and until when.
CREATE TABLE role_assignments (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  granted_by_type TEXT NOT NULL,
  granted_by TEXT NOT NULL,
  reason TEXT,
  source_event_id TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT;
CREATE UNIQUE INDEX role_assignments_user ON role_assignments (user_id, role);
CREATE INDEX role_assignments_role ON role_assignments (role, user_id);
CREATE INDEX role_assignments_expires ON role_assignments (expires_at) WHERE expires_at IS NOT NULL;

-- The record of every try to sign in; an unknown address is kept only as a keyed hash.
CREATE TABLE login_attempts (
  id TEXT NOT NULL PRIMARY KEY,
  occurred_at INTEGER NOT NULL,
  user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
  identifier_hmac TEXT NOT NULL,
  outcome TEXT NOT NULL,
  factor TEXT NOT NULL,
  reason TEXT NOT NULL,
  client_id TEXT NOT NULL,
  ip TEXT NOT NULL,
  network TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  device TEXT NOT NULL,
  device_id TEXT,
  latency INTEGER NOT NULL,
  risk_level TEXT NOT NULL,
  risk_score INTEGER NOT NULL,
  risk_reasons TEXT NOT NULL,
  request_id TEXT NOT NULL
) STRICT;
CREATE INDEX login_attempts_time ON login_attempts (occurred_at, id);
CREATE INDEX login_attempts_user ON login_attempts (user_id, occurred_at, id);
CREATE INDEX login_attempts_identifier ON login_attempts (identifier_hmac, occurred_at, id);
CREATE INDEX login_attempts_network ON login_attempts (network, occurred_at, id);
CREATE INDEX login_attempts_seen ON login_attempts (user_id, network) WHERE outcome = 'success';

-- Failures lately seen per kind and key; the key is a keyed hash and names nobody.
CREATE TABLE throttle_budgets (
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  failures INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  forgiven_at INTEGER NOT NULL,
  PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX throttle_budgets_last ON throttle_budgets (last_at);
