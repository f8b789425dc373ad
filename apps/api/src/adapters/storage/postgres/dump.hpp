#pragma once
// `gatehouse backup` and `gatehouse restore` for PostgreSQL, by PostgreSQL's own pg_dump, pg_restore and psql, which
// must be on the PATH and not older than the server. The schema `identity` of one moment, in pg_dump's custom format.
// The URL reaches the programs through their environment, so no password is seen in a list of processes. Whoever needs
// points in time, or has more data than a dump can carry, keeps physical backups instead: docs/runbooks/backup.md.
//
// Errors are `dependency_unavailable` whose detail names cause and mend.
#include <string>

#include "foundation/result.hpp"

namespace gatehouse::adapters::postgres {

/// Writes the schema to `target` (0600), which must not exist. Nothing is left at `target` when it fails.
Result<> dump(const std::string& url, const std::string& target);

/// Puts a dump into a database that has no schema `identity`, in one transaction and marked so that no server uses it
/// before SqlStore::fence(). Nothing is left in the database when it fails.
Result<> restore_dump(const std::string& url, const std::string& dump);

}  // namespace gatehouse::adapters::postgres
