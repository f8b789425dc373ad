#pragma once
// Reauthentication: a person proves again who they are, with all that the account has: the password, and a code where a
// second factor is enrolled. The session gets a new token, and the old one is dead (decision 10).
#include <optional>
#include <string>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

struct ReauthenticateInput {
  std::optional<Secret<std::string>> password;
  std::optional<std::string> method;  ///< totp where left out
  std::optional<Secret<std::string>> code;
};

/// Failures share the budgets of sign-in. Returns `invalid_credentials` for a wrong password; `invalid_code` after a
/// right one; `invalid_request` for what is missing, or where only the account's provider can prove it again;
/// `throttled`, `no_session`, `overloaded`, `dependency_unavailable`.
Result<SignedIn> reauthenticate(const Dependencies& deps, const Caller& caller, const ReauthenticateInput& input,
                                const RequestInfo& request);

}  // namespace gatehouse::application
