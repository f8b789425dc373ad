#include "server/same_origin.hpp"

#include <algorithm>

#include "server/text.hpp"

namespace gatehouse::server {

namespace {

Failure refused(std::string detail) { return fail(ErrorCode::cross_origin, std::move(detail)); }

constexpr std::string_view kMaxAge = "600";

}  // namespace

Result<> check_same_origin(const Request& request, std::span<const std::string> client_origins,
                           std::string_view public_origin) {
  if (request.header_count("Origin") > 1 || request.header_count("Sec-Fetch-Site") > 1)
    return refused("Origin or Sec-Fetch-Site came twice.");
  if (const auto origin = request.header("Origin")) {
    if (*origin == "null" || origin->empty()) return refused("The origin is opaque.");
    if (!public_origin.empty() && *origin == public_origin) return {};
    if (std::find(client_origins.begin(), client_origins.end(), *origin) != client_origins.end()) return {};
    return refused("The Origin is not one of the client's origins.");
  }
  if (const auto site = request.header("Sec-Fetch-Site")) {
    if (*site == "same-origin") return {};
    return refused("Sec-Fetch-Site is not same-origin.");
  }
  return refused("A call that carries or sets a cookie needs an Origin or Sec-Fetch-Site field, as browsers send it.");
}

std::optional<std::string> origin_of(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == url.npos) return std::nullopt;
  const std::string scheme = lower(url.substr(0, colon));
  if (scheme != "https" && scheme != "http") return std::nullopt;
  const auto rest = url.substr(colon + 3);
  std::string authority = lower(rest.substr(0, rest.find_first_of("/?#")));
  if (authority.empty() || authority.find('@') != authority.npos) return std::nullopt;
  const std::string_view default_port = scheme == "https" ? ":443" : ":80";
  if (authority.ends_with(default_port)) authority.resize(authority.size() - default_port.size());
  if (authority.ends_with(':')) authority.pop_back();
  if (authority.empty()) return std::nullopt;
  return scheme + "://" + authority;
}

HeaderList cors_headers(std::string_view origin) {
  return {{"Access-Control-Allow-Origin", std::string(origin)},
          {"Access-Control-Allow-Credentials", "true"},
          {"Access-Control-Expose-Headers", "ETag, Location, Retry-After, WWW-Authenticate, X-Request-Id"}};
}

HeaderList cors_any_headers() { return {{"Access-Control-Allow-Origin", "*"}}; }

HeaderList preflight_headers(std::string_view allow) {
  return {{"Access-Control-Allow-Methods", std::string(allow)},
          {"Access-Control-Allow-Headers",
           "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Traceparent"},
          {"Access-Control-Max-Age", std::string(kMaxAge)}};
}

}  // namespace gatehouse::server
