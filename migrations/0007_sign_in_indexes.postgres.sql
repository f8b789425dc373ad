-- oldest server: 3
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
