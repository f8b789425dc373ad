#include "modules/identity/application/not_me.hpp"

#include <boost/json/parse.hpp>

#include "domain/identity/token_policy.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/link_account.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/owner_notice.hpp"
#include "modules/identity/application/void_pending.hpp"

namespace gatehouse::application {
namespace {

/// The device of the sign-in that the notice told of, where it told of one.
Result<> forget_device(ports::Tx& tx, const domain::UserId& user, const std::string& payload) {
  const auto object = boost::json::parse(payload).as_object();
  const auto* named = object.if_contains("device_id");
  if (named == nullptr) return {};
  GH_TRY(const auto device, tx.devices().find(domain::DeviceId(std::string(named->as_string()))));
  if (!device || device->user_id != user) return {};
  GH_TRY([[maybe_unused]] const bool removed, tx.devices().remove(device->id));
  return {};
}

/// Whoever was in the account may have linked a provider's account of their own, which no new password keeps out: what
/// was linked as long as notices are good goes too, but for what the person signed up with.
Result<> unlink_lately_linked(ports::Tx& tx, Record& record, const domain::User& user, Timestamp now) {
  const Timestamp since = now - domain::lifetime_of(domain::TokenPurpose::not_me);
  GH_TRY(const auto accounts, tx.accounts().list(user.id));
  for (const auto& account : accounts) {
    if (account.created_at < since || account.created_at <= user.created_at) continue;
    GH_TRY([[maybe_unused]] const bool removed, remove_account(tx, record, account, by_user(user.id)));
  }
  return {};
}

}  // namespace

Result<> report_not_me(const Dependencies& deps, const std::string& token, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_TRY(const auto user_id, deps.store.write([&](ports::Tx& tx) -> Result<domain::UserId> {
    Record record(tx, deps, request, now);
    GH_TRY(const auto taken, take_mailed_token(tx, token, domain::TokenPurpose::not_me, now));
    GH_TRY(auto user, tx.users().get(*taken.user_id));
    GH_CHECK(forget_device(tx, user.id, taken.payload));
    GH_CHECK(unlink_lately_linked(tx, record, user, now));
    user.reset_required = true;
    ++user.credential_version;
    user.updated_at = now;
    GH_CHECK(tx.users().save(user));
    GH_CHECK(void_pending(tx, user.id));
    GH_TRY(const int ended, end_all_sessions(tx, record, deps, user.id, std::nullopt,
                                             {by_user(user.id), domain::RevocationReason::not_me}, now));
    GH_CHECK(record.audit(by_user(user.id), domain::audit_actions::kNotMe, user.id,
                          {.details = {{"sessions_ended", ended}}}));
    if (user.email_canonical == taken.email_canonical)
      GH_CHECK(mail_reset_link(tx, record, deps, ports::mail_templates::kResetPassword, user, now));
    return user.id;
  }));
  deps.session_map.drop_user(user_id);
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
