#pragma once
// IP addresses and networks as the edge needs them: one canonical text for an address, so that its six spellings share
// one limit, and the client's address behind trusted proxies. Pure. RFC 5952, RFC 7239.
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::server {

/// An IPv4 or IPv6 address; an IPv4-mapped one is the IPv4 address that it is.
class IpAddress {
 public:
  /// Strict: no zone, no leading zeros, no short forms of IPv4; nullopt otherwise.
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4() const { return v4_; }
  bool is_loopback() const;
  std::string str() const;
  /// The network that limits count by: the address itself for IPv4, its /64 for IPv6 ("2001:db8::/64").
  std::string network() const;
  auto operator<=>(const IpAddress&) const = default;

 private:
  friend class Cidr;
  bool v4_ = true;
  std::array<std::uint8_t, 16> bytes_{};  ///< IPv4 in the first four
};

class Cidr {
 public:
  /// "10.0.0.0/8", "2001:db8::/32", or an address alone; nullopt otherwise.
  static std::optional<Cidr> parse(std::string_view text);
  bool contains(const IpAddress& address) const;
  /// A prefix of length 0: everybody.
  bool is_everything() const { return bits_ == 0; }

 private:
  IpAddress base_;
  int bits_ = 0;
};

/// The client behind trusted proxies. Only a trusted peer is believed; its X-Forwarded-For (else Forwarded) fields are
/// read from the right, and the first hop that is no trusted proxy is the client. nullopt: a hop that had to be read
/// can't be, so the request is refused rather than counted for the wrong client.
std::optional<IpAddress> client_address(const IpAddress& peer, std::span<const Cidr> trusted,
                                        std::span<const std::string_view> x_forwarded_for,
                                        std::span<const std::string_view> forwarded);

/// The network of an address text that the edge made; "" for a text that is none.
std::string network_of(std::string_view ip);

}  // namespace gatehouse::server
