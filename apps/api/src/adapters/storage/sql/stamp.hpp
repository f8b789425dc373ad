#pragma once
// The stamp of decision 15: a database belongs to development or to production from its first start, and neither mode
// opens the other's. Called by composition after the migrations.
#include "adapters/storage/sql/driver.hpp"

namespace gatehouse::adapters::sql {

enum class Mode { development, production };

/// Stamps a new database, or compares. Returns `dependency_unavailable` whose detail names cause and mend when the
/// database is of the other mode.
Result<> settle_mode(Driver& driver, Mode mode);

/// The stamp, if there is one: for `gatehouse doctor` and the command line beside a server.
Result<std::optional<Mode>> find_mode(Driver& driver);

}  // namespace gatehouse::adapters::sql
