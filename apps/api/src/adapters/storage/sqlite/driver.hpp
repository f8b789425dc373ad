#pragma once
// The embedded database: one file in WAL mode with synchronous=FULL, or one in memory. One writer thread takes every
// closure that waits, runs them in one BEGIN IMMEDIATE, runs the hook, commits once and then answers them all (decision
// 28); where one fails after a change, all are run again, each in a savepoint of its own. A failed commit fails them
// all. Reads run in the caller's thread on a pool of read-only connections, each on one snapshot, and never wait for
// the writer. In memory there is one connection, and a mutex. Made by composition; used through sql::Driver.
#include <chrono>
#include <memory>
#include <string>

#include "adapters/storage/sql/driver.hpp"

namespace gatehouse::adapters::sqlite {

struct SqliteOptions {
  std::string path;  ///< ":memory:" for a throw-away database of this process
  std::chrono::milliseconds busy_timeout{5000};
  bool production = false;  ///< refuse network file systems and files open to others
};

/// Opens the file, and makes it (0600) where it is missing. Returns `dependency_unavailable` whose detail names cause
/// and mend when it is corrupt, locked, read-only, not ours, or refused by `production`.
Result<std::unique_ptr<sql::Driver>> open_sqlite(SqliteOptions options);

/// Rewrites an SQLite message of a failed start into one line with its mend.
Failure explain(const std::string& path, const sql::DatabaseError& error);

}  // namespace gatehouse::adapters::sqlite
