#pragma once
// A person's own account: what it says, and changing name, language and picture. Nothing else can be changed here:
// the address, the password and the factors have calls of their own, and the rest is not the person's to set.
#include <optional>
#include <string>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/expected_version.hpp"
#include "modules/identity/application/request_info.hpp"
#include "modules/identity/application/user_view.hpp"

namespace gatehouse::application {

Result<UserView> my_profile(const Dependencies& deps, const Caller& caller);

/// RFC 7396: no member leaves it as it is, an empty one clears it.
struct ProfileChange {
  std::optional<std::optional<std::string>> name{};
  std::optional<std::optional<std::string>> locale{};
  std::optional<std::optional<std::string>> picture{};
};

/// Returns `invalid_request` naming the field, or `precondition_failed`.
Result<UserView> change_my_profile(const Dependencies& deps, const Caller& caller, const ProfileChange& change,
                                   const ExpectedVersion& expected, const RequestInfo& request);

}  // namespace gatehouse::application
