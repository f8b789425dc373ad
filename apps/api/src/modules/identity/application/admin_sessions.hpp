#pragma once
// listUserSessions and revokeSession: sessions of others, seen and ended by staff, support among them. Ending by force
// produces identity.session.revoked, and nobody ends the sessions of somebody who ranks above.
#include <optional>
#include <string>
#include <vector>

#include "domain/identity/account.hpp"
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

/// Newest first. Returns `not_found`, `forbidden`.
Result<std::vector<domain::Session>> list_user_sessions(const Dependencies& deps, const Caller& caller,
                                                        const domain::UserId& user);
/// Linked accounts of a user. Errors as above.
Result<std::vector<domain::Account>> list_user_accounts(const Dependencies& deps, const Caller& caller,
                                                        const domain::UserId& user);

/// Returns `not_found` for a session that is not there (any more), `forbidden`.
Result<> revoke_session(const Dependencies& deps, const Caller& caller, const domain::SessionId& session,
                        const std::optional<std::string>& reason, const RequestInfo& request);
/// Ends all of a user's; how many there were. Returns `not_found`, `forbidden`.
Result<int> revoke_user_sessions(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                                 const std::optional<std::string>& reason, const RequestInfo& request);

}  // namespace gatehouse::application
