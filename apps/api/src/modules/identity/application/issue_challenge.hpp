#pragma once
// What a right first factor leads to where it is not enough: a challenge for the second (decision 9), or the duty to
// enrol one. Neither is a session. Called inside a write closure.
#include <optional>

#include "domain/identity/credential_policy.hpp"
#include "modules/identity/application/record.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

/// The first factor that was proved.
struct FirstFactor {
  const domain::User& user;
  const ClientSettings& client;
  std::vector<std::string> amr;
  std::optional<domain::Device> device;
  domain::AttemptFactor factor = domain::AttemptFactor::password;
  std::optional<domain::SessionId> session{};  ///< a live one to be proved again, in place of a new one
};

/// A challenge for the user's second factor, or, for `emailed_code_required`, for a code that is mailed with it.
Result<SignInOutcome> issue_challenge(ports::Tx& tx, Record& record, const Dependencies& deps,
                                      const RequestInfo& request, const FirstFactor& first,
                                      domain::SignInVerdict verdict, Timestamp now);

/// A token good only for enrolling TOTP.
Result<SignInOutcome> issue_enrollment(ports::Tx& tx, Record& record, const Dependencies& deps,
                                       const FirstFactor& first, Timestamp now);

/// How the user can answer a challenge for the second factor: totp, backup_code. Empty without an enrolled app.
Result<std::vector<std::string>> second_factor_methods(ports::Tx& tx, const domain::UserId& user);

}  // namespace gatehouse::application
