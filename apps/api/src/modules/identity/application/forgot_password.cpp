#include "modules/identity/application/forgot_password.hpp"

#include "auth/email_address.hpp"
#include "domain/identity/session_policy.hpp"
#include "domain/identity/token_policy.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/owner_notice.hpp"
#include "modules/identity/application/sign_in.hpp"
#include "modules/identity/application/throttle.hpp"

namespace gatehouse::application {
namespace {

constexpr auto kLinkPurpose = domain::TokenPurpose::reset_password;

Result<bool> within_the_cap(ports::Tx& tx, const Dependencies& deps, const domain::User* user,
                            const std::string& email_canonical, const ForgotPasswordInput& input,
                            const RequestInfo& request, Timestamp now) {
  const auto user_id = user == nullptr ? std::nullopt : std::optional(user->id);
  GH_TRY(const auto device, find_known_device(tx, input.device_token, user_id, now));
  const auto device_id = device ? std::optional(device->id) : std::nullopt;
  const auto reserved =
      reserve_try(tx, deps, domain::mail_budgets(device.has_value()), {email_canonical, request.ip, device_id}, now);
  if (!reserved && reserved.error().code != ErrorCode::throttled) return Failure(reserved.error());
  return reserved.has_value();
}

/// Whether this account may be helped by a mail now.
Result<bool> may_reset(ports::Tx& tx, const domain::User& user, Timestamp now) {
  if (!domain::may_hold_sessions(user) || !user.email_verified()) return false;
  GH_TRY(const auto newest, tx.verification_tokens().newest(user.id, kLinkPurpose, now));
  if (domain::absorbs_reset(newest, now)) return false;
  if (!domain::reset_needs_second_factor(user, now)) return true;
  GH_TRY(const auto totp, tx.factors().find_totp(user.id));
  return totp && totp->confirmed_at;
}

/// The work of a mail for an address that gets none: the time of the answer must not tell one from the other. The mail
/// is rendered and sealed, and then forgotten; tokens hang on an id that nobody has, and go again: one for the link,
/// and one for the count of a user's events, which an address without a user doesn't have.
Result<> pretend(ports::Tx& tx, const Dependencies& deps, const auth::EmailAddress& email, bool has_user,
                 Timestamp now) {
  const std::string nobody = new_id(now);
  const auto token = make_mailed_token({.purpose = kLinkPurpose, .email = email.address, .email_canonical = nobody},
                                       deps.settings.links.reset_password, now);
  if (!has_user) {
    GH_TRY([[maybe_unused]] const auto none,
           tx.verification_tokens().newest(domain::UserId(nobody), kLinkPurpose, now));
    auto count = token.row;
    count.id = domain::VerificationTokenId(new_id(now));
    GH_CHECK(tx.verification_tokens().add(count));
  }
  GH_CHECK(tx.verification_tokens().add(token.row));
  GH_TRY([[maybe_unused]] const int tokens, tx.verification_tokens().remove_for_email(nobody, kLinkPurpose));
  GH_TRY(const auto mail, deps.mail_renderer.render(ports::mail_templates::kResetPassword,
                                                    {{"link", token.link}, {"email", email.address}}));
  GH_TRY([[maybe_unused]] const auto sealed,
         deps.cipher.seal(ports::DataPurpose::mail_body, nobody, mail.text + mail.html));
  return {};
}

}  // namespace

Result<> forgot_password(const Dependencies& deps, const ForgotPasswordInput& input, const RequestInfo& request) {
  if (deps.settings.find_client(input.client_id) == nullptr)
    return fail_field(ErrorCode::invalid_client, "client_id", "unknown", "no such client");
  GH_TRY(const auto email, auth::parse_email_address(input.email));
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    GH_TRY(const auto user, tx.users().find_by_email(email.canonical));
    GH_TRY(const bool may_mail,
           within_the_cap(tx, deps, user ? &*user : nullptr, email.canonical, input, request, now));
    bool helps = false;
    if (user) {
      GH_TRY(helps, may_reset(tx, *user, now));
    }
    GH_CHECK(record.audit(by_nobody(), domain::audit_actions::kPasswordResetRequested,
                          user ? user->id : domain::UserId(), {.personal = {{"email", email.address}}}));
    if (!may_mail || !helps) return pretend(tx, deps, email, user.has_value(), now);
    return mail_reset_link(tx, record, deps, ports::mail_templates::kResetPassword, *user, now);
  }));
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
