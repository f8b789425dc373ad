#include "modules/identity/application/pretended_mail.hpp"

#include "modules/identity/application/mailed_token.hpp"

namespace gatehouse::application {
namespace {

// What a user costs beyond nobody: the row, its id in two indexes of the audit log and the outbox, and the count of the
// user's events. As many rows as make up for it by the bench row `timing`; they go with the token.
constexpr int kRowsOfAUser = 6;

}  // namespace

Result<> pretend_mail(ports::Tx& tx, Record& record, const std::string& template_name, const PretendedLink& link,
                      Timestamp now, Pretended whom) {
  // Tokens hang on an id that nobody has.
  const std::string nobody = new_id(now);
  const auto token =
      make_mailed_token({.purpose = link.purpose, .email = link.email, .email_canonical = nobody}, "https://", now);
  if (whom == Pretended::nobody) {
    GH_TRY([[maybe_unused]] const auto none,
           tx.verification_tokens().newest(domain::UserId(nobody), link.purpose, now));
    for (int row = 0; row < kRowsOfAUser; ++row) {
      auto stand_in = token.row;
      stand_in.id = domain::VerificationTokenId(new_id(now));
      GH_CHECK(tx.verification_tokens().add(stand_in));
    }
  }
  GH_CHECK(tx.verification_tokens().add(token.row));
  GH_TRY([[maybe_unused]] const int tokens, tx.verification_tokens().remove_for_email(nobody, link.purpose));
  return record.pretend_mail(template_name, link.email, {{"link", token.link}, {"email", link.email}});
}

}  // namespace gatehouse::application
