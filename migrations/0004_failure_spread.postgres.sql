-- oldest server: 3
-- How many addresses failed at their password just once or twice within an hour, anywhere: password spraying through
-- many networks shows here alone. 0004_failure_spread.sqlite.sql makes the same table.
CREATE TABLE failure_spread (
  hour timestamptz NOT NULL,
  shard bigint NOT NULL,
  accounts bigint NOT NULL,
  PRIMARY KEY (hour, shard)
);
