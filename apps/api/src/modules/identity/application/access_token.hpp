#pragma once
// The JWT contract (packages/contracts/jwt.md): a session exchanged for a short-lived access token (RFC 9068) that the
// rest of the platform verifies by itself. There is no refresh token, so there are no refresh races.
#include <optional>
#include <string>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

struct AccessToken {
  Secret<std::string> text;
  std::chrono::seconds expires_in{};
};

/// A fresh token for the session's actor, never cached. `audience` must be one of its client's, or of `[token]
/// audiences`; the first is the default. Returns `invalid_target` for another, `wrong_token_type` for a caller that is
/// no session, `mfa_required` where the actor's roles ask for a second factor that the session did not prove,
/// `dependency_unavailable` when the signing key can't be used now.
Result<AccessToken> mint_access_token(const Dependencies& deps, const Caller& caller,
                                      const std::optional<std::string>& audience);

/// The same for a service (RFC 6749 section 4.4): `sub` and `client_id` are `service:NAME`, and there is no `sid`.
Result<AccessToken> mint_service_token(const Dependencies& deps, const Caller& caller,
                                       const std::optional<std::string>& audience);

}  // namespace gatehouse::application
