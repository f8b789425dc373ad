#include "server/ip.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "server/request.hpp"
#include "server/text.hpp"

namespace gatehouse::server {

namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool same_prefix(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return (a[whole] & mask) == (b[whole] & mask);
}

// A hop as proxies write it: an address, with a port or brackets perhaps.
std::optional<IpAddress> parse_hop(std::string_view text) {
  text = trim(text);
  if (text.size() > 64) return std::nullopt;
  const auto is_port = [](std::string_view port) {
    return !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == port.npos;
  };
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos) return std::nullopt;
    const auto rest = text.substr(end + 1);
    if (!rest.empty() && !(rest.front() == ':' && is_port(rest.substr(1)))) return std::nullopt;
    const auto inside = text.substr(1, end - 1);
    return inside.find(':') == inside.npos ? std::nullopt : IpAddress::parse(inside);
  }
  if (std::count(text.begin(), text.end(), ':') == 1) {
    const auto colon = text.find(':');
    if (!is_port(text.substr(colon + 1))) return std::nullopt;
    text = text.substr(0, colon);
  }
  return IpAddress::parse(text);
}

// The `for` of one element of a Forwarded field.
std::optional<IpAddress> forwarded_for(std::string_view element) {
  while (!element.empty()) {
    const auto end = std::min(element.find(';'), element.size());
    const auto pair = trim(element.substr(0, end));
    element.remove_prefix(std::min(end + 1, element.size()));
    const auto equals = pair.find('=');
    if (equals == pair.npos || !iequals(pair.substr(0, equals), "for")) continue;
    auto value = pair.substr(equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return parse_hop(value);
  }
  return std::nullopt;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN || text.find('\0') != text.npos) return std::nullopt;
  const std::string terminated(text);
  IpAddress out;
  if (inet_pton(AF_INET, terminated.c_str(), out.bytes_.data()) == 1) return out;
  if (inet_pton(AF_INET6, terminated.c_str(), out.bytes_.data()) != 1) return std::nullopt;
  out.v4_ = std::equal(kMapped.begin(), kMapped.end(), out.bytes_.begin());
  if (out.v4_) {
    std::copy_n(out.bytes_.begin() + 12, 4, out.bytes_.begin());
    std::fill(out.bytes_.begin() + 4, out.bytes_.end(), std::uint8_t{0});
  }
  return out;
}

bool IpAddress::is_loopback() const {
  if (v4_) return bytes_[0] == 127;
  return bytes_[15] == 1 && std::all_of(bytes_.begin(), bytes_.begin() + 15, [](auto byte) { return byte == 0; });
}

std::string IpAddress::str() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(v4_ ? AF_INET : AF_INET6, bytes_.data(), text.data(), static_cast<socklen_t>(text.size()));
  return text.data();
}

std::string IpAddress::network() const {
  if (v4_) return str();
  IpAddress base = *this;
  std::fill(base.bytes_.begin() + 8, base.bytes_.end(), std::uint8_t{0});
  return base.str() + "/64";
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  Cidr out;
  out.base_ = *address;
  const int widest = address->is_v4() ? 32 : 128;
  out.bits_ = widest;
  if (slash == text.npos) return out;
  const auto digits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.bits_);
  if (error != std::errc{} || end != digits.data() + digits.size() || out.bits_ < 0 || out.bits_ > widest)
    return std::nullopt;
  if (digits.size() > 1 && digits.front() == '0') return std::nullopt;
  return out;
}

bool Cidr::contains(const IpAddress& address) const {
  return address.is_v4() == base_.is_v4() && same_prefix(address.bytes_, base_.bytes_, bits_);
}

std::optional<IpAddress> client_address(const IpAddress& peer, std::span<const Cidr> trusted,
                                        std::span<const std::string_view> x_forwarded_for,
                                        std::span<const std::string_view> forwarded) {
  const auto is_trusted = [&](const IpAddress& address) {
    return std::any_of(trusted.begin(), trusted.end(), [&](const Cidr& network) { return network.contains(address); });
  };
  if (!is_trusted(peer)) return peer;
  const bool standard = x_forwarded_for.empty();
  const auto fields = standard ? forwarded : x_forwarded_for;
  IpAddress client = peer;
  for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
    std::string_view rest = *field;
    for (bool more = true; more;) {
      const auto comma = rest.rfind(',');
      const auto element = comma == rest.npos ? rest : rest.substr(comma + 1);
      const auto hop = standard ? forwarded_for(trim(element)) : parse_hop(element);
      if (!hop) return std::nullopt;
      client = *hop;
      if (!is_trusted(client)) return client;
      more = comma != rest.npos;
      if (more) rest = rest.substr(0, comma);
    }
  }
  return client;
}

std::string network_of(std::string_view ip) {
  const auto address = IpAddress::parse(ip);
  return address ? address->network() : std::string();
}

}  // namespace gatehouse::server
