#pragma once
// Finds out whether database.url leads through a pooler in transaction or statement mode (decision 19). There every
// transaction may get another connection of the server, which breaks prepared statements and LISTEN. Used by `doctor`.
#include "adapters/storage/sql/driver.hpp"

namespace gatehouse::adapters::postgres {

/// Returns `dependency_unavailable`, cause and mend in its detail, where a connection does not keep its server process
/// while another one is busy.
Result<> refuse_transaction_pooler(sql::Driver& driver);

}  // namespace gatehouse::adapters::postgres
