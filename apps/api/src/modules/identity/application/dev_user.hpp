#pragma once
// POST /dev/users: a user ready to be tested with, and a session. Reached only under --dev (decision 15).
#include "modules/identity/application/provision_user.hpp"

namespace gatehouse::application {

struct DevUser {
  UserView view;
  SignedIn signed_in;
};

/// As provision_user, with any password; enrols TOTP with `totp_secret` (base32), if given.
/// Returns `invalid_request` for a secret that is no base32, besides.
Result<DevUser> create_dev_user(const Dependencies& deps, const ProvisionInput& input,
                                const std::optional<std::string>& totp_secret, const RequestInfo& request);

}  // namespace gatehouse::application
