#pragma once
// signInWithCredentials: the story of a sign-in with email and password. Throttled before it hashes; one Argon2id
// whatever the address is; the state of the account is told only after proof; the session is made in one write guarded
// by the credentials that were proved.
#include <optional>
#include <string>

#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

struct SignInInput {
  std::string email;
  Secret<std::string> password;
  std::string client_id;
  std::optional<std::string> device_token;  ///< of a finished sign-in before; another's or a spoilt one is ignored
};

/// Returns `invalid_credentials`; after the right password `email_unverified`, `account_disabled` or
/// `password_reset_required`; `throttled` with Retry-After, `overloaded`, `invalid_client`, `invalid_email`.
Result<SignInOutcome> sign_in(const Dependencies& deps, const SignInInput& input, const RequestInfo& request);

}  // namespace gatehouse::application
