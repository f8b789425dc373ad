#pragma once
// The way to a provider (decision 23). A flow always begins at Gatehouse's own start address, which sets the flow's
// cookie in a top-level navigation: cookie clients link to it, the others first ask for a use-once link to it. Whoever
// opens such a link only begins: a sign-in ends with the client that holds the code_verifier, a link or a
// reauthentication with the session that asked for it.
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/provider_flow.hpp"

namespace gatehouse::application {

struct AuthorizeInput {
  std::string provider;
  std::string client_id;
  std::string redirect_to;
  domain::OAuthIntent intent = domain::OAuthIntent::sign_in;
  std::optional<std::string> code_challenge;  ///< S256; bearer clients must send one
};

/// A link to start, good once and for two minutes. `caller`: for link and reauthenticate, whose session alone may
/// finish the flow; that link needs step-up is the route's business. Calls no provider. Returns `unknown_provider`,
/// `invalid_client`, `invalid_redirect`, `invalid_request` (code_challenge), `no_session`, `throttled`.
Result<std::string> authorize_with_provider(const Dependencies& deps, const AuthorizeInput& input, const Caller* caller,
                                            const RequestInfo& request);

struct StartInput {
  std::string provider;
  std::optional<std::string> request;  ///< of such a link; else the two below
  std::string client_id;
  std::optional<std::string> redirect_to;
  std::optional<std::string> device_token;
};

/// Where the browser goes next.
struct FlowStarted {
  std::string location;                       ///< the provider's page; or, with `failure`, where that is told
  std::optional<Secret<std::string>> cookie;  ///< the flow's
  bool uses_form_post = false;
  std::optional<Error> failure;
};

/// Begins a flow. What its front end got wrong is an error: `unknown_provider`, `invalid_client`, `invalid_redirect`,
/// `invalid_request`, and `throttled`, `dependency_unavailable`. What happens to the person is told where they land:
/// `invalid_state` or `flow_expired` of a link, `provider_error`, `provider_timeout`.
Result<FlowStarted> start_provider_flow(const Dependencies& deps, const StartInput& input, const RequestInfo& request);

}  // namespace gatehouse::application
