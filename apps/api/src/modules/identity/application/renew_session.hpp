#pragma once
// Giving a session a new token after a stronger or fresher proof (ASVS 7.2.4): the row keeps its id and its ends, the
// old token is dead. Called inside a write closure by reauthenticate, enroll_totp, verify_mfa and the exchange of a
// provider's proof; afterwards drop the session from the session map.
#include "modules/identity/application/record.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

/// `session` as it is to be, but for its token. Returns `no_session` when it ended, or its token was replaced, since
/// the caller was proved.
Result<SignedIn> renew_session(ports::Tx& tx, const Dependencies& deps, const Caller& caller, domain::Session session,
                               const domain::User& user, Timestamp now);

/// The same for a session that a challenge proved again: `session` as it was read, with its present token's hash.
Result<SignedIn> renew_proved_session(ports::Tx& tx, const Dependencies& deps, domain::Session session,
                                      const domain::User& user, Timestamp now);

/// The caller's session row. Returns `no_session` likewise.
Result<domain::Session> own_session(ports::Tx& tx, const Caller& caller);

}  // namespace gatehouse::application
