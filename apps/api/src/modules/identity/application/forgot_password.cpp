#include "modules/identity/application/forgot_password.hpp"

#include "auth/email_address.hpp"
#include "domain/identity/session_policy.hpp"
#include "domain/identity/token_policy.hpp"
#include "modules/identity/application/known_device.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/owner_notice.hpp"
#include "modules/identity/application/pretended_mail.hpp"
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
    // The same answer and nothing written: the budgets counted it, or a loop of requests would fill the audit log.
    if (!may_mail) return {};
    bool helps = false;
    if (user) {
      GH_TRY(helps, may_reset(tx, *user, now));
    }
    GH_CHECK(record.audit(by_nobody(), domain::audit_actions::kPasswordResetRequested,
                          user ? user->id : domain::UserId(), {.personal = {{"email", email.address}}}));
    if (!helps)
      return pretend_mail(tx, record, ports::mail_templates::kResetPassword, {email.address, kLinkPurpose}, now,
                          user ? Pretended::known_user : Pretended::nobody);
    return mail_reset_link(tx, record, deps, ports::mail_templates::kResetPassword, *user, now);
  }));
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
