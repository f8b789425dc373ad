#include "modules/identity/application/admin_sessions.hpp"

#include "domain/identity/permissions.hpp"
#include "modules/identity/application/authority.hpp"
#include "modules/identity/application/end_sessions.hpp"

namespace gatehouse::application {
namespace {

Ending by_force(const Caller& caller) { return {by(caller), domain::RevocationReason::admin}; }

}  // namespace

Result<std::vector<domain::Session>> list_user_sessions(const Dependencies& deps, const Caller& caller,
                                                        const domain::UserId& user) {
  const Timestamp now = deps.clock.now();
  return deps.store.read([&](ports::Tx& tx) -> Result<std::vector<domain::Session>> {
    GH_TRY([[maybe_unused]] const auto authority, authority_of(tx, deps, caller, domain::permissions::kUsersRead, now));
    GH_TRY([[maybe_unused]] const auto target, find_target(tx, deps, user, now));
    return tx.sessions().list(user, now);
  });
}

Result<std::vector<domain::Account>> list_user_accounts(const Dependencies& deps, const Caller& caller,
                                                        const domain::UserId& user) {
  const Timestamp now = deps.clock.now();
  return deps.store.read([&](ports::Tx& tx) -> Result<std::vector<domain::Account>> {
    GH_TRY([[maybe_unused]] const auto authority, authority_of(tx, deps, caller, domain::permissions::kUsersRead, now));
    GH_TRY([[maybe_unused]] const auto target, find_target(tx, deps, user, now));
    return tx.accounts().list(user);
  });
}

Result<> revoke_session(const Dependencies& deps, const Caller& caller, const domain::SessionId& session,
                        const std::optional<std::string>& reason, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kSessionsRevoke, now));
    GH_TRY(const auto found, tx.sessions().find(session));
    if (!found) return fail(ErrorCode::not_found, "there is no session with this id");
    GH_TRY([[maybe_unused]] const auto target, touch_target(tx, deps, authority, found->user_id, now));
    Record record(tx, deps, request, now);
    GH_TRY(const bool ended, end_session(tx, record, deps, session, by_force(caller), now));
    if (!ended) return fail(ErrorCode::not_found, "there is no session with this id");
    return record.audit(by(caller), domain::audit_actions::kSessionRevoked, found->user_id,
                        {.reason = reason.value_or("admin"), .details = {{"session_id", session.str()}}});
  }));
  deps.session_map.drop_session(session);
  deps.wake();
  return {};
}

Result<int> revoke_user_sessions(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                                 const std::optional<std::string>& reason, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_TRY(const int ended, deps.store.write([&](ports::Tx& tx) -> Result<int> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kSessionsRevoke, now));
    GH_TRY([[maybe_unused]] const auto target, touch_target(tx, deps, authority, user, now));
    Record record(tx, deps, request, now);
    GH_TRY(const int count, end_all_sessions(tx, record, deps, user, std::nullopt, by_force(caller), now));
    GH_CHECK(record.audit(by(caller), domain::audit_actions::kSessionsRevoked, user,
                          {.reason = reason.value_or("admin"), .details = {{"count", count}}}));
    return count;
  }));
  deps.session_map.drop_user(user);
  deps.wake();
  return ended;
}

}  // namespace gatehouse::application
