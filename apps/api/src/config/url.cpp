#include "config/url.hpp"

#include <arpa/inet.h>

#include <array>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <cstdint>

namespace gatehouse::config {
namespace {

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

std::optional<std::array<std::uint8_t, 4>> ipv4(std::string_view host) {
  std::array<std::uint8_t, 4> bytes{};
  if (inet_pton(AF_INET, std::string(host).c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

std::optional<std::array<std::uint8_t, 16>> ipv6(std::string_view host) {
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, std::string(host).c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

bool is_mapped(const std::array<std::uint8_t, 16>& bytes) {
  for (std::size_t i = 0; i < 10; ++i) {
    if (bytes[i] != 0) return false;
  }
  return bytes[10] == 0xff && bytes[11] == 0xff;
}

bool is_private_v4(const std::array<std::uint8_t, 4>& b) {
  return b[0] == 0 || b[0] == 10 || b[0] == 127 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
         (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254) || (b[0] == 100 && (b[1] & 0xc0) == 64) ||
         b[0] >= 224;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

std::string UrlParts::origin() const {
  const std::string bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return scheme + "://" + bracketed + (port.empty() ? "" : ":" + port);
}

std::optional<UrlParts> parse_url(std::string_view text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed || !parsed->has_authority() || parsed->encoded_host().empty()) return std::nullopt;
  UrlParts parts;
  parts.scheme = lower_case(std::string(parsed->scheme()));
  parts.host = lower_case(std::string(parsed->encoded_host()));
  if (parts.host.front() == '[') parts.host = parts.host.substr(1, parts.host.size() - 2);
  parts.port = std::string(parsed->port());
  parts.path = std::string(parsed->encoded_path());
  parts.query = std::string(parsed->encoded_query());
  parts.has_user = parsed->has_userinfo();
  parts.has_query = parsed->has_query();
  parts.has_fragment = parsed->has_fragment();
  return parts;
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || ends_with(host, ".localhost")) return true;
  if (const auto v4 = ipv4(host)) return (*v4)[0] == 127;
  const auto v6 = ipv6(host);
  return v6 && (host == "::1" || (is_mapped(*v6) && (*v6)[12] == 127));
}

bool is_private_host(std::string_view host) {
  if (is_loopback_host(host)) return true;
  if (const auto v4 = ipv4(host)) return is_private_v4(*v4);
  if (const auto v6 = ipv6(host)) {
    const auto& b = *v6;
    if (is_mapped(b)) return is_private_v4({b[12], b[13], b[14], b[15]});
    return b[0] == 0 || (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) || b[0] == 0xff;
  }
  // A bare number is an address to some resolvers, and a name without a dot is one of the local network.
  return host.find('.') == std::string_view::npos || host.find_first_not_of("0123456789.x") == std::string_view::npos ||
         ends_with(host, ".local") || ends_with(host, ".internal");
}

std::optional<std::vector<std::string>> hosts_of_list(std::string_view url) {
  const std::size_t start = url.find("://");
  if (start == std::string_view::npos) return std::nullopt;
  std::vector<std::string> hosts;
  const auto add = [&](std::string_view list) {
    while (true) {
      const std::size_t comma = list.find(',');
      std::string_view one = list.substr(0, comma);
      if (const std::size_t scheme = one.find("://"); scheme != std::string_view::npos) one.remove_prefix(scheme + 3);
      one = one.substr(one.rfind('@') == std::string_view::npos ? 0 : one.rfind('@') + 1);
      if (!one.empty() && one.front() == '[') {
        one = one.substr(1, one.find(']') - 1);
      } else {
        one = one.substr(0, one.find(':'));
      }
      const bool socket = one.empty() || one.front() == '/' || one.substr(0, 3) == "%2F" || one.substr(0, 3) == "%2f";
      hosts.push_back(socket ? "localhost" : lower_case(std::string(one)));
      if (comma == std::string_view::npos) return;
      list.remove_prefix(comma + 1);
    }
  };
  const std::string_view rest = url.substr(start + 3);
  add(rest.substr(0, rest.find_first_of("/?#", rest.rfind('@') == std::string_view::npos ? 0 : rest.rfind('@'))));
  // libpq lets `host` and `hostaddr` of the query override the authority.
  for (const char* name : {"host", "hostaddr"}) {
    if (const std::string value = query_parameter(url, name); !value.empty()) add(value);
  }
  return hosts;
}

std::string query_parameter(std::string_view url, std::string_view name) {
  const std::size_t mark = url.find('?');
  if (mark == std::string_view::npos) return {};
  std::string_view query = url.substr(mark + 1);
  std::string value;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    if (const std::size_t equals = pair.find('='); equals != std::string_view::npos && pair.substr(0, equals) == name) {
      value = std::string(pair.substr(equals + 1));
    }
    if (pair.size() == query.size()) break;
    query.remove_prefix(pair.size() + 1);
  }
  return value;
}

std::optional<std::string> listen_host(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == listen.size()) return std::nullopt;
  unsigned port = 0;
  const std::string_view digits = listen.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port > 65535) return std::nullopt;
  std::string_view host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    return ipv6(host) ? std::optional(std::string(host)) : std::nullopt;
  }
  if (host.empty() || host.find(':') != std::string_view::npos) return std::nullopt;
  return lower_case(std::string(host));
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  Network network;
  if (const auto v6 = ipv6(address)) {
    network.v6 = true;
    network.is_mapped = is_mapped(*v6);
  } else if (!ipv4(address)) {
    return std::nullopt;
  }
  const int most = network.v6 ? 128 : 32;
  network.bits = most;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), network.bits);
    if (error != std::errc() || end != digits.data() + digits.size() || network.bits < 0 || network.bits > most) {
      return std::nullopt;
    }
  }
  return network;
}

}  // namespace gatehouse::config
