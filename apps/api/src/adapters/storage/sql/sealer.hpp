#pragma once
// The sealer of decision 12: gives committed rows of the three ledgers (audit log, outbox, invalidations) their place:
// a sequence without gaps, the audit row's chain link, the event's version of its subject. On SQLite the writer runs it
// right before each commit; on PostgreSQL workers run it through Store::seal(), and a row lock on the audit head, which
// ends with the transaction, lets one of them at a time do it while the others go on. Stateless; any thread.
#include "adapters/storage/sql/connection.hpp"

namespace gatehouse::adapters::sql {

/// Seals at most kSealBatch rows of each ledger, and returns how many in all; 0 also when another is sealing. Must run
/// in a transaction.
inline constexpr int kSealBatch = 1000;
int seal_rows(Connection& connection);

/// Whether any row waits. Cheap, and takes no lock.
bool has_unsealed_rows(Connection& connection);

/// Seals until nothing is left.
int seal_all_rows(Connection& connection);

}  // namespace gatehouse::adapters::sql
