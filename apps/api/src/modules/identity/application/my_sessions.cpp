#include "modules/identity/application/my_sessions.hpp"

#include "modules/identity/application/end_sessions.hpp"

namespace gatehouse::application {

namespace {

const Ending by_owner(const Caller& caller) { return {by(caller), domain::RevocationReason::owner}; }

}  // namespace

Result<std::vector<domain::Session>> list_my_sessions(const Dependencies& deps, const Caller& caller) {
  const Timestamp now = deps.clock.now();
  return deps.store.read([&](ports::Tx& tx) { return tx.sessions().list(caller.user_id(), now); });
}

Result<> sign_out(const Dependencies& deps, const Caller& caller, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    GH_TRY(const bool ended, end_session(tx, record, deps, caller.session_id(), {by(caller), std::nullopt}, now));
    if (!ended) return fail(ErrorCode::no_session);
    return record.audit(by(caller), domain::audit_actions::kSignOut, caller.user_id(),
                        {.details = {{"session_id", caller.session_id().str()}}});
  }));
  deps.session_map.drop_session(caller.session_id());
  deps.wake();
  return {};
}

Result<> end_my_session(const Dependencies& deps, const Caller& caller, const domain::SessionId& id,
                        const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto session, tx.sessions().find(id));
    if (!session || session->user_id != caller.user_id()) return fail(ErrorCode::not_found);
    Record record(tx, deps, request, now);
    GH_TRY(const bool ended, end_session(tx, record, deps, id, by_owner(caller), now));
    if (!ended) return fail(ErrorCode::not_found);
    return record.audit(by(caller), domain::audit_actions::kSessionRevoked, caller.user_id(),
                        {.reason = "owner", .details = {{"session_id", id.str()}}});
  }));
  deps.session_map.drop_session(id);
  deps.wake();
  return {};
}

Result<> end_my_sessions(const Dependencies& deps, const Caller& caller, SessionScope scope,
                         const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  const auto except = scope == SessionScope::others ? std::optional(caller.session_id()) : std::nullopt;
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    GH_TRY(const int ended, end_all_sessions(tx, record, deps, caller.user_id(), except, by_owner(caller), now));
    return record.audit(by(caller), domain::audit_actions::kSessionsRevoked, caller.user_id(),
                        {.reason = "owner", .details = {{"count", ended}, {"kept_own", except.has_value()}}});
  }));
  deps.session_map.drop_user(caller.user_id());
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
