#pragma once
// Upkeep, a small batch at a time, so that it never holds the store for long: what has expired goes, roles end, people
// whose grace period is over are erased, and rows leave after their retention. The janitor worker calls each step until
// it says that nothing was left to do.
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

/// How many rows one step takes at most.
inline constexpr int kJanitorBatch = 500;

/// Removes what has expired: sessions, revocations nobody needs, mailed tokens, pending sign-ups, challenges,
/// idempotency keys, devices unused for their lifetime, forgotten throttle states. How many rows went.
Result<int> remove_expired_rows(const Dependencies& deps);

/// Ends roles whose time has passed, with audit row and event. How many.
Result<int> end_expired_roles(const Dependencies& deps);

/// Erases the people whose grace period is over (decision 14): rows, personal values of the audit log, events, mails,
/// attempts. The audit chain still verifies. Produces identity.user.erased. How many.
Result<int> erase_due_users(const Dependencies& deps);

/// Removes what was kept long enough by `[retention]`: attempts, delivered mails, published events, ids of consumed
/// ones, and whole segments of the audit log, whose signed end stays. How many rows went.
Result<int> remove_past_retention(const Dependencies& deps);

}  // namespace gatehouse::application
