#include "modules/identity/http/basic_credentials.hpp"

#include "auth/encoding.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

/// RFC 6749 has both parts form-encoded before Basic's base64.
std::optional<std::string> form_decoded(std::string_view text) {
  const auto parsed = server::parse_parameters("v=" + std::string(text));
  if (!parsed || parsed->size() != 1) return std::nullopt;
  return parsed->front().second;
}

std::optional<ServiceKeyOf> from_basic(std::string_view encoded) {
  const auto decoded = auth::base64_decode(encoded);
  if (!decoded) return std::nullopt;
  const auto colon = decoded->find(':');
  if (colon == std::string::npos) return std::nullopt;
  auto name = form_decoded(std::string_view(*decoded).substr(0, colon));
  auto key = form_decoded(std::string_view(*decoded).substr(colon + 1));
  if (!name || !key || name->empty() || key->empty()) return std::nullopt;
  return ServiceKeyOf{std::move(name), Secret<std::string>(std::move(*key))};
}

bool starts_with_scheme(std::string_view header, std::string_view scheme) {
  return header.size() > scheme.size() && server::iequals(header.substr(0, scheme.size()), scheme);
}

}  // namespace

std::optional<ServiceKeyOf> service_key_of(const server::Request& request, const std::optional<std::string>& client_id,
                                           const std::optional<Secret<std::string>>& client_secret) {
  const auto header = request.header("Authorization");
  if (header && client_secret) return std::nullopt;
  if (header && request.header_count("Authorization") > 1) return std::nullopt;
  if (header && starts_with_scheme(*header, "Basic ")) return from_basic(header->substr(6));
  if (header && starts_with_scheme(*header, "Bearer "))
    return ServiceKeyOf{client_id, Secret<std::string>(std::string(header->substr(7)))};
  if (!header && client_secret && !client_secret->empty()) return ServiceKeyOf{client_id, *client_secret};
  return std::nullopt;
}

}  // namespace gatehouse::http
