#pragma once
// What --dev allows (decision 15): calls from this machine to this machine, and /dev/* only where nothing stands
// between. Pure; the edge asks before it routes.
#include <functional>
#include <string_view>

#include "foundation/result.hpp"
#include "server/request.hpp"

namespace gatehouse::server {

/// Under --dev: the peer and the Host must be loopback. Returns `forbidden`.
Result<> check_loopback(const Request& request, std::string_view host);

/// Whether a call to a development route is plainly local: no proxy, no foreign Origin, no cross-site fetch.
bool is_plainly_local(const Request& request, std::string_view public_origin,
                      const std::function<bool(std::string_view)>& allows_origin);

/// localhost, a name under it, 127/8 or [::1], with or without a port.
bool is_loopback_authority(std::string_view authority);

}  // namespace gatehouse::server
