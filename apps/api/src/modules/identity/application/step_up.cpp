#include "modules/identity/application/step_up.hpp"

#include "domain/identity/factor_policy.hpp"
#include "domain/identity/session_policy.hpp"

namespace gatehouse::application {

Result<> require_step_up(const Dependencies& deps, const Caller& caller) {
  if (!caller.is_person()) return {};
  GH_TRY(const auto totp, deps.store.read([&](ports::Tx& tx) { return tx.factors().find_totp(caller.user_id()); }));
  const bool has_second_factor = totp && totp->confirmed_at;
  return domain::check_step_up(caller.actor().authenticated_at, caller.actor().acr,
                               domain::highest_level(has_second_factor), deps.clock.now());
}

Result<> check_second_factor(const Settings& settings, const std::vector<std::string>& roles, domain::Acr level) {
  if (level >= domain::Acr::aal2) return {};
  if (!domain::requires_second_factor(settings.mfa_required, settings.mfa_required_roles, roles)) return {};
  return fail(ErrorCode::mfa_required, "this account must have a second factor, and the session was not proved by one");
}

}  // namespace gatehouse::application
