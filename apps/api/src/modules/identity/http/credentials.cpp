#include "modules/identity/http/credentials.hpp"

#include "auth/cookie.hpp"
#include "domain/identity/network_key.hpp"
#include "domain/identity/permissions.hpp"
#include "modules/identity/http/cookies.hpp"
#include "server/same_origin.hpp"

namespace gatehouse::http {
namespace {

constexpr std::size_t kMaxUserAgent = 512;

std::string clipped(std::string_view user_agent) { return std::string(user_agent.substr(0, kMaxUserAgent)); }

}  // namespace

Result<Credentials> find_credentials(const Api& api, const server::Request& request) {
  Credentials found;
  if (request.header_count("Authorization") > 1) return fail(ErrorCode::no_session, "Authorization was sent twice");
  if (const auto header = request.header("Authorization")) {
    constexpr std::string_view kBearer = "Bearer ";
    if (header->size() <= kBearer.size() || !server::iequals(header->substr(0, kBearer.size()), kBearer))
      return fail(ErrorCode::no_session, "send Authorization: Bearer and a token");
    found.bearer = header->substr(kBearer.size());
    return found;
  }
  const std::string name = session_cookie_name(api.deps.settings);
  std::size_t seen = 0;
  for (const auto& [key, value] : request.headers) {
    if (!server::iequals(key, "Cookie")) continue;
    for (const auto cookie : auth::find_cookies(value, name)) {
      found.cookie = cookie;
      ++seen;
    }
  }
  if (seen > 1) return fail(ErrorCode::no_session, "the session cookie was sent twice");
  return found;
}

Result<application::RequestInfo> request_info(const Api& api, const server::Request& request) {
  application::RequestInfo info{request.request_id, request.traceparent, request.client_ip,
                                clipped(request.header("User-Agent").value_or(""))};
  const auto key = request.header("Gatehouse-Service-Key");
  if (!key) return info;
  GH_TRY(const auto caller, api.authenticator.service(*key));
  if (!caller.has_permission(domain::permissions::kClientForward))
    return fail(ErrorCode::forbidden, "the service key lacks identity.client.forward");
  if (const auto ip = request.header("Gatehouse-Client-IP")) {
    if (!domain::parse_ip(*ip))
      return fail_field(ErrorCode::invalid_request, "Gatehouse-Client-IP", "invalid", "this is no IP address");
    info.ip = std::string(*ip);
  }
  if (const auto agent = request.header("Gatehouse-Client-User-Agent")) info.user_agent = clipped(*agent);
  return info;
}

Result<std::string> named_client(const std::optional<std::string>& client_id, std::string_view otherwise) {
  if (client_id && client_id->empty())
    return fail_field(ErrorCode::invalid_client, "client_id", "empty", "name a client, or leave it out");
  return client_id.value_or(std::string(otherwise));
}

Result<> check_origin(const Api& api, const server::Request& request, const application::ClientSettings& client) {
  return server::check_same_origin(request, client.origins, api.deps.settings.public_origin);
}

}  // namespace gatehouse::http
