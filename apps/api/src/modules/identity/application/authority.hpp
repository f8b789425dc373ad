#pragma once
// Who acts on whom, as the admin's surfaces ask it: what the caller may do and what the target is permitted are both
// read in the transaction that acts, never believed from a cached session. So a role that was taken away a moment ago
// no longer helps, on whichever replica. Called inside read and write closures.
#include <string_view>
#include <vector>

#include "domain/identity/role_grant_policy.hpp"
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

/// What the caller may do now. Returns `no_session` when its session is gone, `mfa_required` where its roles ask for a
/// second factor that the session did not prove, `forbidden` where it lacks `permission`.
Result<domain::Authority> authority_of(ports::Tx& tx, const Dependencies& deps, const Caller& caller,
                                       std::string_view permission, Timestamp now);

/// Somebody to be acted on.
struct Target {
  domain::User user;
  std::vector<domain::RoleAssignment> roles;  ///< live ones
  std::vector<std::string> permissions;       ///< effective

  bool is(const domain::Authority& authority) const;
};

/// Returns `not_found`.
Result<Target> find_target(ports::Tx& tx, const Dependencies& deps, const domain::UserId& id, Timestamp now);

/// The same for somebody the authority may act on. Returns `forbidden` besides, where the target ranks above.
Result<Target> touch_target(ports::Tx& tx, const Dependencies& deps, const domain::Authority& authority,
                            const domain::UserId& id, Timestamp now);

/// The same where nobody acts on themselves: roles, status, deletion, compliance, factors.
Result<Target> touch_other(ports::Tx& tx, const Dependencies& deps, const domain::Authority& authority,
                           const domain::UserId& id, Timestamp now);

/// Whether the target is an administrator who counts (domain::counts_as_admin). Ask before a change …
Result<bool> counts_as_admin(ports::Tx& tx, const Target& target, Timestamp now);
/// … and this after it, in the same transaction: returns `last_admin` when none is left.
Result<> check_admin_remains(ports::Tx& tx, bool was_admin, Timestamp now);

}  // namespace gatehouse::application
