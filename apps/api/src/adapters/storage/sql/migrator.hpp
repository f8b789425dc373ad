#pragma once
// Brings a database to the schema that this binary serves: forward only, each migration in a transaction of its own
// under a lock, its SHA-256 recorded beside it, so that two starters migrate once and a killed one is resumed. Used by
// `serve` at start, `gatehouse migrate` and the tests.
//
// Errors carry one line for the operator in `detail`, with the mend: `dependency_unavailable` when the schema is newer
// than this binary can serve, was changed after it was applied, is not Gatehouse's, or could not be written.
#include <span>
#include <string>
#include <vector>

#include "adapters/storage/sql/driver.hpp"
#include "adapters/storage/sql/migrations.hpp"

namespace gatehouse::adapters::sql {

struct SchemaState {
  int newest = 0;                    ///< number of the newest migration applied; 0 for an empty database
  std::vector<std::string> pending;  ///< names, in order
};

class Migrator {
 public:
  explicit Migrator(Driver& driver, std::span<const Migration> known = migrations());

  /// Reads and refuses; changes nothing.
  Result<SchemaState> check();

  /// Applies what is pending; the names of what was applied here.
  Result<std::vector<std::string>> migrate(Timestamp now);

 private:
  Result<SchemaState> compare(Connection& connection);
  Result<bool> apply(Connection& connection, const Migration& migration, Timestamp now);
  std::string checksum(const Migration& migration) const;

  Driver& driver_;
  std::span<const Migration> known_;
};

}  // namespace gatehouse::adapters::sql
