#pragma once
// How many rows there are without counting them all: exact up to kTotalBound, beyond it what the database knows without
// a scan. So the total of a page over a million users costs what it costs over a thousand.
#include <string>

#include "adapters/storage/sql/connection.hpp"
#include "modules/identity/ports/page.hpp"

namespace gatehouse::adapters::sql {

inline constexpr std::int64_t kTotalBound = 1'000;

enum class CountedTable { users, sessions, user_mfa_secrets };

/// Counts the rows of `select` (a SELECT of one column, without LIMIT) up to the bound; beyond it, the bound itself,
/// not exact.
ports::Total count_bounded(Connection& connection, const std::string& select, const Params& params);

/// Roughly how many rows the table has: PostgreSQL's statistics, SQLite's span of row ids. Never below the bound.
std::int64_t estimate_rows(Connection& connection, CountedTable table);

}  // namespace gatehouse::adapters::sql
