#pragma once
// Sign-up (decision 5): a pending row and a mail, never a second account, and the same answer, cost and time whether or
// not the address is taken; and the confirmation that turns one pending sign-up into the user.
#include <optional>
#include <string>

#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

struct SignUpInput {
  std::string email;
  Secret<std::string> password;
  std::optional<std::string> name;
  std::optional<std::string> locale;
  std::string client_id;
};

/// Mails a link to confirm the address; to the owner of a taken one, a word that somebody tried. Past the cap of mails
/// to an address it mails nothing, and says the same. Returns `invalid_email`, `password_rejected`, `invalid_request`
/// (name, locale), `invalid_client`, `sign_up_closed`, `throttled` (per network), `overloaded`.
Result<> sign_up(const Dependencies& deps, const SignUpInput& input, const RequestInfo& request);

/// Confirms the address of the sign-up (or the unconfirmed user) that the token was mailed for: makes the user, kills
/// every other pending sign-up of the address, and produces identity.user.signed_up. Returns `invalid_token`, and
/// `sign_up_closed` where new people may no longer sign up.
Result<domain::UserId> verify_email(const Dependencies& deps, std::string_view token, const RequestInfo& request);

/// Mails a new link, if there is something to confirm and the cap of mails allows it; says the same if not. Returns
/// `invalid_email`.
Result<> resend_verification(const Dependencies& deps, const std::string& email, const RequestInfo& request);

}  // namespace gatehouse::application
