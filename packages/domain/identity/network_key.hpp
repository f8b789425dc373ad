#pragma once
// Network key: the text under which an address is counted, known and shown as a network. One IPv4 address is one
// network, an IPv6 address belongs to its /64, since whoever has one has all of those. The same address in another
// spelling gives the same key. Pure.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::domain {

/// An address in network byte order; IPv4 (also when written as ::ffff:a.b.c.d) is in the last four bytes.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v4 = false;

  bool operator==(const IpAddress&) const = default;
};

/// Reads dotted IPv4 without leading zeros, or IPv6 in any form of RFC 4291 section 2.2, a zone cut off.
std::optional<IpAddress> parse_ip(std::string_view text);

/// "192.0.2.7" or "2001:db8:0:1::/64". What is no address shares the key "unknown", so that nothing unreadable escapes
/// being counted.
std::string network_key(std::string_view ip);

}  // namespace gatehouse::domain
