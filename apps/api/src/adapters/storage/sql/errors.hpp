#pragma once
// How a database says no. Drivers throw DatabaseError; it unwinds through the stores and the closure and is caught at
// the adapter's edge, Store::run_read and run_write, which run the closure again or answer `dependency_unavailable`.
// A store catches at most the unique violation that it expects, and better none: see connection.hpp.
#include <stdexcept>
#include <string>
#include <string_view>

#include "foundation/result.hpp"

namespace gatehouse::adapters::sql {

enum class DatabaseErrorKind {
  conflict,          ///< serialization failure, deadlock or a lost guarded save: run the closure again
  unique_violation,  ///< `constraint` says which
  busy,              ///< locked, a timeout, or no connection in time
  unavailable,       ///< the connection is gone or was refused
  outcome_unknown,   ///< the connection broke during COMMIT and the outcome could not be learnt
  full,              ///< no space left
  read_only,
  corrupt,
  other,  ///< anything else: a bug in a statement, a missing table
};

class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(DatabaseErrorKind kind, const std::string& message, std::string constraint = {})
      : std::runtime_error(message), kind_(kind), constraint_(std::move(constraint)) {}
  DatabaseErrorKind kind() const { return kind_; }
  /// For unique_violation: the constraint's or index's name on PostgreSQL, "table.column[, table.column]" on SQLite.
  const std::string& constraint() const { return constraint_; }

 private:
  DatabaseErrorKind kind_;
  std::string constraint_;
};

/// A guarded save found its row changed meanwhile: the whole write closure runs again.
[[noreturn]] void run_again(std::string_view what);

/// What the caller gets when a database error reaches the adapter's edge: `dependency_unavailable` with Retry-After and
/// the kind in its cause; `internal_error` for a bug in a statement.
Failure to_failure(const DatabaseError& error);

}  // namespace gatehouse::adapters::sql
