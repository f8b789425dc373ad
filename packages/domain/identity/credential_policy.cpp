#include "domain/identity/credential_policy.hpp"

#include "domain/identity/session_policy.hpp"

namespace gatehouse::domain {

SignInVerdict decide_sign_in(const SignInFacts& facts) {
  if (facts.proof == FirstFactorProof::right_for_pending) return SignInVerdict::email_unverified;
  if (facts.proof == FirstFactorProof::wrong || facts.user == nullptr) return SignInVerdict::invalid_credentials;
  const User& user = *facts.user;
  if (!may_hold_sessions(user)) return SignInVerdict::account_disabled;
  if (!user.email_verified()) return SignInVerdict::email_unverified;
  if (facts.kind == FirstFactorKind::password) {
    if (user.reset_required) return SignInVerdict::password_reset_required;
    if (user.password_exposed && !facts.known_device) return SignInVerdict::password_reset_required;
  }
  if (facts.has_second_factor) return SignInVerdict::mfa_required;
  if (facts.requires_second_factor) return SignInVerdict::mfa_enrollment_required;
  if (facts.risk == RiskResponse::emailed_code) return SignInVerdict::emailed_code_required;
  return SignInVerdict::signed_in;
}

std::optional<ErrorCode> error_of(SignInVerdict verdict) {
  switch (verdict) {
    case SignInVerdict::signed_in:
    case SignInVerdict::mfa_required:
    case SignInVerdict::mfa_enrollment_required:
    case SignInVerdict::emailed_code_required:
      return std::nullopt;
    case SignInVerdict::email_unverified:
      return ErrorCode::email_unverified;
    case SignInVerdict::account_disabled:
      return ErrorCode::account_disabled;
    case SignInVerdict::password_reset_required:
      return ErrorCode::password_reset_required;
    case SignInVerdict::invalid_credentials:
      break;
  }
  return ErrorCode::invalid_credentials;
}

Result<> check_unchanged(const User& user, std::int64_t proved_credential_version) {
  if (!may_hold_sessions(user)) return fail(ErrorCode::account_disabled);
  if (user.credential_version != proved_credential_version) return fail(ErrorCode::invalid_credentials);
  return {};
}

}  // namespace gatehouse::domain
