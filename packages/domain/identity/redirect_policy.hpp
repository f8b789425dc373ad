#pragma once
// Redirect policy: where a browser may be sent and where a call may come from. Matching is exact text (RFC 9700 section
// 2.1); only a native app's loopback redirect may vary its port (RFC 8252 section 7.3). No patterns, no normalising:
// what needs either is refused. Pure; the configuration and every flow ask here.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.hpp"

namespace gatehouse::domain {

/// Whether a `redirect_uris` entry may be configured: https with a host, http on 127.0.0.1, [::1] or localhost, or a
/// private scheme with a dot such as `com.example.app:/cb`. No fragment, user, backslash, wildcard, dot segment or
/// character outside printable ASCII; host in lower case. Returns `invalid_request` saying why not.
Result<> check_redirect_uri(std::string_view uri);

/// Whether `presented` is the registered URI: character for character, or on loopback all but the port.
bool matches_redirect_uri(std::string_view registered, std::string_view presented);

/// Whether `presented` matches one of them. Returns `invalid_redirect`.
Result<> check_redirect(const std::vector<std::string>& registered, std::string_view presented);

/// In development http origins on loopback are allowed besides.
enum class OriginRule { production, development };

/// Whether an `origins` entry may be configured: `https://HOST[:PORT]` in lower case, no default port, path, wildcard,
/// or `null`. Returns `invalid_request` saying why not.
Result<> check_origin(std::string_view origin, OriginRule rule);

/// Whether a call that carries or sets a cookie may be answered. With Origin: it is one of `allowed` (the client's
/// origins and public_url's), `null` never. Without: Sec-Fetch-Site says `same-origin`. With neither: no.
/// Returns `cross_origin`.
Result<> check_call_origin(std::optional<std::string_view> origin, std::optional<std::string_view> sec_fetch_site,
                           const std::vector<std::string>& allowed);

}  // namespace gatehouse::domain
