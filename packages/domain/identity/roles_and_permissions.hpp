#pragma once
// Roles and permissions: what the roles of the configuration permit, inheritance included. A RoleCatalog is built once
// at start from `[roles.NAME]` and the built-in roles and never changes; any thread may read it. Who may hand out a
// role: role_grant_policy.hpp. What a person has is RoleAssignments; `user` everybody has without one.
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/identity/role_assignment.hpp"
#include "foundation/result.hpp"

namespace gatehouse::domain {

inline constexpr std::string_view kUserRole = "user";
inline constexpr std::string_view kSupportRole = "support";
inline constexpr std::string_view kAdminRole = "admin";

/// One `[roles.NAME]`.
struct RoleDeclaration {
  std::string name;
  std::vector<std::string> permissions;
  std::vector<std::string> inherits;
};

/// `user` permits nothing; `support` looks, ends sessions and starts resets; `admin` holds every permission of
/// identity and inherits `support`.
std::vector<RoleDeclaration> built_in_roles();

class RoleCatalog {
 public:
  /// A catalog of the built-in roles alone.
  RoleCatalog();

  /// The built-in roles and the declared ones; a declaration with a built-in's name adds to it. Returns
  /// `invalid_request` naming every fault: a name or permission of a wrong shape, an unknown parent, a role twice, a
  /// circle.
  static Result<RoleCatalog> make(const std::vector<RoleDeclaration>& declared);

  bool contains(std::string_view role) const;
  /// What was declared of a role, both places together; nullptr for an unknown one.
  const RoleDeclaration* find(std::string_view role) const;
  /// All names, sorted.
  std::vector<std::string> names() const;
  /// What a role permits after inheritance, sorted; empty for an unknown one.
  std::vector<std::string> permissions_of(std::string_view role) const;
  /// The union over several roles, sorted. Roles that the configuration no longer has permit nothing.
  std::vector<std::string> effective_permissions(const std::vector<std::string>& roles) const;
  /// Whether a role permits anything over identity itself.
  bool concerns_identity(std::string_view role) const;

  /// The roles that other domains may ask for by accounts.user.role_required: `[events] grantable_roles`, or else all
  /// without an `identity.*` permission. Returns `invalid_request` when the setting names one that has such a
  /// permission, be it inherited, or one that does not exist.
  Result<std::vector<std::string>> grantable_roles(const std::optional<std::vector<std::string>>& configured) const;

 private:
  using Effective = std::map<std::string, std::vector<std::string>, std::less<>>;
  using Declarations = std::map<std::string, RoleDeclaration, std::less<>>;
  RoleCatalog(Declarations declared, Effective effective)
      : declared_(std::move(declared)), effective_(std::move(effective)) {}

  Declarations declared_;
  Effective effective_;
};

/// The names of the roles a user has now, `user` included, sorted, each once.
std::vector<std::string> live_roles(const std::vector<RoleAssignment>& assignments, Timestamp now);

/// Role names: [a-z][a-z0-9_-]{0,63}. Permissions: the same with dots between parts.
bool is_role_name(std::string_view text);
bool is_permission_name(std::string_view text);

}  // namespace gatehouse::domain
