#pragma once
// Changing one's own password, by step-up and the present password where there is one. Every other session ends; links
// and challenges that were under way are void.
#include <optional>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

struct ChangePasswordInput {
  std::optional<Secret<std::string>> current_password;
  Secret<std::string> new_password;
};

/// Returns `invalid_request` (the present one is missing), `invalid_credentials` (it is wrong), `password_rejected`,
/// `throttled`, `no_session`, `overloaded`.
Result<> change_password(const Dependencies& deps, const Caller& caller, const ChangePasswordInput& input,
                         const RequestInfo& request);

}  // namespace gatehouse::application
