#include "modules/identity/application/update_user.hpp"

#include "domain/identity/deletion_policy.hpp"
#include "domain/identity/permissions.hpp"
#include "domain/identity/profile_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/authority.hpp"
#include "modules/identity/application/delete_user.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/void_pending.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;
using domain::UserStatus;

/// One change of a user by staff, inside a write closure.
class UserChange {
 public:
  UserChange(ports::Tx& tx, const Dependencies& deps, const Caller& caller, const RequestInfo& request, Timestamp now)
      : tx_(tx), deps_(deps), by_(by(caller)), record_(tx, deps, request, now), now_(now) {}

  Result<> rename(domain::User& user, const std::optional<std::string>& name) {
    if (user.name == name) return {};
    user.name = name;
    GH_CHECK(record_.audit(by_, domain::audit_actions::kUserUpdated, user.id, {.details = {{"changed", "name"}}}));
    return record_.event(
        domain::topics::kUserUpdated, user.id,
        {{"user_id", user.id.str()}, {"changed", json::array{"name"}}, {"name", text_or_null(user.name)}});
  }

  Result<> disable(Target& target, const std::optional<std::string>& reason) {
    domain::User& user = target.user;
    if (user.status == UserStatus::disabled) return {};
    if (user.status == UserStatus::pending_deletion) return fail(ErrorCode::conflict, "the account is being deleted");
    GH_TRY(const bool was_admin, counts_as_admin(tx_, target, now_));
    user.status = UserStatus::disabled;
    user.status_reason = reason.value_or("disabled");
    GH_CHECK(save(user));
    GH_CHECK(check_admin_remains(tx_, was_admin, now_));
    GH_CHECK(end_everything(user));
    return tell(user, UserStatus::active, domain::audit_actions::kUserDisabled, reason);
  }

  Result<> enable(Target& target, const std::optional<std::string>& reason) {
    domain::User& user = target.user;
    if (user.status == UserStatus::active) return {};
    const UserStatus before = user.status;
    if (before == UserStatus::pending_deletion) {
      GH_TRY(user, domain::cancel_deletion(user, now_));
      GH_TRY([[maybe_unused]] const int links,
             tx_.verification_tokens().remove_for_user(user.id, {domain::TokenPurpose::cancel_deletion}));
    }
    user.status = UserStatus::active;
    user.status_reason.reset();
    GH_CHECK(save(user));
    return tell(user, before, domain::audit_actions::kUserEnabled, reason);
  }

  Result<> save(domain::User& user) {
    user.updated_at = now_;
    GH_CHECK(tx_.users().save(user));
    return note_user_changed(tx_, user.id, now_);
  }

 private:
  Result<> end_everything(const domain::User& user) {
    GH_TRY([[maybe_unused]] const int ended, end_all_sessions(tx_, record_, deps_, user.id, std::nullopt,
                                                              {by_, domain::RevocationReason::user_disabled}, now_));
    return void_pending(tx_, user.id);
  }

  Result<> tell(const domain::User& user, UserStatus before, std::string_view action,
                const std::optional<std::string>& reason) {
    GH_CHECK(record_.audit(by_, action, user.id,
                           {.reason = reason.value_or(""),
                            .details = {{"from", domain::to_text(before)}, {"to", domain::to_text(user.status)}}}));
    return record_.event(domain::topics::kUserStatusChanged, user.id,
                         {{"user_id", user.id.str()},
                          {"status", domain::to_text(user.status)},
                          {"previous", domain::to_text(before)},
                          {"by", by_.id.empty() ? json::value(nullptr) : json::value(by_.id)},
                          {"reason", text_or_null(reason)}});
  }

  ports::Tx& tx_;
  const Dependencies& deps_;
  By by_;
  Record record_;
  Timestamp now_;
};

}  // namespace

Result<AdminUser> update_user(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                              const UserPatch& patch, const ExpectedVersion& expected, const RequestInfo& request) {
  if (patch.name && *patch.name) GH_CHECK(domain::check_name(**patch.name));
  if (patch.status == UserStatus::pending_deletion)
    return fail_field(ErrorCode::invalid_request, "status", "unknown", "status is set to active or disabled");
  const Timestamp now = deps.clock.now();
  auto updated = deps.store.write([&](ports::Tx& tx) -> Result<AdminUser> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kUsersWrite, now));
    GH_TRY(auto target,
           patch.status ? touch_other(tx, deps, authority, user, now) : touch_target(tx, deps, authority, user, now));
    GH_CHECK(check_version(expected, target.user.version));
    UserChange change(tx, deps, caller, request, now);
    if (patch.name && target.user.name != *patch.name) {
      GH_CHECK(change.rename(target.user, *patch.name));
      GH_CHECK(change.save(target.user));
    }
    if (patch.status == UserStatus::disabled) GH_CHECK(change.disable(target, patch.reason));
    if (patch.status == UserStatus::active) GH_CHECK(change.enable(target, patch.reason));
    return view_admin_user(tx, authority, std::move(target.user), now);
  });
  if (!updated) return updated;
  deps.session_map.drop_user(user);
  deps.wake();
  return updated;
}

Result<> delete_user(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                     const std::optional<std::string>& reason, const ExpectedVersion& expected,
                     const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kUsersDelete, now));
    GH_TRY(const auto target, touch_other(tx, deps, authority, user, now));
    GH_CHECK(check_version(expected, target.user.version));
    Record record(tx, deps, request, now);
    GH_CHECK(close_account(tx, record, deps, target.user,
                           {.by = by(caller), .reason = reason, .way_back = Closing::WayBack::by_staff}, now));
    return {};
  }));
  deps.session_map.drop_user(user);
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
