#pragma once
// Where the browser is sent to begin (RFC 6749 section 4.1.1, RFC 7636, OpenID Connect Core 3.1.2.1). Pure.
#include <string>

#include "adapters/oauth/provider_settings.hpp"
#include "modules/identity/ports/identity_provider.hpp"

namespace gatehouse::adapters::oauth {

/// `endpoint` with the request's parameters, after those that it has.
std::string authorization_url(const std::string& endpoint, const ProviderSettings& settings,
                              const ports::AuthorizationRequest& request);

}  // namespace gatehouse::adapters::oauth
