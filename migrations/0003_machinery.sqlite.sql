-- What the service needs for itself: keys, services, and the locks and facts that its processes share.
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
