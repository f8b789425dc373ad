#include "modules/identity/application/assign_role.hpp"

#include "domain/identity/permissions.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/step_up.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;

json::value name_or_null(const std::string& name) { return name.empty() ? json::value(nullptr) : json::value(name); }

Result<> check_grant(const RoleGrant& grant, Timestamp now) {
  if (grant.role == domain::kUserRole) return fail(ErrorCode::conflict, "everybody has the role `user`");
  if (grant.expires_at && *grant.expires_at <= now)
    return fail_field(ErrorCode::invalid_request, "expires_at", "past", "the end must lie in the future");
  return {};
}

}  // namespace

Result<> void_access_tokens(ports::Tx& tx, const Dependencies& deps, const domain::UserId& user, Timestamp now) {
  ports::Invalidation voided;
  voided.user_id = user;
  voided.before = now;
  voided.expires_at = now + deps.settings.token_ttl;
  return tx.invalidations().add(voided);
}

Result<domain::RoleAssignment> put_role(ports::Tx& tx, Record& record, const By& by, const domain::UserId& user,
                                        const RoleGrant& grant, Timestamp now) {
  domain::RoleAssignment assignment;
  assignment.id = domain::RoleAssignmentId(new_id(now));
  assignment.user_id = user;
  assignment.role = grant.role;
  assignment.granted_by_type = by.type;
  assignment.granted_by = by.id;
  assignment.reason = grant.reason;
  assignment.created_at = now;
  assignment.expires_at = grant.expires_at;
  GH_TRY([[maybe_unused]] const bool added, tx.roles().put(assignment, now));
  GH_CHECK(record.audit(by, domain::audit_actions::kRoleAssigned, user,
                        {.reason = grant.reason.value_or(""),
                         .details = {{"role", grant.role}, {"expires_at", time_or_null(grant.expires_at)}}}));
  GH_CHECK(record.event(domain::topics::kRoleAssigned, user,
                        {{"user_id", user.str()},
                         {"role", grant.role},
                         {"by", name_or_null(by.id)},
                         {"reason", text_or_null(grant.reason)},
                         {"expires_at", time_or_null(grant.expires_at)}}));
  GH_CHECK(note_user_changed(tx, user, now));
  return assignment;
}

Result<domain::RoleAssignment> assign_role(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                                           const RoleGrant& grant, const RequestInfo& request) {
  GH_CHECK(require_step_up(deps, caller));
  const Timestamp now = deps.clock.now();
  GH_CHECK(check_grant(grant, now));
  auto given = deps.store.write([&](ports::Tx& tx) -> Result<domain::RoleAssignment> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kRolesAssign, now));
    GH_TRY(const auto target, find_target(tx, deps, user, now));
    GH_CHECK(domain::check_may_change_role(authority, user, target.permissions, grant.role, deps.settings.roles));
    if (target.user.status == domain::UserStatus::pending_deletion)
      return fail(ErrorCode::conflict, "the account is being deleted");
    Record record(tx, deps, request, now);
    return put_role(tx, record, by(caller), user, grant, now);
  });
  if (!given) return given;
  deps.session_map.drop_user(user);
  deps.wake();
  return given;
}

Result<> revoke_role(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                     const std::string& role, const std::optional<std::string>& reason, const RequestInfo& request) {
  GH_CHECK(require_step_up(deps, caller));
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto authority, authority_of(tx, deps, caller, domain::permissions::kRolesAssign, now));
    GH_TRY(const auto target, find_target(tx, deps, user, now));
    const bool held = std::any_of(target.roles.begin(), target.roles.end(),
                                  [&](const domain::RoleAssignment& each) { return each.role == role; });
    if (!held) return fail(ErrorCode::not_found, "the user does not have this role");
    // A role that the configuration dropped permits nothing and may always be taken away.
    if (deps.settings.roles.contains(role))
      GH_CHECK(domain::check_may_change_role(authority, user, target.permissions, role, deps.settings.roles));
    GH_TRY(const bool was_admin, counts_as_admin(tx, target, now));
    GH_TRY([[maybe_unused]] const bool removed, tx.roles().remove(user, role));
    GH_CHECK(check_admin_remains(tx, was_admin, now));
    Record record(tx, deps, request, now);
    GH_CHECK(record.audit(by(caller), domain::audit_actions::kRoleRevoked, user,
                          {.reason = reason.value_or(""), .details = {{"role", role}}}));
    GH_CHECK(record.event(domain::topics::kRoleRevoked, user,
                          {{"user_id", user.str()},
                           {"role", role},
                           {"by", name_or_null(caller.audit_id())},
                           {"reason", text_or_null(reason)}}));
    return void_access_tokens(tx, deps, user, now);
  }));
  deps.session_map.drop_user(user);
  deps.wake();
  return {};
}

Result<std::vector<domain::RoleAssignment>> list_user_roles(const Dependencies& deps, const Caller& caller,
                                                            const domain::UserId& user) {
  const Timestamp now = deps.clock.now();
  return deps.store.read([&](ports::Tx& tx) -> Result<std::vector<domain::RoleAssignment>> {
    GH_TRY([[maybe_unused]] const auto authority, authority_of(tx, deps, caller, domain::permissions::kUsersRead, now));
    GH_TRY(auto target, find_target(tx, deps, user, now));
    return std::move(target.roles);
  });
}

boost::json::object role_assignment_json(const domain::RoleAssignment& assignment) {
  return {{"role", assignment.role},
          {"granted_by", name_or_null(assignment.granted_by)},
          {"granted_by_type", domain::to_text(assignment.granted_by_type)},
          {"reason", text_or_null(assignment.reason)},
          {"granted_at", to_rfc3339(assignment.created_at)},
          {"expires_at", time_or_null(assignment.expires_at)}};
}

}  // namespace gatehouse::application
