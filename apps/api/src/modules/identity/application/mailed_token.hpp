#pragma once
// Mailed tokens (decision 6): making one with its link, and taking one back. The token rides in the link's fragment, so
// it reaches no server log and no Referer, and a mail scanner that follows the link spends nothing.
#include <optional>
#include <string>

#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

struct MailedToken {
  domain::VerificationToken row;
  Secret<std::string> text;  ///< `gthv_…`
  std::string link;          ///< for the mail alone; never logged
};

struct NewMailedToken {
  domain::TokenPurpose purpose = domain::TokenPurpose::verify_email;
  std::optional<domain::UserId> user_id{};
  std::string email{};
  std::string email_canonical{};
  std::string payload = "{}";
  std::optional<Timestamp> expires_at{};  ///< where the purpose has no lifetime of its own
};

/// A new token, living as long as its purpose does (domain::lifetime_of), for the page `link_base` (one of
/// Settings::links); the caller stores `row`.
MailedToken make_mailed_token(const NewMailedToken& wanted, const std::string& link_base, Timestamp now);

/// Takes the token inside a write closure: at most one caller gets it. Returns `invalid_token` for one that is
/// malformed, of another purpose, used, expired or replaced; `wrong_token_type` for another kind of token.
Result<domain::VerificationToken> take_mailed_token(ports::Tx& tx, std::string_view text, domain::TokenPurpose purpose,
                                                    Timestamp now);

/// The token without taking it, for what must be judged before (a new password). Errors as take_mailed_token().
Result<domain::VerificationToken> look_at_mailed_token(ports::Tx& tx, std::string_view text,
                                                       domain::TokenPurpose purpose, Timestamp now);

}  // namespace gatehouse::application
