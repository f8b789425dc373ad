#include "modules/identity/application/void_pending.hpp"

namespace gatehouse::application {

Result<> void_pending(ports::Tx& tx, const domain::UserId& user) {
  using enum domain::TokenPurpose;
  GH_TRY([[maybe_unused]] const int challenges, tx.challenges().remove_for_user(user));
  GH_TRY([[maybe_unused]] const int tokens,
         tx.verification_tokens().remove_for_user(
             user, {verify_email, reset_password, accept_invitation, change_email, enroll_mfa, emailed_code}));
  return {};
}

}  // namespace gatehouse::application
