#pragma once
// Role grant policy: who may give and take which role, and who may act on whom. Three rules: nobody hands out what they
// lack, nobody changes their own roles, and nobody acts on somebody who ranks above them. Rank is the set of
// `identity.*` permissions; whoever holds all of them is a full administrator and may hand out any role. Pure.
#include <string>
#include <vector>

#include "domain/identity/audit_entry.hpp"
#include "domain/identity/ids.hpp"
#include "domain/identity/role_assignment.hpp"
#include "domain/identity/roles_and_permissions.hpp"
#include "domain/identity/user.hpp"
#include "foundation/result.hpp"

namespace gatehouse::domain {

/// Who acts: a person (by session), a service (by key), or the operator at the command line, who is bound by nothing
/// here but the last-administrator rule.
struct Authority {
  ActorType type = ActorType::user;
  std::string id;                        ///< user id, service name, operator's login
  std::vector<std::string> permissions;  ///< effective, sorted
};

/// Whether the authority holds the permission. Returns `forbidden`, its detail naming the permission.
Result<> check_permission(const Authority& authority, std::string_view permission);

/// Whether the authority may act on that user at all (edit, disable, end sessions, reset …), given what the user is
/// permitted. Returns `forbidden`.
Result<> check_may_touch(const Authority& authority, const UserId& target,
                         const std::vector<std::string>& target_permissions);

/// Whether the authority may give the role to the user, or take it. A service never deals in roles over identity.
/// Returns `invalid_request` for a role that is not declared, else `forbidden`.
Result<> check_may_change_role(const Authority& authority, const UserId& target,
                               const std::vector<std::string>& target_permissions, std::string_view role,
                               const RoleCatalog& catalog);

/// Whether a user counts as an administrator who could still run the place: active, confirmed address, able to sign in
/// (a password that is not void, or a linked account), and `admin` by a live assignment.
bool counts_as_admin(const User& user, const std::vector<RoleAssignment>& assignments, bool has_linked_account,
                     Timestamp now);

/// Whether an administrator remains when `target` stops being one; `admins` are all who count now.
/// Returns `last_admin`.
Result<> check_admin_remains(const std::vector<UserId>& admins, const UserId& target);

}  // namespace gatehouse::domain
