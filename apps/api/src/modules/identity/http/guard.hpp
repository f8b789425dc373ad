#pragma once
// Guard: makes a server route out of a table row. It proves the caller as the row's access level asks, applies the
// origin rule to cookie calls that change state, and only then runs the story. Nothing else reads credentials, but for
// the sign-in stories that set a cookie.
#include "modules/identity/http/row.hpp"

namespace gatehouse::http {

server::Route guarded(const Api& api, const Row& row);

/// The caller of a request by the rules of an access level. Returns `no_session`, `wrong_token_type`,
/// `invalid_service_key`, `cross_origin`, `forbidden`, `mfa_required` or `reauthentication_required`.
Result<application::Caller> prove_caller(const Api& api, const server::Request& request, Access access,
                                         std::string_view permission);

}  // namespace gatehouse::http
