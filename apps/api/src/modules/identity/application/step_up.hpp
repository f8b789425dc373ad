#pragma once
// Step-up (ASVS 7.5, RFC 9470): sensitive calls need a proof within the last 15 minutes at the account's highest level.
// POST /v1/reauthenticate gives it: see reauthenticate.hpp.
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

/// Returns `reauthentication_required`, with the age and level that are needed. Operators at the command line and
/// services pass: they have no session that could age.
Result<> require_step_up(const Dependencies& deps, const Caller& caller);

/// Where `[mfa]` asks for a second factor of such roles, a session must have proved one before the roles are worth
/// anything in it. Sign-in sees to that, but not where the role came after it. Returns `mfa_required`.
Result<> check_second_factor(const Settings& settings, const std::vector<std::string>& roles, domain::Acr level);

}  // namespace gatehouse::application
