#pragma once
// Credential policy: what a proved or failed first factor leads to. The one place that orders the refusals, so that the
// state of an account is told only to whoever proved that it is theirs (ASVS 6.3.8), and no login path forgets one.
// Every path (password, provider, finished challenge) asks here. Pure.
#include <cstdint>
#include <optional>

#include "domain/identity/mfa.hpp"
#include "domain/identity/risk_assessment.hpp"
#include "domain/identity/user.hpp"
#include "foundation/result.hpp"

namespace gatehouse::domain {

/// right: of the account. right_for_pending: only of a sign-up at that address that waits for its mail. wrong: neither,
/// or there is no account.
enum class FirstFactorProof { wrong, right_for_pending, right };
enum class FirstFactorKind { password, provider };

struct SignInFacts {
  FirstFactorProof proof = FirstFactorProof::wrong;
  FirstFactorKind kind = FirstFactorKind::password;
  const User* user = nullptr;  ///< set with proof `right`; not kept
  bool known_device = false;
  bool has_second_factor = false;       ///< a confirmed one
  bool requires_second_factor = false;  ///< requires_second_factor() of factor_policy.hpp
  RiskResponse risk = RiskResponse::none;
};

enum class SignInVerdict {
  signed_in,
  mfa_required,
  mfa_enrollment_required,
  emailed_code_required,
  invalid_credentials,
  email_unverified,
  account_disabled,
  password_reset_required
};
GH_ENUM_NAMES(SignInVerdict, "signed_in", "mfa_required", "mfa_enrollment_required", "emailed_code_required",
              "invalid_credentials", "email_unverified", "account_disabled", "password_reset_required");

SignInVerdict decide_sign_in(const SignInFacts& facts);

/// The error that a verdict is answered with; none for the four that go on.
std::optional<ErrorCode> error_of(SignInVerdict verdict);

/// Whether the account is still the one whose first factor was proved: asked again in the transaction that makes the
/// session, and when a challenge is answered. Returns `account_disabled` or, after a change of credentials meanwhile,
/// `invalid_credentials`.
Result<> check_unchanged(const User& user, std::int64_t proved_credential_version);

}  // namespace gatehouse::domain
