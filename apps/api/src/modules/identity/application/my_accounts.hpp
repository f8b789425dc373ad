#pragma once
// A person's linked provider accounts: what there is, and unlinking one. Unlinking by step-up, which the route's row
// proves; linking is a flow: start_provider_flow.hpp, exchange_provider_code.hpp.
#include <vector>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

Result<std::vector<domain::Account>> my_accounts(const Dependencies& deps, const Caller& caller);

/// Returns `not_found` for what is not the caller's, `last_credential` where no way to sign in would remain: a
/// password, or an account of a provider that is configured.
Result<> unlink_my_account(const Dependencies& deps, const Caller& caller, const domain::AccountId& id,
                           const RequestInfo& request);

}  // namespace gatehouse::application
