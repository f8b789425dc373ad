#include "domain/identity/network_key.hpp"

#include <algorithm>
#include <charconv>

namespace gatehouse::domain {
namespace {

std::optional<std::array<std::uint8_t, 4>> parse_v4(std::string_view text) {
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto end = i < 3 ? text.find('.') : text.size();
    if (end == std::string_view::npos || end == 0 || end > 3) return std::nullopt;
    const auto part = text.substr(0, end);
    unsigned value = 0;
    const auto [rest, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || rest != part.data() + part.size() || value > 255) return std::nullopt;
    if (part.size() > 1 && part.front() == '0') return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(value);
    text.remove_prefix(i < 3 ? end + 1 : end);
  }
  return bytes;
}

/// Colon-separated groups into `out`; an IPv4 tail counts as two. How many groups, or nullopt.
std::optional<std::size_t> parse_groups(std::string_view text, std::array<std::uint16_t, 8>& out) {
  std::size_t count = 0;
  while (!text.empty()) {
    if (count == 8) return std::nullopt;
    const auto end = std::min(text.find(':'), text.size());
    const auto part = text.substr(0, end);
    if (part.find('.') != std::string_view::npos) {
      const auto tail = parse_v4(part);
      if (!tail || end != text.size() || count > 6) return std::nullopt;
      out[count++] = static_cast<std::uint16_t>((*tail)[0] << 8U | (*tail)[1]);
      out[count++] = static_cast<std::uint16_t>((*tail)[2] << 8U | (*tail)[3]);
      return count;
    }
    unsigned value = 0;
    const auto [rest, error] = std::from_chars(part.data(), part.data() + part.size(), value, 16);
    if (part.empty() || part.size() > 4 || error != std::errc{} || rest != part.data() + part.size())
      return std::nullopt;
    out[count++] = static_cast<std::uint16_t>(value);
    if (end == text.size()) return count;
    text.remove_prefix(end + 1);
    if (text.empty()) return std::nullopt;
  }
  return count;
}

std::optional<std::array<std::uint16_t, 8>> parse_v6(std::string_view text) {
  std::array<std::uint16_t, 8> groups{};
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto count = parse_groups(text, groups);
    return count == 8 ? std::optional(groups) : std::nullopt;
  }
  std::array<std::uint16_t, 8> after{};
  const auto head = parse_groups(text.substr(0, gap), groups);
  const auto tail = parse_groups(text.substr(gap + 2), after);
  // A head that ends in an IPv4 part would put it in the middle.
  if (!head || !tail || *head + *tail > 7 || text.substr(0, gap).find('.') != std::string_view::npos)
    return std::nullopt;
  std::copy_n(after.begin(), *tail, groups.end() - static_cast<std::ptrdiff_t>(*tail));
  return groups;
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
  IpAddress address;
  if (const auto v4 = parse_v4(text)) {
    address.is_v4 = true;
    std::copy(v4->begin(), v4->end(), address.bytes.begin() + 12);
    return address;
  }
  const auto groups = parse_v6(text.substr(0, text.find('%')));
  if (!groups) return std::nullopt;
  const bool mapped =
      (*groups)[5] == 0xFFFF && std::all_of(groups->begin(), groups->begin() + 5, [](auto g) { return g == 0; });
  address.is_v4 = mapped;
  for (std::size_t i = mapped ? 6 : 0; i < 8; ++i) {
    address.bytes[2 * i] = static_cast<std::uint8_t>((*groups)[i] >> 8U);
    address.bytes[2 * i + 1] = static_cast<std::uint8_t>((*groups)[i] & 0xFFU);
  }
  return address;
}

std::string network_key(std::string_view ip) {
  const auto address = parse_ip(ip);
  if (!address) return "unknown";
  const auto& b = address->bytes;
  std::string key;
  if (address->is_v4) {
    for (std::size_t i = 12; i < 16; ++i) key += (i > 12 ? "." : "") + std::to_string(b[i]);
    return key;
  }
  for (std::size_t i = 0; i < 8; i += 2) {
    std::array<char, 4> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + 4, b[i] << 8U | b[i + 1], 16);
    key.append(digits.data(), end).append(":");
  }
  return key + ":/64";
}

}  // namespace gatehouse::domain
