#pragma once
// Token introspection (RFC 7662): whether a session token, an access token or a service key is live, and whose. Always
// asks the store, never the session map, so a token is inactive at once when its session has ended, on every replica.
#include <string_view>

#include <boost/json/object.hpp>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

/// `Introspection` of the OpenAPI document; `{"active":false}` and no more for anything that is not live. Screening is
/// in full for a caller with identity.compliance.read. Returns `dependency_unavailable` rather than a wrong answer.
Result<boost::json::object> introspect(const Dependencies& deps, const Caller& caller, std::string_view token);

}  // namespace gatehouse::application
