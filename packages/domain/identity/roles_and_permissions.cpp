#include "domain/identity/roles_and_permissions.hpp"

#include <algorithm>
#include <set>

#include "domain/identity/permissions.hpp"

namespace gatehouse::domain {
namespace {

using Declarations = std::map<std::string, RoleDeclaration, std::less<>>;

void add_fault(Error& faults, const std::string& role, std::string code, std::string detail) {
  faults.fields.push_back({"roles." + role, "", std::move(code), std::move(detail), {}});
}

void check_shape(const RoleDeclaration& role, Error& faults) {
  if (!is_role_name(role.name)) {
    add_fault(faults, role.name, "invalid_name", "A role's name is lower case letters, digits, - and _.");
  }
  for (const auto& permission : role.permissions) {
    if (!is_permission_name(permission)) {
      add_fault(faults, role.name, "invalid_permission", "\"" + permission + "\" is not a permission's name.");
    }
  }
}

void merge(Declarations& all, const std::vector<RoleDeclaration>& declared, Error& faults) {
  std::set<std::string> seen;
  for (const auto& role : declared) {
    check_shape(role, faults);
    if (!seen.insert(role.name).second) add_fault(faults, role.name, "duplicate", "The role is declared twice.");
    auto& target = all[role.name];
    target.name = role.name;
    target.permissions.insert(target.permissions.end(), role.permissions.begin(), role.permissions.end());
    target.inherits.insert(target.inherits.end(), role.inherits.begin(), role.inherits.end());
  }
}

/// Collects a role's permissions depth first; `path` holds the roles on the way here, so that a circle shows itself.
bool collect(const Declarations& all, const std::string& name, std::vector<std::string>& path,
             std::set<std::string>& into) {
  if (std::find(path.begin(), path.end(), name) != path.end()) return false;
  const auto role = all.find(name);
  if (role == all.end()) return true;
  into.insert(role->second.permissions.begin(), role->second.permissions.end());
  path.push_back(name);
  for (const auto& parent : role->second.inherits) {
    if (!collect(all, parent, path, into)) return false;
  }
  path.pop_back();
  return true;
}

bool is_name(std::string_view text, bool dots) {
  if (text.empty() || text.size() > 64 || text.front() < 'a' || text.front() > 'z' || text.back() == '.') return false;
  char previous = '.';
  return std::all_of(text.begin(), text.end(), [&](char c) {
    const bool letter = c >= 'a' && c <= 'z';
    const bool fits = letter || (c >= '0' && c <= '9') || c == '_' || c == '-' || (dots && c == '.' && previous != '.');
    previous = c;
    return fits;
  });
}

}  // namespace

std::vector<RoleDeclaration> built_in_roles() {
  std::vector<std::string> everything(permissions::kAll.begin(), permissions::kAll.end());
  return {{std::string(kUserRole), {}, {}},
          {std::string(kSupportRole),
           {std::string(permissions::kUsersRead), std::string(permissions::kSessionsRevoke),
            std::string(permissions::kRecoveryStart)},
           {std::string(kUserRole)}},
          {std::string(kAdminRole), std::move(everything), {std::string(kSupportRole)}}};
}

RoleCatalog::RoleCatalog() : RoleCatalog(std::move(*make({}))) {}

Result<RoleCatalog> RoleCatalog::make(const std::vector<RoleDeclaration>& declared) {
  Declarations all;
  Error faults;
  faults.code = ErrorCode::invalid_request;
  merge(all, built_in_roles(), faults);
  merge(all, declared, faults);
  Effective effective;
  for (const auto& [name, role] : all) {
    for (const auto& parent : role.inherits) {
      if (!all.contains(parent))
        add_fault(faults, name, "unknown_role", "It inherits \"" + parent + "\", which is not declared.");
    }
    std::vector<std::string> path;
    std::set<std::string> held;
    if (!collect(all, name, path, held)) add_fault(faults, name, "circle", "Its inheritance leads back to itself.");
    effective[name].assign(held.begin(), held.end());
  }
  if (faults.fields.empty()) return RoleCatalog(std::move(all), std::move(effective));
  faults.detail = faults.fields.front().field + ": " + faults.fields.front().detail;
  return fail(std::move(faults));
}

bool RoleCatalog::contains(std::string_view role) const { return effective_.find(role) != effective_.end(); }

const RoleDeclaration* RoleCatalog::find(std::string_view role) const {
  const auto found = declared_.find(role);
  return found == declared_.end() ? nullptr : &found->second;
}

std::vector<std::string> RoleCatalog::names() const {
  std::vector<std::string> names;
  for (const auto& [name, held] : effective_) names.push_back(name);
  return names;
}

std::vector<std::string> RoleCatalog::permissions_of(std::string_view role) const {
  const auto found = effective_.find(role);
  return found == effective_.end() ? std::vector<std::string>{} : found->second;
}

std::vector<std::string> RoleCatalog::effective_permissions(const std::vector<std::string>& roles) const {
  std::set<std::string> held;
  for (const auto& role : roles) {
    if (const auto found = effective_.find(role); found != effective_.end()) {
      held.insert(found->second.begin(), found->second.end());
    }
  }
  return {held.begin(), held.end()};
}

bool RoleCatalog::concerns_identity(std::string_view role) const {
  const auto held = permissions_of(role);
  return std::any_of(held.begin(), held.end(), [](const std::string& permission) {
    return permission.starts_with(permissions::kIdentityPrefix);
  });
}

Result<std::vector<std::string>> RoleCatalog::grantable_roles(
    const std::optional<std::vector<std::string>>& configured) const {
  std::vector<std::string> grantable;
  for (const auto& role : configured ? *configured : names()) {
    const bool harmless = contains(role) && !concerns_identity(role);
    if (harmless) grantable.push_back(role);
    if (configured && !harmless) {
      return fail_field(ErrorCode::invalid_request, "events.grantable_roles",
                        contains(role) ? "concerns_identity" : "unknown_role",
                        "The role \"" + role + "\" " +
                            (contains(role) ? "permits something over identity itself." : "is not declared."));
    }
  }
  std::sort(grantable.begin(), grantable.end());
  return grantable;
}

std::vector<std::string> live_roles(const std::vector<RoleAssignment>& assignments, Timestamp now) {
  std::set<std::string> roles{std::string(kUserRole)};
  for (const auto& assignment : assignments) {
    if (assignment.is_live(now)) roles.insert(assignment.role);
  }
  return {roles.begin(), roles.end()};
}

bool is_role_name(std::string_view text) { return is_name(text, false); }
bool is_permission_name(std::string_view text) { return is_name(text, true); }

}  // namespace gatehouse::domain
