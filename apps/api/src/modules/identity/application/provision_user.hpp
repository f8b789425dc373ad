#pragma once
// Making a user without a sign-up: `gatehouse user create` (also how the first administrator is made) and, in
// development, POST /dev/users. People are invited by staff through create_user.hpp instead.
#include <optional>
#include <string>
#include <vector>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"
#include "modules/identity/application/user_view.hpp"

namespace gatehouse::application {

enum class PasswordRule { policy, any };

struct ProvisionInput {
  std::string email;
  std::optional<Secret<std::string>> password;
  std::optional<std::string> name;
  std::vector<std::string> roles;
  bool verified = false;  ///< otherwise a link to confirm the address is mailed
  PasswordRule password_rule = PasswordRule::policy;
};

/// Returns `invalid_email`, `password_rejected`, `invalid_request` (name, an unknown role), `email_taken`.
Result<UserView> provision_user(const Dependencies& deps, const ProvisionInput& input, const Caller& by_whom,
                                const RequestInfo& request);

}  // namespace gatehouse::application
