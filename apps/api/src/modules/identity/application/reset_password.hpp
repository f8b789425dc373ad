#pragma once
// Setting a new password by a mailed link. Ends every session, challenge and pending link, forgets every device, and
// makes no session: a second factor is still asked for at the next sign-in.
#include <optional>
#include <string>

#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

struct ResetPasswordInput {
  std::string token;
  Secret<std::string> password;
  std::optional<std::string> method{};        ///< with `code`; totp where left out
  std::optional<Secret<std::string>> code{};  ///< asked for in the 72 hours after an undone change of address
};

/// Returns `invalid_token` (also for an account that can't sign in), `wrong_token_type`, `password_rejected` (the link
/// stays good), `overloaded`; under the guard of decision 8 `invalid_request` for a missing code, `invalid_code`, and
/// `forbidden` where there is no second factor to ask for.
Result<> reset_password(const Dependencies& deps, const ResetPasswordInput& input, const RequestInfo& request);

}  // namespace gatehouse::application
