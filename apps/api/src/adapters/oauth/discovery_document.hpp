#pragma once
// A provider's metadata (OpenID Connect Discovery 1.0, RFC 8414), as far as sign-in needs them. Pure.
#include <string>
#include <string_view>

#include "adapters/oauth/provider_settings.hpp"
#include "foundation/result.hpp"

namespace gatehouse::adapters::oauth {

/// `ISSUER/.well-known/openid-configuration`.
std::string discovery_url(std::string_view issuer);

/// The endpoints of the document. Returns `provider_error`, the reason in the cause, when it is no JSON object, its
/// `issuer` is not `issuer` character for character, an endpoint is missing or no https URL (or none at all, with
/// Reach::anywhere), or the code flow or S256 is not among what it says it supports.
Result<Endpoints> parse_discovery(std::string_view json, std::string_view issuer, Reach reach);

}  // namespace gatehouse::adapters::oauth
