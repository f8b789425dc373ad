#include "modules/identity/application/authority.hpp"

#include "domain/identity/session_policy.hpp"
#include "modules/identity/application/step_up.hpp"

namespace gatehouse::application {
namespace {

/// A person's permissions from the store; the session it came with must still be there, and be as strong as the roles
/// ask.
Result<> refresh(ports::Tx& tx, const Dependencies& deps, const Caller& caller, domain::Authority& authority,
                 Timestamp now) {
  GH_TRY(const auto found, tx.sessions().find_with_user(caller.session_id()));
  if (!found || found->user.id != caller.user_id() || !domain::is_live(found->session, now) ||
      !domain::may_hold_sessions(found->user))
    return fail(ErrorCode::no_session);
  const auto roles = domain::live_roles(found->roles, now);
  authority.permissions = deps.settings.roles.effective_permissions(roles);
  return check_second_factor(deps.settings, roles, found->session.acr);
}

}  // namespace

Result<domain::Authority> authority_of(ports::Tx& tx, const Dependencies& deps, const Caller& caller,
                                       std::string_view permission, Timestamp now) {
  domain::Authority authority{caller.audit_type(), caller.audit_id(), caller.actor().permissions};
  if (caller.is_person()) GH_CHECK(refresh(tx, deps, caller, authority, now));
  GH_CHECK(domain::check_permission(authority, permission));
  return authority;
}

bool Target::is(const domain::Authority& authority) const {
  return authority.type == domain::ActorType::user && authority.id == user.id.str();
}

Result<Target> find_target(ports::Tx& tx, const Dependencies& deps, const domain::UserId& id, Timestamp now) {
  GH_TRY(auto user, tx.users().find(id));
  if (!user) return fail(ErrorCode::not_found, "there is no user with this id");
  Target target;
  target.user = std::move(*user);
  GH_TRY(target.roles, tx.roles().list(id, now));
  target.permissions = deps.settings.roles.effective_permissions(domain::live_roles(target.roles, now));
  return target;
}

Result<Target> touch_target(ports::Tx& tx, const Dependencies& deps, const domain::Authority& authority,
                            const domain::UserId& id, Timestamp now) {
  GH_TRY(auto target, find_target(tx, deps, id, now));
  GH_CHECK(domain::check_may_touch(authority, id, target.permissions));
  return target;
}

Result<Target> touch_other(ports::Tx& tx, const Dependencies& deps, const domain::Authority& authority,
                           const domain::UserId& id, Timestamp now) {
  GH_TRY(auto target, touch_target(tx, deps, authority, id, now));
  if (target.is(authority)) return fail(ErrorCode::forbidden, "nobody does this to themselves: use /v1/me, or ask");
  return target;
}

Result<bool> counts_as_admin(ports::Tx& tx, const Target& target, Timestamp now) {
  GH_TRY(const auto accounts, tx.accounts().list(target.user.id));
  return domain::counts_as_admin(target.user, target.roles, !accounts.empty(), now);
}

Result<> check_admin_remains(ports::Tx& tx, bool was_admin, Timestamp now) {
  if (!was_admin) return {};
  GH_TRY(const auto left, tx.users().count_able_with_role({std::string(domain::kAdminRole)}, now));
  return left > 0 ? Result<>() : fail(ErrorCode::last_admin);
}

}  // namespace gatehouse::application
