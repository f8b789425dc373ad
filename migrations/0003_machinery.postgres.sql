-- What the service needs for itself: keys, services, and the locks and facts that its processes share.
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
