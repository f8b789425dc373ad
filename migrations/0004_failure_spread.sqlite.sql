-- oldest server: 3
-- How many addresses failed at their password just once or twice within an hour, anywhere: password spraying through
-- many networks shows here alone. Counted in shards by address, so that failures at once seldom wait for one another.
-- 0004_failure_spread.postgres.sql makes the same table.
CREATE TABLE failure_spread (
  hour INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  accounts INTEGER NOT NULL,
  PRIMARY KEY (hour, shard)
) STRICT, WITHOUT ROWID;
