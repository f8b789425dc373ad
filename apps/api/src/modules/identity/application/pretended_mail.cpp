#include "modules/identity/application/pretended_mail.hpp"

#include "modules/identity/application/mailed_token.hpp"

namespace gatehouse::application {

Result<> pretend_mail(ports::Tx& tx, Record& record, const std::string& template_name, const PretendedLink& link,
                      Timestamp now, Pretended whom) {
  // Tokens hang on an id that nobody has.
  const std::string nobody = new_id(now);
  const auto token =
      make_mailed_token({.purpose = link.purpose, .email = link.email, .email_canonical = nobody}, "https://", now);
  if (whom == Pretended::nobody) {
    GH_TRY([[maybe_unused]] const auto none,
           tx.verification_tokens().newest(domain::UserId(nobody), link.purpose, now));
    auto count = token.row;
    count.id = domain::VerificationTokenId(new_id(now));
    GH_CHECK(tx.verification_tokens().add(count));
  }
  GH_CHECK(tx.verification_tokens().add(token.row));
  GH_TRY([[maybe_unused]] const int tokens, tx.verification_tokens().remove_for_email(nobody, link.purpose));
  return record.pretend_mail(template_name, link.email, {{"link", token.link}, {"email", link.email}});
}

}  // namespace gatehouse::application
