#pragma once
// The SQL of `gatehouse fence` (decision 18), run by restore and required after any rollback of the database: what was
// spent, ended or proved after the moment that the database fell back to must not be good again. Called through
// SqlStore::fence(), which lets the application write its audit row in the same transaction.
#include "adapters/storage/sql/driver.hpp"

namespace gatehouse::adapters::sql {

struct FenceReport {
  std::int64_t sessions = 0;    ///< ended
  std::int64_t tokens = 0;      ///< mailed tokens deleted
  std::int64_t challenges = 0;  ///< deleted
  std::int64_t factors = 0;     ///< authenticators moved to the present step
};

/// Ends every session (each with its row for the revocation feed, kept until `feed_until`), deletes mailed tokens,
/// challenges, flows of provider sign-ins, remembered answers and leases, refuses every TOTP step up to now's, and
/// moves the sequences of feeds and the versions of subjects past whatever was given out before. Counts the fact
/// `audit_epoch` up.
FenceReport fence_database(Connection& connection, Timestamp now, Timestamp feed_until);

/// Every copy that `gatehouse backup` and `restore` make holds a fact that a fence takes away: until then no server may
/// use it. Fails as Driver::read().
inline constexpr const char* kRequireFence =
    "INSERT INTO facts (name, value) VALUES ('fence_required', 'restored') ON CONFLICT (name) DO NOTHING";
Result<bool> needs_fence(Driver& driver);

}  // namespace gatehouse::adapters::sql
