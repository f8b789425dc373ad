#include "domain/identity/token_policy.hpp"

namespace gatehouse::domain {

using std::chrono::hours;
using std::chrono::minutes;

Duration lifetime_of(TokenPurpose purpose) {
  switch (purpose) {
    case TokenPurpose::verify_email:
    case TokenPurpose::change_email:
      return hours(24);
    case TokenPurpose::accept_invitation:
      return hours(48);
    case TokenPurpose::undo_email_change:
    case TokenPurpose::not_me:
      return kUndoWindow;
    case TokenPurpose::cancel_deletion:
      return Duration::zero();
    case TokenPurpose::enroll_mfa:
      return minutes(15);
    case TokenPurpose::emailed_code:
      return minutes(10);
    case TokenPurpose::reset_password:
      break;
  }
  return hours(1);
}

bool is_live(const VerificationToken& token, TokenPurpose purpose, Timestamp now) {
  return token.purpose == purpose && now < token.expires_at;
}

bool absorbs_reset(const std::optional<VerificationToken>& newest, Timestamp now) {
  return newest && is_live(*newest, TokenPurpose::reset_password, now) && now - newest->created_at < kResetAbsorbed;
}

const VerificationToken* undo_target(const std::vector<VerificationToken>& undo_tokens, Timestamp now) {
  const VerificationToken* oldest = nullptr;
  for (const auto& token : undo_tokens) {
    if (!is_live(token, TokenPurpose::undo_email_change, now)) continue;
    if (oldest == nullptr || token.created_at < oldest->created_at) oldest = &token;
  }
  return oldest;
}

bool reset_needs_second_factor(const User& user, Timestamp now) {
  return user.reset_guard_until && now < *user.reset_guard_until;
}

}  // namespace gatehouse::domain
