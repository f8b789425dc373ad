-- oldest server: 3
-- What lists are counted and filtered by without a look at the rows: the name's index holds the address too, since who
-- is found by both counts once, and attempts are found by their outcome. 0006_list_indexes.postgres.sql makes the same.
DROP INDEX users_name_folded;
CREATE INDEX users_name_folded ON users (name_folded, id, email_canonical) WHERE name_folded IS NOT NULL;
CREATE INDEX login_attempts_outcome ON login_attempts (outcome, occurred_at, id);
