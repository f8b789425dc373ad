#pragma once
// A person's second factors: what there is, removing them, and a new set of backup codes. The last two by step-up,
// which the route's row proves.
#include <optional>
#include <string>
#include <vector>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

struct FactorStatus {
  std::optional<Timestamp> totp_since;
  std::optional<Timestamp> backup_codes_since;
  std::size_t backup_codes_left = 0;
};

Result<FactorStatus> read_factors(ports::Tx& tx, const domain::UserId& user);
Result<FactorStatus> my_factors(const Dependencies& deps, const Caller& caller);

/// Removes the authenticator app and the backup codes. Returns `not_found`, or `conflict` where the account must have a
/// second factor.
Result<> remove_totp(const Dependencies& deps, const Caller& caller, const RequestInfo& request);

/// A new set, shown this once; the old one is void. Returns `conflict` where no app is enrolled, `overloaded`.
Result<std::vector<Secret<std::string>>> renew_backup_codes(const Dependencies& deps, const Caller& caller,
                                                            const RequestInfo& request);

}  // namespace gatehouse::application
