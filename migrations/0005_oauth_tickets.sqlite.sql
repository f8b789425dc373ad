-- oldest server: 3
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
