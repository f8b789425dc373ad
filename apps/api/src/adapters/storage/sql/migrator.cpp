#include "adapters/storage/sql/migrator.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"
#include "failpoint/failpoint.hpp"

namespace gatehouse::adapters::sql {
namespace {

// One statement, and so one snapshot: between two, another starter may have committed the first migration.
constexpr Statement kLook{
    "migrations.look",
    "SELECT (SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'), "
    "(SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%')",
    "SELECT count(*) FILTER (WHERE tablename = 'schema_migrations'), count(*) "
    "FROM pg_tables WHERE schemaname = 'identity'"};
constexpr Statement kHasSchema{"migrations.has_schema", "SELECT 1",
                               "SELECT count(*) FROM pg_namespace WHERE nspname = 'identity'"};
constexpr Statement kList{"migrations.list",
                          "SELECT number, oldest_server, name, checksum FROM schema_migrations ORDER BY number"};
constexpr Statement kAdd{"migrations.add",
                         "INSERT INTO schema_migrations (number, oldest_server, name, checksum, applied_at) "
                         "VALUES (?1, ?2, ?3, ?4, ?5)"};

constexpr const char* kLedgerOnSqlite =
    "CREATE TABLE IF NOT EXISTS schema_migrations (number INTEGER NOT NULL PRIMARY KEY, "
    "oldest_server INTEGER NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT";
constexpr const char* kLedgerOnPostgres =
    "CREATE TABLE IF NOT EXISTS identity.schema_migrations (number bigint NOT NULL PRIMARY KEY, "
    "oldest_server bigint NOT NULL, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL)";

Failure refuse(std::string cause_and_mend) {
  return fail(ErrorCode::dependency_unavailable, cause_and_mend, cause_and_mend);
}

void make_ledger(Connection& connection) {
  if (!connection.dialect().is_postgres) return connection.run_script(kLedgerOnSqlite);
  // CREATE SCHEMA IF NOT EXISTS would ask for the right to create one even where an administrator made it for us.
  if (connection.query_one(kHasSchema, {})->integer(0) == 0) connection.run_script("CREATE SCHEMA identity");
  connection.run_script(kLedgerOnPostgres);
}

}  // namespace

Migrator::Migrator(Driver& driver, std::span<const Migration> known) : driver_(driver), known_(known) {}

std::string Migrator::checksum(const Migration& migration) const {
  return auth::hex_encode(auth::sha256(driver_.dialect().is_postgres ? migration.postgres : migration.sqlite));
}

Result<SchemaState> Migrator::check() {
  SchemaState state;
  GH_CHECK(driver_.read([&](Connection& connection) -> Result<> {
    GH_TRY(state, compare(connection));
    return {};
  }));
  return state;
}

Result<SchemaState> Migrator::compare(Connection& connection) {
  SchemaState state;
  Rows applied;
  const auto found_tables = connection.query_one(kLook, {});
  if (found_tables->integer(0) > 0) {
    applied = connection.query(kList, {});
  } else if (found_tables->integer(1) > 0) {
    return refuse("the database holds tables but is not Gatehouse's; name another database");
  }
  const int newest_known = known_.empty() ? 0 : known_.back().number;
  for (const Row& row : applied) {
    state.newest = std::max(state.newest, row.small(0));
    if (row.small(1) > newest_known) {
      return refuse(fmt::format(
          "the database's schema ({}) is newer than this binary can serve ({}); run a newer gatehouse on it",
          row.text(2), newest_known));
    }
  }
  for (const Migration& migration : known_) {
    const auto found =
        std::find_if(applied.begin(), applied.end(), [&](const Row& row) { return row.small(0) == migration.number; });
    if (found == applied.end()) {
      state.pending.emplace_back(migration.name);
    } else if (found->text(3) != checksum(migration)) {
      return refuse(fmt::format(
          "migration {} was changed after it was applied; run the gatehouse that applied it, or restore a backup",
          migration.name));
    }
  }
  return state;
}

Result<std::vector<std::string>> Migrator::migrate(Timestamp now) {
  std::vector<std::string> done;
  GH_TRY(const SchemaState state, check());
  if (state.pending.empty()) return done;
  for (const Migration& migration : known_) {
    bool applied = false;
    Result<> outcome = driver_.migrate([&](Connection& connection) -> Result<> {
      GH_TRY(applied, apply(connection, migration, now));
      return {};
    });
    if (!outcome && outcome.error().detail.empty()) {
      return refuse(fmt::format("migration {} failed and was rolled back ({}); mend that and start again",
                                migration.name, outcome.error().cause));
    }
    GH_CHECK(std::move(outcome));
    if (applied) done.emplace_back(migration.name);
  }
  return done;
}

Result<bool> Migrator::apply(Connection& connection, const Migration& migration, Timestamp now) {
  make_ledger(connection);
  // Compared again under the lock: another starter may have been first, or be of a newer release.
  GH_TRY(const SchemaState state, compare(connection));
  if (std::find(state.pending.begin(), state.pending.end(), migration.name) == state.pending.end()) return false;
  connection.run_script(std::string(connection.dialect().is_postgres ? migration.postgres : migration.sqlite));
  GH_FAILPOINT(while_migrating);
  connection.execute(kAdd, {migration.number, migration.oldest_server, migration.name, checksum(migration), now});
  return true;
}

}  // namespace gatehouse::adapters::sql
