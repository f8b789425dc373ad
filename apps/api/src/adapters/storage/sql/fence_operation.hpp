#pragma once
// The SQL of `gatehouse fence` (decision 18), run by restore and required after any rollback of the database: what was
// spent, ended or proved after the moment that the database fell back to must not be good again. Called through
// SqlStore::fence(), which lets the application write its audit row in the same transaction.
#include "adapters/storage/sql/connection.hpp"

namespace gatehouse::adapters::sql {

struct FenceReport {
  std::int64_t sessions = 0;    ///< ended
  std::int64_t tokens = 0;      ///< mailed tokens deleted
  std::int64_t challenges = 0;  ///< deleted
  std::int64_t factors = 0;     ///< authenticators moved to the present step
};

/// Ends every session (each with its row for the revocation feed, kept until `feed_until`), deletes mailed tokens,
/// challenges, remembered answers and leases, and refuses every TOTP step up to now's. Counts the fact `audit_epoch`
/// up.
FenceReport fence_database(Connection& connection, Timestamp now, Timestamp feed_until);

}  // namespace gatehouse::adapters::sql
