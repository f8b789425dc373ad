#pragma once
// The origin rule for calls that carry or set a cookie, and CORS's answers (decision 3). Pure; the http room calls
// check_same_origin with the origins of the call's client, the edge the rest. WHATWG Fetch, Fetch Metadata.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/result.hpp"
#include "server/request.hpp"

namespace gatehouse::server {

/// Origin present: must be one of the client's origins, or public_url's, character for character; `null` never.
/// Absent: Sec-Fetch-Site must be `same-origin`. Both absent, or either given twice: refused. Returns `cross_origin`.
Result<> check_same_origin(const Request& request, std::span<const std::string> client_origins,
                           std::string_view public_origin);

/// Scheme, host and port of an http(s) URL, lower case, default ports left out; nullopt for another text.
std::optional<std::string> origin_of(std::string_view url);

using HeaderList = std::vector<std::pair<std::string, std::string>>;
/// What an answer to a call from an allowed front end carries; credentials included.
HeaderList cors_headers(std::string_view origin);
/// What an answer that anybody may read carries.
HeaderList cors_any_headers();
/// What a preflight from an allowed origin is answered with besides the above.
HeaderList preflight_headers(std::string_view allow);

}  // namespace gatehouse::server
