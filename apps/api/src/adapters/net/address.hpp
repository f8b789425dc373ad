#pragma once
// Which addresses are of the public Internet. What a configuration or a provider names by host is checked here once it
// is resolved, so that no name can lead into our own network (SSRF). Pure. RFC 6890 and IANA's special registries.
#include <sys/socket.h>

#include <string>
#include <string_view>

namespace gatehouse::adapters::net {

/// Whether an IPv4 or IPv6 socket address is globally reachable unicast; every other family is not. IPv4 addresses
/// inside IPv6 ones (mapped, 6to4, NAT64) count as what they lead to.
bool is_public(const sockaddr* address);

/// Whether a host, as in a URL, is this machine: localhost or a loopback address.
bool is_loopback_host(std::string_view host);

}  // namespace gatehouse::adapters::net
