#pragma once
// Deletion policy: a person's right to go (GDPR article 17), with a grace period in which a mailed link takes it back.
// Sessions end at the request; personal data is erased when the period is over, unless a compliance hold keeps it.
// Pure: each function returns the changed user.
#include "domain/identity/token_policy.hpp"
#include "domain/identity/user.hpp"
#include "foundation/result.hpp"

namespace gatehouse::domain {

/// The user once deletion is asked for; `grace` is `[retention] deleted_users`. Returns `conflict` when it was before.
Result<User> request_deletion(User user, Timestamp now, Duration grace);

/// The user once it is taken back: active again, or disabled where that was the state before. Returns `conflict` when
/// nothing is pending or the time is over.
Result<User> cancel_deletion(User user, Timestamp now);

/// Whether the user is to be erased now.
bool is_erasure_due(const User& user, Timestamp now);

}  // namespace gatehouse::domain
