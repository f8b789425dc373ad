#pragma once
// Asking for a link that sets a new password (decision 7). Whoever asks learns nothing: same answer, and the same work,
// whether or not the address has an account, and whether or not a mail may help it. Past the cap of mails, which counts
// for every address alike, nothing is done and nothing recorded.
#include <optional>
#include <string>

#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

struct ForgotPasswordInput {
  std::string email;
  std::string client_id;
  std::optional<std::string> device_token{};  ///< a known device has its own share of the mail cap
};

/// Mails the newest link; none while the last is under five minutes old (so nobody can void another's link), past the
/// cap of mails, for an account that can't be signed in to, or where only support may help after an undone change of
/// address. Returns `invalid_email`, `invalid_client`.
Result<> forgot_password(const Dependencies& deps, const ForgotPasswordInput& input, const RequestInfo& request);

}  // namespace gatehouse::application
