-- What state changes leave behind in the same transaction: audit rows, events, mails. Rows are written without place;
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
