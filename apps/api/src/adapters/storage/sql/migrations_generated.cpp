// Made by script/embed_migrations from migrations/; don't edit.
#include <array>

#include "adapters/storage/sql/migrations.hpp"

namespace gatehouse::adapters::sql {
namespace {

// clang-format off
constexpr auto kMigrations = std::to_array<Migration>({
{1, 1, "0001_identity", R"sql(-- People, their ways to sign in, and what they are signed in with. Times are microseconds since 1970, JSON is text.
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
)sql", R"sql(-- People, their ways to sign in, and what they are signed in with. Everything lives in the schema `identity`. Text that
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
)sql"},
{2, 2, "0002_ledgers", R"sql(-- What state changes leave behind in the same transaction: audit rows, events, mails. Rows are written without place;
-- the sealer gives committed ones their sequence. 0002_ledgers.postgres.sql makes the same tables.

-- Where each ledger's sequence stands, and the chain's last hash.
CREATE TABLE ledger_heads (
  name TEXT NOT NULL PRIMARY KEY,
  sequence INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO ledger_heads (name, sequence, hash)
VALUES ('audit', 0, zeroblob(32)), ('outbox', 0, x''), ('invalidations', 0, x'');

-- The audit log, chained by hash; details is kept to the letter, because the hash covers it.
CREATE TABLE auth_audit_log (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  occurred_at INTEGER NOT NULL,
  actor_type TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  action TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  request_id TEXT NOT NULL,
  details TEXT NOT NULL,
  personal_digest BLOB NOT NULL,
  sequence INTEGER,
  previous_hash BLOB,
  hash BLOB
) STRICT;
CREATE UNIQUE INDEX auth_audit_log_sequence ON auth_audit_log (sequence) WHERE sequence IS NOT NULL;
CREATE INDEX auth_audit_log_unsealed ON auth_audit_log (position) WHERE sequence IS NULL;
CREATE INDEX auth_audit_log_time ON auth_audit_log (occurred_at, sequence);
CREATE INDEX auth_audit_log_actor ON auth_audit_log (actor_id, occurred_at, sequence);
CREATE INDEX auth_audit_log_subject ON auth_audit_log (subject_id, occurred_at, sequence);
CREATE INDEX auth_audit_log_action ON auth_audit_log (action, occurred_at, sequence);
CREATE INDEX auth_audit_log_request ON auth_audit_log (request_id);

-- The personal part of an audit row, sealed, with the salt that binds it; erasure removes the row and the chain holds.
CREATE TABLE audit_personal (
  audit_id TEXT NOT NULL PRIMARY KEY REFERENCES auth_audit_log (id) ON DELETE CASCADE,
  salt BLOB NOT NULL,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Signed heads of the audit chain.
CREATE TABLE audit_checkpoints (
  sequence INTEGER NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  jws TEXT NOT NULL
) STRICT;

-- Events for other domains; data is sealed, and null once its subject is erased.
CREATE TABLE outbox_events (
  position INTEGER PRIMARY KEY,
  event_id TEXT NOT NULL UNIQUE,
  topic TEXT NOT NULL,
  subject TEXT,
  data BLOB,
  occurred_at INTEGER NOT NULL,
  traceparent TEXT NOT NULL,
  sequence INTEGER,
  userversion INTEGER,
  published_at INTEGER
) STRICT;
CREATE UNIQUE INDEX outbox_events_sequence ON outbox_events (sequence) WHERE sequence IS NOT NULL;
CREATE INDEX outbox_events_unsealed ON outbox_events (position) WHERE sequence IS NULL;
CREATE INDEX outbox_events_unpublished ON outbox_events (sequence) WHERE published_at IS NULL AND sequence IS NOT NULL;
CREATE INDEX outbox_events_topic ON outbox_events (topic, sequence);
CREATE INDEX outbox_events_subject ON outbox_events (subject) WHERE subject IS NOT NULL;
CREATE INDEX outbox_events_published ON outbox_events (published_at) WHERE published_at IS NOT NULL;

-- How many events each subject has had; outlives them, so that userversion never goes back.
CREATE TABLE subject_versions (
  subject TEXT NOT NULL PRIMARY KEY,
  userversion INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events of other domains that were acted on, so that none counts twice.
CREATE TABLE inbox_events (
  event_id TEXT NOT NULL PRIMARY KEY,
  topic TEXT NOT NULL,
  received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_events_received ON inbox_events (received_at);

-- Mails to be sent, frozen; bodies are sealed and wiped once delivered or expired.
CREATE TABLE mail_messages (
  id TEXT NOT NULL PRIMARY KEY,
  user_id TEXT,
  recipient TEXT NOT NULL,
  recipient_canonical TEXT NOT NULL,
  template_name TEXT NOT NULL,
  subject TEXT NOT NULL,
  body_text BLOB,
  body_html BLOB,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  provider_id TEXT,
  last_error TEXT
) STRICT;
CREATE INDEX mail_messages_due ON mail_messages (state, next_attempt_at);
CREATE INDEX mail_messages_state ON mail_messages (state, id);
CREATE INDEX mail_messages_recipient ON mail_messages (recipient_canonical, id);
CREATE INDEX mail_messages_user ON mail_messages (user_id, id);
CREATE INDEX mail_messages_created ON mail_messages (created_at);
CREATE UNIQUE INDEX mail_messages_provider ON mail_messages (provider_id) WHERE provider_id IS NOT NULL;

-- Ids of a mail provider's webhooks that were acted on.
CREATE TABLE mail_webhooks (
  id TEXT NOT NULL PRIMARY KEY,
  received_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_webhooks_received ON mail_webhooks (received_at);
)sql", R"sql(-- What state changes leave behind in the same transaction: audit rows, events, mails. Rows are written without place;
-- the sealer gives committed ones their sequence. 0002_ledgers.sqlite.sql makes the same tables.

-- Where each ledger's sequence stands, and the chain's last hash.
CREATE TABLE ledger_heads (
  name text NOT NULL PRIMARY KEY,
  sequence bigint NOT NULL,
  hash bytea NOT NULL
);
INSERT INTO ledger_heads (name, sequence, hash)
VALUES ('audit', 0, decode(repeat('00', 32), 'hex')), ('outbox', 0, ''), ('invalidations', 0, '');

-- The audit log, chained by hash; details is kept to the letter, because the hash covers it.
CREATE TABLE auth_audit_log (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  occurred_at timestamptz NOT NULL,
  actor_type text NOT NULL,
  actor_id text COLLATE "C" NOT NULL,
  subject_id text COLLATE "C" NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL,
  reason text NOT NULL,
  request_id text COLLATE "C" NOT NULL,
  details text NOT NULL,
  personal_digest bytea NOT NULL,
  sequence bigint,
  previous_hash bytea,
  hash bytea
);
CREATE UNIQUE INDEX auth_audit_log_sequence ON auth_audit_log (sequence) WHERE sequence IS NOT NULL;
CREATE INDEX auth_audit_log_unsealed ON auth_audit_log (position) WHERE sequence IS NULL;
CREATE INDEX auth_audit_log_time ON auth_audit_log (occurred_at, sequence);
CREATE INDEX auth_audit_log_actor ON auth_audit_log (actor_id, occurred_at, sequence);
CREATE INDEX auth_audit_log_subject ON auth_audit_log (subject_id, occurred_at, sequence);
CREATE INDEX auth_audit_log_action ON auth_audit_log (action, occurred_at, sequence);
CREATE INDEX auth_audit_log_request ON auth_audit_log (request_id);

-- The personal part of an audit row, sealed, with the salt that binds it; erasure removes the row and the chain holds.
CREATE TABLE audit_personal (
  audit_id text COLLATE "C" NOT NULL PRIMARY KEY REFERENCES auth_audit_log (id) ON DELETE CASCADE,
  salt bytea NOT NULL,
  value bytea NOT NULL
);

-- Signed heads of the audit chain.
CREATE TABLE audit_checkpoints (
  sequence bigint NOT NULL PRIMARY KEY,
  hash bytea NOT NULL,
  created_at timestamptz NOT NULL,
  jws text NOT NULL
);

-- Events for other domains; data is sealed, and null once its subject is erased.
CREATE TABLE outbox_events (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id text COLLATE "C" NOT NULL UNIQUE,
  topic text NOT NULL,
  subject text COLLATE "C",
  data bytea,
  occurred_at timestamptz NOT NULL,
  traceparent text NOT NULL,
  sequence bigint,
  userversion bigint,
  published_at timestamptz
);
CREATE UNIQUE INDEX outbox_events_sequence ON outbox_events (sequence) WHERE sequence IS NOT NULL;
CREATE INDEX outbox_events_unsealed ON outbox_events (position) WHERE sequence IS NULL;
CREATE INDEX outbox_events_unpublished ON outbox_events (sequence) WHERE published_at IS NULL AND sequence IS NOT NULL;
CREATE INDEX outbox_events_topic ON outbox_events (topic, sequence);
CREATE INDEX outbox_events_subject ON outbox_events (subject) WHERE subject IS NOT NULL;
CREATE INDEX outbox_events_published ON outbox_events (published_at) WHERE published_at IS NOT NULL;

-- How many events each subject has had; outlives them, so that userversion never goes back.
CREATE TABLE subject_versions (
  subject text COLLATE "C" NOT NULL PRIMARY KEY,
  userversion bigint NOT NULL
);

-- Events of other domains that were acted on, so that none counts twice.
CREATE TABLE inbox_events (
  event_id text COLLATE "C" NOT NULL PRIMARY KEY,
  topic text NOT NULL,
  received_at timestamptz NOT NULL
);
CREATE INDEX inbox_events_received ON inbox_events (received_at);

-- Mails to be sent, frozen; bodies are sealed and wiped once delivered or expired.
CREATE TABLE mail_messages (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  user_id text COLLATE "C",
  recipient text NOT NULL,
  recipient_canonical text COLLATE "C" NOT NULL,
  template_name text NOT NULL,
  subject text COLLATE "C" NOT NULL,
  body_text bytea,
  body_html bytea,
  state text NOT NULL,
  attempts bigint NOT NULL,
  next_attempt_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  provider_id text COLLATE "C",
  last_error text
);
CREATE INDEX mail_messages_due ON mail_messages (state, next_attempt_at);
CREATE INDEX mail_messages_state ON mail_messages (state, id);
CREATE INDEX mail_messages_recipient ON mail_messages (recipient_canonical, id);
CREATE INDEX mail_messages_user ON mail_messages (user_id, id);
CREATE INDEX mail_messages_created ON mail_messages (created_at);
CREATE UNIQUE INDEX mail_messages_provider ON mail_messages (provider_id) WHERE provider_id IS NOT NULL;

-- Ids of a mail provider's webhooks that were acted on.
CREATE TABLE mail_webhooks (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  received_at timestamptz NOT NULL
);
CREATE INDEX mail_webhooks_received ON mail_webhooks (received_at);
)sql"},
{3, 3, "0003_machinery", R"sql(-- What the service needs for itself: keys, services, and the locks and facts that its processes share.
-- 0003_machinery.postgres.sql makes the same tables.

-- Keys that sign tokens and audit checkpoints; private halves are sealed, or stay in Vault.
CREATE TABLE signing_keys (
  kid TEXT NOT NULL PRIMARY KEY,
  algorithm TEXT NOT NULL,
  purpose TEXT NOT NULL,
  state TEXT NOT NULL,
  provider TEXT NOT NULL,
  public_jwk TEXT NOT NULL,
  sealed_private_key BLOB,
  vault_version INTEGER,
  created_at INTEGER NOT NULL,
  activated_at INTEGER,
  retired_at INTEGER,
  gone_at INTEGER
) STRICT;
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (purpose, algorithm) WHERE state = 'active';

-- Keys that seal columns, wrapped by the key-encryption key or by Vault.
CREATE TABLE data_keys (
  id TEXT NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  wrapped BLOB NOT NULL,
  wrapped_by TEXT NOT NULL,
  active INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX data_keys_active ON data_keys (purpose) WHERE active = 1;

-- Keys by which other programs prove themselves, hashed.
CREATE TABLE service_keys (
  id TEXT NOT NULL PRIMARY KEY,
  service TEXT NOT NULL,
  key_hash BLOB NOT NULL CHECK (length(key_hash) = 32),
  permissions TEXT NOT NULL,
  source TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER
) STRICT;
CREATE INDEX service_keys_service ON service_keys (service, id);

-- Answers to POSTs that carried an Idempotency-Key; status 0 while the first is under way.
CREATE TABLE idempotency_keys (
  key TEXT NOT NULL PRIMARY KEY,
  request_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  answer_json TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX idempotency_keys_expires ON idempotency_keys (expires_at);

-- Who does what alone, until when: the relay, the sealer, the janitor.
CREATE TABLE leases (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Facts about this database: its mode, key check value, audit epoch.
CREATE TABLE facts (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql", R"sql(-- What the service needs for itself: keys, services, and the locks and facts that its processes share.
-- 0003_machinery.sqlite.sql makes the same tables.

-- Keys that sign tokens and audit checkpoints; private halves are sealed, or stay in Vault.
CREATE TABLE signing_keys (
  kid text COLLATE "C" NOT NULL PRIMARY KEY,
  algorithm text NOT NULL,
  purpose text NOT NULL,
  state text NOT NULL,
  provider text NOT NULL,
  public_jwk jsonb NOT NULL,
  sealed_private_key bytea,
  vault_version bigint,
  created_at timestamptz NOT NULL,
  activated_at timestamptz,
  retired_at timestamptz,
  gone_at timestamptz
);
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (purpose, algorithm) WHERE state = 'active';

-- Keys that seal columns, wrapped by the key-encryption key or by Vault.
CREATE TABLE data_keys (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  purpose text NOT NULL,
  wrapped bytea NOT NULL,
  wrapped_by text NOT NULL,
  active boolean NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX data_keys_active ON data_keys (purpose) WHERE active;

-- Keys by which other programs prove themselves, hashed.
CREATE TABLE service_keys (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  service text NOT NULL,
  key_hash bytea NOT NULL CHECK (length(key_hash) = 32),
  permissions jsonb NOT NULL,
  source text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
CREATE INDEX service_keys_service ON service_keys (service, id);

-- Answers to POSTs that carried an Idempotency-Key; status 0 while the first is under way.
CREATE TABLE idempotency_keys (
  key text COLLATE "C" NOT NULL PRIMARY KEY,
  request_hash text NOT NULL,
  status bigint NOT NULL,
  answer_json text NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX idempotency_keys_expires ON idempotency_keys (expires_at);

-- Who does what alone, until when: the relay, the sealer, the janitor.
CREATE TABLE leases (
  name text NOT NULL PRIMARY KEY,
  holder text NOT NULL,
  expires_at timestamptz NOT NULL
);

-- Facts about this database: its mode, key check value, audit epoch.
CREATE TABLE facts (
  name text NOT NULL PRIMARY KEY,
  value text NOT NULL
);
)sql"},
{4, 3, "0004_failure_spread", R"sql(-- oldest server: 3
-- How many addresses failed at their password just once or twice within an hour, anywhere: password spraying through
-- many networks shows here alone. Counted in shards by address, so that failures at once seldom wait for one another.
-- 0004_failure_spread.postgres.sql makes the same table.
CREATE TABLE failure_spread (
  hour INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  accounts INTEGER NOT NULL,
  PRIMARY KEY (hour, shard)
) STRICT, WITHOUT ROWID;
)sql", R"sql(-- oldest server: 3
-- How many addresses failed at their password just once or twice within an hour, anywhere: password spraying through
-- many networks shows here alone. 0004_failure_spread.sqlite.sql makes the same table.
CREATE TABLE failure_spread (
  hour timestamptz NOT NULL,
  shard bigint NOT NULL,
  accounts bigint NOT NULL,
  PRIMARY KEY (hour, shard)
);
)sql"},
{5, 3, "0005_oauth_tickets", R"sql(-- oldest server: 3
-- Every use-once thing of a sign-in with a provider: start links, states, codes, nonces, and ID tokens already spent.
-- Consuming one removes its row. 0005_oauth_tickets.postgres.sql makes the same table.
CREATE TABLE oauth_tickets (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
  provider TEXT NOT NULL,
  client_id TEXT NOT NULL,
  intent TEXT NOT NULL,
  session_id TEXT,
  payload BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX oauth_tickets_token ON oauth_tickets (kind, token_hash);
CREATE INDEX oauth_tickets_expires ON oauth_tickets (expires_at);

-- A challenge that proves a live session again renews that session in place of making one.
ALTER TABLE mfa_challenges ADD COLUMN session_id TEXT;
)sql", R"sql(-- oldest server: 3
-- Every use-once thing of a sign-in with a provider: start links, states, codes, nonces, and ID tokens already spent.
-- Consuming one removes its row. 0005_oauth_tickets.sqlite.sql makes the same table.
CREATE TABLE oauth_tickets (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  kind text NOT NULL,
  token_hash bytea NOT NULL CHECK (length(token_hash) = 32),
  provider text NOT NULL,
  client_id text COLLATE "C" NOT NULL,
  intent text NOT NULL,
  session_id text COLLATE "C",
  payload bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX oauth_tickets_token ON oauth_tickets (kind, token_hash);
CREATE INDEX oauth_tickets_expires ON oauth_tickets (expires_at);

-- A challenge that proves a live session again renews that session in place of making one.
ALTER TABLE mfa_challenges ADD COLUMN session_id text COLLATE "C";
)sql"},
{6, 3, "0006_list_indexes", R"sql(-- oldest server: 3
-- What lists are counted and filtered by without a look at the rows: the name's index holds the address too, since who
-- is found by both counts once, and attempts are found by their outcome. 0006_list_indexes.postgres.sql makes the same.
DROP INDEX users_name_folded;
CREATE INDEX users_name_folded ON users (name_folded, id, email_canonical) WHERE name_folded IS NOT NULL;
CREATE INDEX login_attempts_outcome ON login_attempts (outcome, occurred_at, id);
)sql", R"sql(-- oldest server: 3
-- What lists are counted and filtered by without a look at the rows: the name's index holds the address too, since who
-- is found by both counts once, and attempts are found by their outcome. 0006_list_indexes.sqlite.sql makes the same.
DROP INDEX users_name_folded;
CREATE INDEX users_name_folded ON users (name_folded, id, email_canonical) WHERE name_folded IS NOT NULL;
CREATE INDEX login_attempts_outcome ON login_attempts (outcome, occurred_at, id);
)sql"},
{7, 3, "0007_sign_in_indexes", R"sql(-- oldest server: 3
-- What each sign-in asks of failures reads failures alone, however many sign-ins go well beside them. And a budget's
-- row, which each try writes twice, changes no index within an hour, so that PostgreSQL writes it in place (HOT):
-- last_hour is that of the latest try. It never goes back, and is earlier where an older server wrote the row.
-- 0007_sign_in_indexes.postgres.sql makes the same.
CREATE INDEX login_attempts_failed_identifier ON login_attempts (identifier_hmac, occurred_at)
  WHERE outcome = 'failure';
CREATE INDEX login_attempts_failed_network ON login_attempts (network, occurred_at, identifier_hmac)
  WHERE outcome = 'failure';
ALTER TABLE throttle_budgets ADD COLUMN last_hour INTEGER NOT NULL DEFAULT 0;
CREATE INDEX throttle_budgets_last_hour ON throttle_budgets (last_hour);
DROP INDEX throttle_budgets_last;
)sql", R"sql(-- oldest server: 3
-- What each sign-in asks of failures reads failures alone, however many sign-ins go well beside them. And a budget's
-- row, which each try writes twice, changes no index within an hour, so that PostgreSQL writes it in place (HOT):
-- last_hour is that of the latest try. It never goes back, and is earlier where an older server wrote the row.
-- 0007_sign_in_indexes.sqlite.sql makes the same.
CREATE INDEX login_attempts_failed_identifier ON login_attempts (identifier_hmac, occurred_at)
  WHERE outcome = 'failure';
CREATE INDEX login_attempts_failed_network ON login_attempts (network, occurred_at, identifier_hmac)
  WHERE outcome = 'failure';
ALTER TABLE throttle_budgets ADD COLUMN last_hour timestamptz NOT NULL DEFAULT '1970-01-01T00:00:00Z';
CREATE INDEX throttle_budgets_last_hour ON throttle_budgets (last_hour);
DROP INDEX throttle_budgets_last;
ALTER TABLE throttle_budgets SET (fillfactor = 60);

-- Each of their rows is rewritten soon after it came, once or twice, and they grow for years: a fifth of such a table is
-- too much to wait for with a vacuum.
ALTER TABLE outbox_events SET (autovacuum_vacuum_scale_factor = 0.01);
ALTER TABLE auth_audit_log SET (autovacuum_vacuum_scale_factor = 0.01);
ALTER TABLE mail_messages SET (autovacuum_vacuum_scale_factor = 0.01);
)sql"},
});
// clang-format on

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

}  // namespace gatehouse::adapters::sql
