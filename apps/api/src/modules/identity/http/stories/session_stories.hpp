#pragma once
// The protocol of signing in: sign-up, confirmation, sign-in, the session check, sign-out, the access token, and my own
// sessions. Each parses, calls one use case, and renders; no rule and no SQL is here.
#include "modules/identity/http/row.hpp"

namespace gatehouse::http {

Result<server::Response> sign_up(const Api& api, const server::Request& request);
Result<server::Response> verify_email(const Api& api, const server::Request& request);
Result<server::Response> resend_verification(const Api& api, const server::Request& request);

Result<server::Response> sign_in(const Api& api, const server::Request& request);

/// The hot path, on the io thread: answers only from the session map.
std::optional<server::Response> session_check_fast(const Api& api, const server::Request& request);
/// The same where the map has nothing and the store can be asked without waiting: see Authenticator::snapshot_later.
bool session_check_later(const Api& api, const server::Request& request, server::LaterAnswer answer);
Result<server::Response> session_check(const Api& api, const server::Request& request,
                                       const application::Caller& caller);
Result<server::Response> sign_out(const Api& api, const server::Request& request, const application::Caller& caller);

/// JSON: the caller's session for an access token. Form: RFC 6749's client_credentials for services.
Result<server::Response> token(const Api& api, const server::Request& request);

Result<server::Response> list_my_sessions(const Api& api, const server::Request& request,
                                          const application::Caller& caller);
Result<server::Response> end_my_session(const Api& api, const server::Request& request,
                                        const application::Caller& caller);
Result<server::Response> end_my_sessions(const Api& api, const server::Request& request,
                                         const application::Caller& caller);

}  // namespace gatehouse::http
