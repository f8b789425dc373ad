#pragma once
// POST /v1/admin/users: staff or a service makes a user and invites them by mail (decision 11). Roles of an invitation
// exist only once it is accepted, and only those that its maker may still give then: see invitation.hpp.
#include <optional>
#include <string>
#include <vector>

#include "modules/identity/application/admin_user_view.hpp"
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

enum class Invite { mailed, none };

struct CreateUserInput {
  std::string email;
  std::optional<std::string> name{};
  std::optional<std::string> locale{};
  std::vector<std::string> roles{};
  std::optional<std::string> id{};  ///< of the caller's choice; must never have been used
  Invite invite = Invite::mailed;   ///< none: roles are given at once, and the way in is a password reset
};

/// Returns `invalid_email`, `invalid_request` (name, locale, roles, id), `email_taken`, `id_taken`, `forbidden`; with
/// roles, which are an admin's change of roles, `reauthentication_required` of people; `sign_up_closed` for an
/// invitation that nobody could accept.
Result<AdminUser> create_user(const Dependencies& deps, const Caller& caller, const CreateUserInput& input,
                              const RequestInfo& request);

}  // namespace gatehouse::application
