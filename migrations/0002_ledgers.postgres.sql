-- What state changes leave behind in the same transaction: audit rows, events, mails. Rows are written without place;
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
