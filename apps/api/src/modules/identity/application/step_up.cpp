#include "modules/identity/application/step_up.hpp"

#include "domain/identity/session_policy.hpp"

namespace gatehouse::application {

Result<> require_step_up(const Dependencies& deps, const Caller& caller) {
  if (!caller.is_person()) return {};
  GH_TRY(const auto totp, deps.store.read([&](ports::Tx& tx) { return tx.factors().find_totp(caller.user_id()); }));
  const bool has_second_factor = totp && totp->confirmed_at;
  return domain::check_step_up(caller.actor().authenticated_at, caller.actor().acr,
                               domain::highest_level(has_second_factor), deps.clock.now());
}

}  // namespace gatehouse::application
