#pragma once
// A person's own sessions: the list, signing out, ending one or all. (listUserSessions and revokeSession for others are
// in admin_sessions.)
#include <vector>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

/// Newest first. An access token may read them too.
Result<std::vector<domain::Session>> list_my_sessions(const Dependencies& deps, const Caller& caller);

/// Ends the caller's session. Its own sign-out is in the revocation feed, but is no identity.session.revoked.
Result<> sign_out(const Dependencies& deps, const Caller& caller, const RequestInfo& request);

/// Ends one of the caller's sessions. Returns `not_found` for an id that is not the caller's, whoever else's it is.
Result<> end_my_session(const Dependencies& deps, const Caller& caller, const domain::SessionId& id,
                        const RequestInfo& request);

enum class SessionScope { others, all };
/// Ends the caller's other sessions, or all.
Result<> end_my_sessions(const Dependencies& deps, const Caller& caller, SessionScope scope,
                         const RequestInfo& request);

}  // namespace gatehouse::application
