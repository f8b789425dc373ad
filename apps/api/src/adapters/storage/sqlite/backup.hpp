#pragma once
// `gatehouse backup` and `gatehouse restore` for SQLite. A backup is taken from a running server's file by SQLite's
// online backup, of one moment and without holding writers up, and is one file of its own (0600), without any key: see
// docs/runbooks. Each copy is marked: no server uses it before the caller has migrated it and run SqlStore::fence().
//
// Errors are `dependency_unavailable` whose detail names cause and mend.
#include <string>

#include "foundation/result.hpp"

namespace gatehouse::adapters::sqlite {

/// Writes the database at `path` to `target`, which must not exist. Nothing is left at `target` when it fails.
Result<> back_up(const std::string& path, const std::string& target);

/// Puts a backup in place of the database at `path`, which no server may be using. The replaced file, if there is one,
/// stays beside it as `PATH.replaced`.
Result<> restore(const std::string& backup, const std::string& path);

}  // namespace gatehouse::adapters::sqlite
