#include "modules/identity/application/delete_user.hpp"

#include "domain/identity/deletion_policy.hpp"
#include "domain/identity/role_grant_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/void_pending.hpp"

namespace gatehouse::application {
namespace {

/// Returns `last_admin` when nobody could run the place without this user.
Result<> check_dispensable(ports::Tx& tx, const domain::User& user, Timestamp now) {
  GH_TRY(const auto roles, tx.roles().list(user.id, now));
  GH_TRY(const auto accounts, tx.accounts().list(user.id));
  if (!domain::counts_as_admin(user, roles, !accounts.empty(), now)) return {};
  GH_TRY(const auto admins, tx.users().count_able_with_role({std::string(domain::kAdminRole)}, now));
  if (admins > 1) return {};
  return fail(ErrorCode::last_admin);
}

boost::json::object status_changed(const domain::User& user, domain::UserStatus previous, const By& by_whom,
                                   const std::optional<std::string>& reason = {}) {
  return {{"user_id", user.id.str()},
          {"status", domain::to_text(user.status)},
          {"previous", domain::to_text(previous)},
          {"by", by_whom.id.empty() ? boost::json::value(nullptr) : boost::json::value(by_whom.id)},
          {"reason", text_or_null(reason)}};
}

Result<> mail_way_back(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& closed,
                       Timestamp now) {
  auto token = make_mailed_token({.purpose = domain::TokenPurpose::cancel_deletion,
                                  .user_id = closed.id,
                                  .email = closed.email,
                                  .email_canonical = closed.email_canonical,
                                  .expires_at = closed.deletion_due_at},
                                 deps.settings.links.cancel_deletion, now);
  GH_CHECK(tx.verification_tokens().add(token.row));
  return record.mail(ports::mail_templates::kDeletion, closed,
                     {{"link", token.link}, {"email", closed.email}, {"until", to_rfc3339(*closed.deletion_due_at)}},
                     {.expires_at = token.row.expires_at});
}

}  // namespace

Result<domain::User> close_account(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::User& user,
                                   const Closing& closing, Timestamp now) {
  GH_CHECK(check_dispensable(tx, user, now));
  GH_TRY(auto closed, domain::request_deletion(user, now, deps.settings.retention.deleted_users));
  ++closed.credential_version;
  GH_CHECK(tx.users().save(closed));
  GH_CHECK(void_pending(tx, closed.id));
  GH_TRY([[maybe_unused]] const int devices, tx.devices().remove_for_user(closed.id));
  GH_TRY(const int ended, end_all_sessions(tx, record, deps, closed.id, std::nullopt,
                                           {closing.by, domain::RevocationReason::user_deleted}, now));
  const std::string until = to_rfc3339(*closed.deletion_due_at);
  GH_CHECK(record.audit(
      closing.by, domain::audit_actions::kUserDeletionRequested, closed.id,
      {.reason = closing.reason.value_or(""), .details = {{"erase_after", until}, {"sessions_ended", ended}}}));
  GH_CHECK(record.event(domain::topics::kUserStatusChanged, closed.id,
                        status_changed(closed, user.status, closing.by, closing.reason)));
  GH_CHECK(
      record.event(domain::topics::kUserDeleted, closed.id, {{"user_id", closed.id.str()}, {"erase_after", until}}));
  if (closing.way_back == Closing::WayBack::mailed) GH_CHECK(mail_way_back(tx, record, deps, closed, now));
  return closed;
}

Result<> delete_me(const Dependencies& deps, const Caller& caller, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    GH_TRY(const auto user, tx.users().get(caller.user_id()));
    GH_CHECK(close_account(tx, record, deps, user, {.by = by(caller)}, now));
    return {};
  }));
  deps.session_map.drop_user(caller.user_id());
  deps.wake();
  return {};
}

Result<> cancel_deletion(const Dependencies& deps, const std::string& token, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    GH_TRY(const auto taken, take_mailed_token(tx, token, domain::TokenPurpose::cancel_deletion, now));
    GH_TRY(const auto user, tx.users().get(*taken.user_id));
    auto kept = domain::cancel_deletion(user, now);
    if (!kept) return fail(ErrorCode::invalid_token, kept.error().detail);
    GH_CHECK(tx.users().save(*kept));
    const auto owner = by_user(kept->id);
    GH_CHECK(record.audit(owner, domain::audit_actions::kUserDeletionCancelled, kept->id));
    return record.event(domain::topics::kUserStatusChanged, kept->id, status_changed(*kept, user.status, owner));
  }));
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
