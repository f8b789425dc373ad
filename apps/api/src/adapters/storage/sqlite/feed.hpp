#pragma once
// SQLite's side of the fence: every 100 ms it asks PRAGMA data_version whether another connection committed, and if so
// reads the rows of session_invalidations that are new. A database in memory has no other process to hear.
#include <memory>

#include "adapters/storage/sql/fence.hpp"
#include "adapters/storage/sqlite/driver.hpp"

namespace gatehouse::adapters::sqlite {

/// Throws DatabaseError when the file can't be read.
std::unique_ptr<sql::InvalidationFeed> make_feed(const SqliteOptions& options);

}  // namespace gatehouse::adapters::sqlite
