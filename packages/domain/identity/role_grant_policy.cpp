#include "domain/identity/role_grant_policy.hpp"

#include <algorithm>
#include <functional>

#include "domain/identity/permissions.hpp"
#include "domain/identity/session_policy.hpp"

namespace gatehouse::domain {
namespace {

bool holds(const Authority& authority, std::string_view permission) {
  return std::binary_search(authority.permissions.begin(), authority.permissions.end(), permission, std::less<>{});
}

bool is_full_admin(const Authority& authority) {
  return authority.type == ActorType::user &&
         std::all_of(permissions::kAll.begin(), permissions::kAll.end(),
                     [&](std::string_view permission) { return holds(authority, permission); });
}

bool concerns_identity(std::string_view permission) { return permission.starts_with(permissions::kIdentityPrefix); }

bool is_unbound(const Authority& authority) {
  return authority.type == ActorType::operator_ || authority.type == ActorType::system;
}

}  // namespace

Result<> check_permission(const Authority& authority, std::string_view permission) {
  if (is_unbound(authority) || holds(authority, permission)) return {};
  return fail(ErrorCode::forbidden, "This needs the permission " + std::string(permission) + ".");
}

Result<> check_may_touch(const Authority& authority, const UserId& target,
                         const std::vector<std::string>& target_permissions) {
  if (is_unbound(authority) || (authority.type == ActorType::user && authority.id == target.str())) return {};
  for (const auto& permission : target_permissions) {
    if (concerns_identity(permission) && !holds(authority, permission)) {
      return fail(ErrorCode::forbidden, "This user holds " + permission + ", which you do not.");
    }
  }
  return {};
}

Result<> check_may_change_role(const Authority& authority, const UserId& target,
                               const std::vector<std::string>& target_permissions, std::string_view role,
                               const RoleCatalog& catalog) {
  if (!catalog.contains(role)) {
    return fail_field(ErrorCode::invalid_request, "role", "unknown_role", "There is no role of this name.");
  }
  if (is_unbound(authority)) return {};
  GH_CHECK(check_permission(authority, permissions::kRolesAssign));
  if (authority.type == ActorType::user && authority.id == target.str()) {
    return fail(ErrorCode::forbidden, "Nobody changes their own roles.");
  }
  if (authority.type == ActorType::service && catalog.concerns_identity(role)) {
    return fail(ErrorCode::forbidden, "A service does not deal in roles over identity itself.");
  }
  GH_CHECK(check_may_touch(authority, target, target_permissions));
  if (is_full_admin(authority)) return {};
  for (const auto& permission : catalog.permissions_of(role)) {
    if (!holds(authority, permission)) {
      return fail(ErrorCode::forbidden, "The role permits " + permission + ", which you do not hold.");
    }
  }
  return {};
}

bool counts_as_admin(const User& user, const std::vector<RoleAssignment>& assignments, bool has_linked_account,
                     Timestamp now) {
  const bool can_sign_in = has_linked_account || (user.has_password() && !user.reset_required);
  return may_hold_sessions(user) && user.email_verified() && can_sign_in &&
         std::any_of(assignments.begin(), assignments.end(), [&](const RoleAssignment& assignment) {
           return assignment.role == kAdminRole && assignment.is_live(now);
         });
}

Result<> check_admin_remains(const std::vector<UserId>& admins, const UserId& target) {
  const bool concerned = std::find(admins.begin(), admins.end(), target) != admins.end();
  if (!concerned || admins.size() > 1) return {};
  return fail(ErrorCode::last_admin);
}

}  // namespace gatehouse::domain
