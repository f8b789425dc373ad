#include "modules/identity/application/change_password.hpp"

#include "auth/crypto/constant_time.hpp"
#include "domain/identity/credential_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/new_password.hpp"
#include "modules/identity/application/owner_notice.hpp"
#include "modules/identity/application/renew_session.hpp"
#include "modules/identity/application/throttle.hpp"
#include "modules/identity/application/void_pending.hpp"

namespace gatehouse::application {
namespace {

/// Whether the present password is right, counted in the budgets of sign-in. Returns `invalid_credentials`.
Result<> check_current(const Dependencies& deps, const domain::User& user, const domain::Session& session,
                       const Secret<std::string>& given, const RequestInfo& request) {
  GH_TRY(const auto password, accept_given_password(given, "current_password"));
  const Timestamp now = deps.clock.now();
  GH_TRY(const auto reserved, deps.store.write([&](ports::Tx& tx) {
    return reserve_try(tx, deps, domain::sign_in_budgets(session.device_id.has_value()),
                       {user.email_canonical, request.ip, session.device_id}, now);
  }));
  const auto computed = deps.hasher.hash_like(password, *user.password_hash);
  const bool right = computed && auth::equal_in_constant_time(*computed, *user.password_hash);
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    if (!computed) return settle_try(tx, reserved, domain::TryOutcome::unjudged);
    if (right) return settle_try(tx, reserved, domain::TryOutcome::success);
    Record record(tx, deps, request, now);
    return record.audit(by_user(user.id), domain::audit_actions::kPasswordChanged, user.id,
                        {.outcome = domain::AuditOutcome::failure, .reason = "invalid_credentials"});
  }));
  if (!computed) return Failure(computed.error());
  return right ? Result<>() : Result<>(fail(ErrorCode::invalid_credentials, "The present password is wrong."));
}

}  // namespace

Result<> change_password(const Dependencies& deps, const Caller& caller, const ChangePasswordInput& input,
                         const RequestInfo& request) {
  GH_TRY(const auto user, deps.store.read([&](ports::Tx& tx) { return tx.users().get(caller.user_id()); }));
  GH_TRY(const auto session, deps.store.read([&](ports::Tx& tx) { return own_session(tx, caller); }));
  if (user.has_password() && !input.current_password)
    return fail_field(ErrorCode::invalid_request, "current_password", "required", "give the present password");
  GH_TRY(const auto password,
         accept_new_password(deps.settings, input.new_password, user.email_canonical, user.name, "new_password"));
  if (user.has_password()) GH_CHECK(check_current(deps, user, session, *input.current_password, request));
  GH_TRY(const auto hash, deps.hasher.hash(password));

  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    GH_TRY([[maybe_unused]] const auto own, own_session(tx, caller));
    GH_TRY(auto present, tx.users().get(user.id));
    GH_CHECK(domain::check_unchanged(present, user.credential_version));
    present.password_hash = hash;
    present.password_changed_at = now;
    present.password_exposed = false;
    present.reset_required = false;
    ++present.credential_version;
    present.updated_at = now;
    GH_CHECK(tx.users().save(present));
    GH_CHECK(void_pending(tx, present.id));
    GH_TRY(const int ended, end_all_sessions(tx, record, deps, present.id, caller.session_id(),
                                             {by(caller), domain::RevocationReason::password_changed}, now));
    GH_CHECK(record.audit(by(caller), domain::audit_actions::kPasswordChanged, present.id,
                          {.details = {{"sessions_ended", ended}}}));
    GH_CHECK(record.event(domain::topics::kPasswordChanged, present.id, {{"user_id", present.id.str()}}));
    return notify_owner(tx, record, deps, ports::mail_templates::kPasswordChanged, present, {}, now);
  }));
  deps.session_map.drop_user(user.id);
  deps.wake();
  return {};
}

}  // namespace gatehouse::application
