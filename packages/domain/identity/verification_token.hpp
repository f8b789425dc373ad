#pragma once
// VerificationToken: what a mailed link carries (the seed's VerificationToken; table `verification_tokens`). One table
// for every purpose; used once by `consume`, which also checks the purpose. The token is kept as SHA-256 alone.
#include <optional>
#include <string>

#include "domain/identity/enum_text.hpp"
#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

enum class TokenPurpose {
  verify_email,
  reset_password,
  accept_invitation,
  change_email,
  undo_email_change,
  not_me,
  cancel_deletion,
  enroll_mfa,
  emailed_code
};
GH_ENUM_NAMES(TokenPurpose, "verify_email", "reset_password", "accept_invitation", "change_email", "undo_email_change",
              "not_me", "cancel_deletion", "enroll_mfa", "emailed_code");

struct VerificationToken {
  VerificationTokenId id;
  TokenPurpose purpose = TokenPurpose::verify_email;
  std::optional<UserId> user_id;                      ///< none while the user does not exist yet
  std::optional<PendingSignUpId> pending_sign_up_id;  ///< with verify_email of a sign-up
  std::string email;                                  ///< the address concerned, as written: where it was mailed, or
                                                      ///< with undo_email_change the one to restore
  std::string email_canonical;
  std::string token_hash;  ///< 32 bytes: SHA-256 of the whole token
  std::string payload;     ///< JSON object of what the purpose needs besides; "{}" for nothing
  Timestamp created_at;
  Timestamp expires_at;
};

}  // namespace gatehouse::domain
