#include "modules/identity/application/owner_notice.hpp"

#include "modules/identity/application/mailed_token.hpp"

namespace gatehouse::application {

Result<> notify_owner(ports::Tx& tx, Record& record, const Dependencies& deps, const std::string& template_name,
                      const domain::User& user, std::map<std::string, std::string> values, Timestamp now) {
  if (!deps.settings.mails_sent.contains(template_name)) return {};
  const auto token = make_mailed_token({.purpose = domain::TokenPurpose::not_me,
                                        .user_id = user.id,
                                        .email = user.email,
                                        .email_canonical = user.email_canonical},
                                       deps.settings.links.not_me, now);
  GH_CHECK(tx.verification_tokens().add(token.row));
  values["link"] = token.link;
  values.emplace("email", user.email);
  return record.mail(template_name, user, std::move(values), {.expires_at = token.row.expires_at});
}

Result<> mail_reset_link(ports::Tx& tx, Record& record, const Dependencies& deps, const std::string& template_name,
                         const domain::User& user, Timestamp now) {
  constexpr auto kPurpose = domain::TokenPurpose::reset_password;
  GH_TRY([[maybe_unused]] const int voided, tx.verification_tokens().remove_for_user(user.id, {kPurpose}));
  const auto token = make_mailed_token(
      {.purpose = kPurpose, .user_id = user.id, .email = user.email, .email_canonical = user.email_canonical},
      deps.settings.links.reset_password, now);
  GH_CHECK(tx.verification_tokens().add(token.row));
  return record.mail(template_name, user, {{"link", token.link}, {"email", user.email}, {"expires_in", "an hour"}},
                     {.expires_at = token.row.expires_at});
}

}  // namespace gatehouse::application
