-- People, their ways to sign in, and what they are signed in with. Everything lives in the schema `identity`. Text that
-- is ordered or searched by prefix has the collation "C", so that both databases agree on the order.
-- 0001_identity.sqlite.sql makes the same tables; docs/data-model.md says what each holds and for how long.

-- One row a person.
CREATE TABLE users (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  email text NOT NULL,
  email_canonical text COLLATE "C" NOT NULL,
  email_verified_at timestamptz,
  name text,
  name_folded text COLLATE "C",
  locale text,
  picture text,
  status text NOT NULL,
  status_reason text,
  password_hash text,
  password_changed_at timestamptz,
  credential_version bigint NOT NULL,
  password_exposed boolean NOT NULL,
  reset_required boolean NOT NULL,
  identity_verification text NOT NULL,
  screening text NOT NULL,
  screening_public text NOT NULL,
  compliance_hold boolean NOT NULL,
  deletion_due_at timestamptz,
  reset_guard_until timestamptz,
  mail_undeliverable boolean NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  last_sign_in_at timestamptz,
  version bigint NOT NULL
);
CREATE UNIQUE INDEX users_email_canonical ON users (email_canonical);
CREATE INDEX users_name_folded ON users (name_folded, id) WHERE name_folded IS NOT NULL;
CREATE INDEX users_status ON users (status, id);
CREATE INDEX users_deletion_due ON users (status, deletion_due_at) WHERE deletion_due_at IS NOT NULL;

-- Ids of erased users, so that none is ever given twice.
CREATE TABLE used_ids (
  id text COLLATE "C" NOT NULL PRIMARY KEY
);

-- Provider accounts linked to users; known by issuer and subject alone.
CREATE TABLE accounts (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  provider text NOT NULL,
  issuer text NOT NULL,
  subject text COLLATE "C" NOT NULL,
  email text,
  email_verified boolean NOT NULL,
  name text,
  sealed_tokens bytea,
  created_at timestamptz NOT NULL,
  last_used_at timestamptz
);
CREATE UNIQUE INDEX accounts_identity ON accounts (issuer, subject);
CREATE INDEX accounts_user ON accounts (user_id, id);

