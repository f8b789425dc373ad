#pragma once
// The sealer of decision 12: gives committed rows of the three ledgers (audit log, outbox, invalidations) their place:
// a sequence without gaps, the audit row's chain link, the event's version of its subject. On SQLite the writer runs it
// right before each commit; on PostgreSQL workers run it through Store::seal(), and a row lock on the audit head, which
// ends with the transaction, lets one of them at a time do it while the others go on. Stateless; any thread.
#include "adapters/storage/sql/connection.hpp"
#include "adapters/storage/sql/seal_mark.hpp"

namespace gatehouse::adapters::sql {

/// Seals at most kSealBatch rows of each ledger, of audit log and outbox those after these positions. Must run in a
/// transaction.
inline constexpr int kSealBatch = 1000;
struct Sealed {
  int rows = 0;             ///< of all ledgers; 0 also when another is sealing
  LedgerPositions up_to{};  ///< the last of them; 0 where there was none
};
Sealed seal_rows(Connection& connection, const LedgerPositions& after = {});

/// Whether any row waits there. Cheap, and takes no lock.
bool has_unsealed_rows(Connection& connection, const LedgerPositions& after = {});

/// Seals until nothing is left.
int seal_all_rows(Connection& connection);

}  // namespace gatehouse::adapters::sql
