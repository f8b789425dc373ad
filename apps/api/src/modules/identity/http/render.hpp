#pragma once
// The answers that several handlers give: a finished sign-in, by the client's transport, and its lesser outcomes.
#include "modules/identity/application/sign_in_outcome.hpp"
#include "modules/identity/http/api.hpp"
#include "server/response.hpp"

namespace gatehouse::http {

/// A sign-in's outcome as POST /v1/sign-in answers it. A cookie client gets cookies and no token in the body, a bearer
/// client the reverse.
server::Response render_sign_in(const Api& api, const application::SignInOutcome& outcome);

/// The cookies of such an answer alone, where a redirect carries them: none for a bearer client.
std::vector<std::string> sign_in_cookies(const Api& api, const application::SignInOutcome& outcome);

/// A step-up as POST /v1/reauthenticate answers it.
server::Response render_reauthenticated(const Api& api, const application::SignedIn& renewed);

/// The session member `{id, token?, expires_at}`, and its cookie where the client has cookies.
boost::json::object session_member(const Api& api, const application::SignedIn& signed_in, server::Response& response);

}  // namespace gatehouse::http
