#pragma once
// PATCH and DELETE /v1/admin/users/{id}: staff correct a name, disable or enable an account, or close it. Disabling and
// closing end everything at once: sessions, challenges, mailed links, access tokens.
#include <optional>
#include <string>

#include "modules/identity/application/admin_user_view.hpp"
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/expected_version.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

struct UserPatch {
  std::optional<std::optional<std::string>> name{};  ///< an inner nothing clears it
  std::optional<domain::UserStatus> status{};        ///< active or disabled
  std::optional<std::string> reason{};
};

/// `active` also takes a deletion back within its grace period. Returns `not_found`, `invalid_request` (name, status),
/// `conflict` (disabling an account that is being deleted; a grace period that is over), `forbidden` (a higher user,
/// one's own status), `last_admin`, `precondition_failed`.
Result<AdminUser> update_user(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                              const UserPatch& patch, const ExpectedVersion& expected, const RequestInfo& request);

/// Closes the account; its data is erased after the grace period. Returns `not_found`, `conflict` (closed already),
/// `forbidden`, `last_admin`, `precondition_failed`.
Result<> delete_user(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                     const std::optional<std::string>& reason, const ExpectedVersion& expected,
                     const RequestInfo& request);

}  // namespace gatehouse::application
