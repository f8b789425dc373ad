-- oldest server: 3
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
