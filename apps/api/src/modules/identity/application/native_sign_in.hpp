#pragma once
// Native sign-in sheets (decision 24): the platform hands the app an ID token, and the app hands it on. A nonce that we
// made binds the token to this sign-in; the token itself is remembered until it expires, so that neither works twice.
#include "modules/identity/application/provider_flow.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

/// A nonce for one sheet of the provider at the client: use-once, ten minutes. Returns `unknown_provider`,
/// `invalid_client`, `throttled`.
Result<std::string> create_provider_nonce(const Dependencies& deps, const std::string& provider,
                                          const std::string& client_id, const RequestInfo& request);

struct NativeSignInInput {
  std::string provider;
  std::string client_id;
  Secret<std::string> id_token;
  std::optional<std::string> name;  ///< what the sheet told the app (Apple, at the first consent alone)
  std::optional<std::string> device_token;
};

/// Returns `invalid_provider_token` (also for a nonce or a token that is not ours, spent or expired),
/// `provider_error`, `provider_timeout` (its keys), `unknown_provider`, `invalid_client`, `invalid_request` (name),
/// `throttled`, and the errors of sign_in_with_provider.hpp.
Result<SignInOutcome> sign_in_with_id_token(const Dependencies& deps, const NativeSignInInput& input,
                                            const RequestInfo& request);

}  // namespace gatehouse::application
