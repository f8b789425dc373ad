#include "server/dev_guard.hpp"

#include "server/ip.hpp"
#include "server/same_origin.hpp"
#include "server/text.hpp"

namespace gatehouse::server {

bool is_loopback_authority(std::string_view authority) {
  std::string_view host = authority;
  if (host.starts_with('[')) {
    host = host.substr(1, host.find(']') - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  const std::string name = lower(host);
  if (name == "localhost" || name.ends_with(".localhost")) return true;
  const auto address = IpAddress::parse(name);
  return address && address->is_loopback();
}

Result<> check_loopback(const Request& request, std::string_view host) {
  const auto peer = IpAddress::parse(request.peer_ip);
  if (!peer || !peer->is_loopback())
    return fail(ErrorCode::forbidden, "In development mode only this machine may call.");
  if (!is_loopback_authority(host))
    return fail(ErrorCode::forbidden, "In development mode the Host must be localhost or a loopback address.");
  return {};
}

bool is_plainly_local(const Request& request, std::string_view public_origin,
                      const std::function<bool(std::string_view)>& allows_origin) {
  if (request.through_proxy) return false;
  if (const auto origin = request.header("Origin")) {
    const bool known =
        (!public_origin.empty() && *origin == public_origin) || (allows_origin && allows_origin(*origin));
    if (!known || request.header_count("Origin") > 1) return false;
  }
  const auto site = request.header("Sec-Fetch-Site");
  return !site || (*site != "cross-site" && request.header_count("Sec-Fetch-Site") == 1);
}

}  // namespace gatehouse::server
