#pragma once
// verifyMfa: the answer to a challenge (decision 9). A sign-in's challenge ends in the session that the first factor
// was for; one that a provider's proof asked for renews the session it was asked
// in; a service's ends in a statement, never in a session. Five wrong codes end a challenge; counts per factor go
// on across challenges, and a right password resets neither.
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

struct VerifyMfaInput {
  std::string challenge_id;  ///< `gthc_…`
  std::string method;        ///< totp, backup_code or emailed_code
  Secret<std::string> code;
  std::optional<std::string> cookie{};        ///< the browser's challenge cookie
  std::optional<std::string> device_token{};  ///< of the browser's device cookie, to be handed on
};

/// A service's challenge, answered.
struct ChallengeProved {
  domain::UserId user_id;
  std::vector<std::string> amr;
  domain::Acr acr = domain::Acr::aal2;
};

using MfaResult = std::variant<SignedIn, ChallengeProved>;

/// Returns `invalid_code` (also while the factor is locked); `challenge_expired` for a challenge that is over, unknown,
/// another browser's, or of credentials that changed since; `wrong_token_type`; `invalid_request` (method);
/// `account_disabled`, `password_reset_required`; `overloaded`, `dependency_unavailable`.
Result<MfaResult> verify_mfa(const Dependencies& deps, const VerifyMfaInput& input, const RequestInfo& request);

/// The client that a challenge is for, for the origin rule: empty for a service's or one that is not known.
Result<std::string> challenge_client(const Dependencies& deps, const std::string& challenge_id);

}  // namespace gatehouse::application
