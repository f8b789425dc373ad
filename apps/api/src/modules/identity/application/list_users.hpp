#pragma once
// GET /v1/admin/users and /v1/admin/users/{id}: finding people. Listing needs identity.users.read; the total is exact
// up to a bound and says so where it is not.
#include <optional>
#include <string>
#include <vector>

#include "modules/identity/application/admin_user_view.hpp"
#include "modules/identity/application/caller.hpp"

namespace gatehouse::application {

struct UserQuery {
  std::optional<std::string> query;  ///< case-folded prefix of address or name, or an exact id
  std::optional<std::string> email;
  std::vector<std::string> ids;  ///< at most 100
  std::optional<std::string> status;
  std::optional<std::string> role;
};

struct UserList {
  std::vector<AdminUser> items;
  std::optional<std::string> next;  ///< position, to be made a cursor
  ports::Total total;
};

/// Returns `invalid_request` (status, too many or malformed ids), `invalid_email`, `forbidden`.
Result<UserList> list_users(const Dependencies& deps, const Caller& caller, const UserQuery& query,
                            const ports::PageRequest& page);

/// Returns `not_found`, `forbidden`.
Result<AdminUser> get_user(const Dependencies& deps, const Caller& caller, const domain::UserId& id);

/// The user of an id or an address, for the command line. Returns `not_found`.
Result<domain::UserId> resolve_user(const Dependencies& deps, const std::string& id_or_email);

}  // namespace gatehouse::application