-- Browsers and apps that finished a sign-in to an account before.
CREATE TABLE devices (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  name text NOT NULL,
  user_agent text NOT NULL,
  network text NOT NULL,
  created_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX devices_user ON devices (user_id, last_seen_at);
CREATE INDEX devices_last_seen ON devices (last_seen_at);

-- Live sessions; ending one removes its row. ends_at is the earlier of its idle and its absolute end.
CREATE TABLE sessions (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  client_id text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  authenticated_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  idle_timeout bigint NOT NULL,
  ends_at timestamptz NOT NULL,
  acr text NOT NULL,
  amr jsonb NOT NULL,
  ip text NOT NULL,
  user_agent text NOT NULL,
  device text NOT NULL,
  device_id text COLLATE "C"
);
CREATE INDEX sessions_user ON sessions (user_id, id);
CREATE INDEX sessions_ends ON sessions (ends_at);

-- Endings of sessions and changes of what they may do: followed by other processes and GET /v1/revocations.
CREATE TABLE session_invalidations (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sequence bigint,
  session_id text COLLATE "C",
  user_id text COLLATE "C",
  before timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  ending boolean NOT NULL,
  CHECK ((session_id IS NULL) <> (user_id IS NULL))
);
CREATE UNIQUE INDEX session_invalidations_sequence ON session_invalidations (sequence) WHERE sequence IS NOT NULL;
CREATE INDEX session_invalidations_unsealed ON session_invalidations (position) WHERE sequence IS NULL;
CREATE INDEX session_invalidations_expires ON session_invalidations (expires_at);

-- Sign-ups whose address is not confirmed yet; several for one address are possible, and none is a user.
CREATE TABLE pending_sign_ups (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  email text NOT NULL,
  email_canonical text COLLATE "C" NOT NULL,
  password_hash text NOT NULL,
  name text,
  locale text,
  client_id text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX pending_sign_ups_email ON pending_sign_ups (email_canonical, created_at, id);
CREATE INDEX pending_sign_ups_expires ON pending_sign_ups (expires_at);

-- What mailed links carry, for every purpose; consuming one removes its row.
CREATE TABLE verification_tokens (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  purpose text NOT NULL,
  user_id text COLLATE "C" REFERENCES users (id) ON DELETE CASCADE,
  pending_sign_up_id text COLLATE "C" REFERENCES pending_sign_ups (id) ON DELETE CASCADE,
  email text NOT NULL,
  email_canonical text COLLATE "C" NOT NULL,
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  payload jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX verification_tokens_user ON verification_tokens (user_id, purpose, created_at, id);
CREATE INDEX verification_tokens_email ON verification_tokens (email_canonical, purpose, created_at, id);
CREATE INDEX verification_tokens_pending ON verification_tokens (pending_sign_up_id)
  WHERE pending_sign_up_id IS NOT NULL;
CREATE INDEX verification_tokens_expires ON verification_tokens (expires_at);

-- The authenticator's secret of a user, sealed; no factor before it is confirmed.
CREATE TABLE user_mfa_secrets (
  user_id text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  id text COLLATE "C" NOT NULL UNIQUE,
  sealed_secret bytea NOT NULL,
  confirmed_at timestamptz,
  last_step bigint NOT NULL,
  created_at timestamptz NOT NULL
);

-- A user's present set of backup codes, hashed under one salt.
CREATE TABLE mfa_backup_codes (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  salt bytea NOT NULL,
  used_at timestamptz,
  created_at timestamptz NOT NULL
);
CREATE INDEX mfa_backup_codes_user ON mfa_backup_codes (user_id, id);

-- Wrong codes per user and kind of factor since the last right one, whether or not the factor exists.
CREATE TABLE factor_counters (
  user_id text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  factor text NOT NULL,
  failures bigint NOT NULL,
  last_failure_at timestamptz,
  locked_at timestamptz,
  PRIMARY KEY (user_id, factor)
);

-- What stands between a right password and a session, or what another service asked a person to prove.
CREATE TABLE mfa_challenges (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  user_id text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  client_id text COLLATE "C" NOT NULL,
  purpose text NOT NULL,
  service text,
  first_factor jsonb NOT NULL,
  credential_version bigint NOT NULL,
  wrong_codes bigint NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  state text NOT NULL,
  verified_at timestamptz,
  verified_amr jsonb NOT NULL,
  device_id text COLLATE "C",
  ip text NOT NULL,
  user_agent text NOT NULL,
  cookie_hash bytea
);
CREATE INDEX mfa_challenges_user ON mfa_challenges (user_id);
CREATE INDEX mfa_challenges_expires ON mfa_challenges (expires_at);

-- Who has which role, given by whom, why and until when.
CREATE TABLE role_assignments (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  user_id text COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role text COLLATE "C" NOT NULL,
  granted_by_type text NOT NULL,
  granted_by text NOT NULL,
  reason text,
  source_event_id text COLLATE "C",
  created_at timestamptz NOT NULL,
  expires_at timestamptz
);
CREATE UNIQUE INDEX role_assignments_user ON role_assignments (user_id, role);
CREATE INDEX role_assignments_role ON role_assignments (role, user_id);
CREATE INDEX role_assignments_expires ON role_assignments (expires_at) WHERE expires_at IS NOT NULL;

-- The record of every try to sign in; an unknown address is kept only as a keyed hash.
CREATE TABLE login_attempts (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  occurred_at timestamptz NOT NULL,
  user_id text COLLATE "C" REFERENCES users (id) ON DELETE CASCADE,
  identifier_hmac text NOT NULL,
  outcome text NOT NULL,
  factor text NOT NULL,
  reason text NOT NULL,
  client_id text COLLATE "C" NOT NULL,
  ip text NOT NULL,
  network text NOT NULL,
  user_agent text NOT NULL,
  device text NOT NULL,
  device_id text COLLATE "C",
  latency bigint NOT NULL,
  risk_level text NOT NULL,
  risk_score bigint NOT NULL,
  risk_reasons jsonb NOT NULL,
  request_id text COLLATE "C" NOT NULL
);
CREATE INDEX login_attempts_time ON login_attempts (occurred_at, id);
CREATE INDEX login_attempts_user ON login_attempts (user_id, occurred_at, id);
CREATE INDEX login_attempts_identifier ON login_attempts (identifier_hmac, occurred_at, id);
CREATE INDEX login_attempts_network ON login_attempts (network, occurred_at, id);
CREATE INDEX login_attempts_seen ON login_attempts (user_id, network) WHERE outcome = 'success';

-- Failures lately seen per kind and key; the key is a keyed hash and names nobody.
CREATE TABLE throttle_budgets (
  kind text NOT NULL,
  key text COLLATE "C" NOT NULL,
  failures bigint NOT NULL,
  last_at timestamptz NOT NULL,
  forgiven_at timestamptz NOT NULL,
  PRIMARY KEY (kind, key)
);
CREATE INDEX throttle_budgets_last ON throttle_budgets (last_at);
