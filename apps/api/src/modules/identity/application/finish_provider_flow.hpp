#pragma once
// The way back from a provider: the callback (decisions 23, 26). It verifies that this browser left for this provider,
// spends the state, exchanges the provider's code, and then signs a cookie client in, or hands a code of ours to the
// others. Whatever goes wrong ends where the person can read it, and leaves nothing half-made. `link` and
// `reauthenticate` never take effect here: only their session does that, by exchange_provider_code.hpp.
#include "modules/identity/application/provider_flow.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

/// What the provider's answer brought, by query or by form.
struct CallbackInput {
  std::string provider;
  std::optional<std::string> flow_cookie;
  std::optional<std::string> state;
  std::optional<std::string> code;
  std::optional<std::string> issuer;  ///< `iss` (RFC 9207)
  std::optional<std::string> error;
  std::optional<std::string> user;  ///< Apple's form field
};

/// Where the browser goes next, and what it is given for the way. With `failure` the location says its code.
struct FlowFinished {
  std::string location;
  std::optional<SignInOutcome> outcome;  ///< cookie clients
  bool spent = false;                    ///< the flow's cookie is of no more use
  std::optional<Error> failure;
};

/// Told at the front end that began the flow, as `?error=CODE`: `oauth_denied`, `provider_error`, `provider_timeout`,
/// `invalid_provider_token`, `no_session` (the session of a link has ended), the errors of sign_in_with_provider.hpp,
/// `dependency_unavailable`, and `invalid_state` or `flow_expired` where the cookie is this flow's. Told on the error
/// page, since nothing says where else: `unknown_provider`, `invalid_state`, `flow_expired`, `flow_in_another_browser`,
/// `invalid_client`, `invalid_redirect`. Returned: `dependency_unavailable` before it is known whose flow it is.
Result<FlowFinished> finish_provider_flow(const Dependencies& deps, const CallbackInput& input,
                                          const RequestInfo& request);

}  // namespace gatehouse::application
