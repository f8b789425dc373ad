#pragma once
// Enrolling an authenticator app (RFC 6238): a secret is shown, and becomes a factor with its first right code. By a
// session, or by the enrolment token that a sign-in ended in where a second factor is a duty: then finishing makes the
// session that the sign-in was to make.
#include <optional>
#include <string>
#include <vector>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

struct TotpEnrollment {
  Secret<std::string> secret;  ///< base32
  Secret<std::string> otpauth_uri;
  Secret<std::string> qr_svg;
};

struct TotpConfirmed {
  std::vector<Secret<std::string>> backup_codes;  ///< shown this once
  SignedIn signed_in;                             ///< the session under its new token, or the new session
};

/// A new secret in place of an unconfirmed one; it changes nothing until it is confirmed. Returns `already_enrolled`,
/// `dependency_unavailable`.
Result<TotpEnrollment> begin_totp(const Dependencies& deps, const Caller& caller, const RequestInfo& request);
/// The same by enrolment token, which stays good. Returns `invalid_token` or `wrong_token_type` besides.
Result<TotpEnrollment> begin_totp(const Dependencies& deps, const std::string& enrollment_token,
                                  const RequestInfo& request);

/// The first code. The session rises to aal2 under a new token, and the old one is dead (decision 10); its failures
/// share the budgets of sign-in. Returns `invalid_code` (also where another secret took its place meanwhile),
/// `not_found` (nothing was begun), `already_enrolled`, `throttled`, `no_session`, `overloaded`.
Result<TotpConfirmed> confirm_totp(const Dependencies& deps, const Caller& caller, const Secret<std::string>& code,
                                   const RequestInfo& request);
/// By enrolment token, which is spent. Returns `invalid_token`, `wrong_token_type` or `account_disabled` besides.
Result<TotpConfirmed> confirm_totp(const Dependencies& deps, const std::string& enrollment_token,
                                   const Secret<std::string>& code, const RequestInfo& request);

/// The client that an enrolment token is for, for the origin rule; nothing where it is not live.
Result<std::optional<std::string>> enrollment_client(const Dependencies& deps, const std::string& enrollment_token);

}  // namespace gatehouse::application
