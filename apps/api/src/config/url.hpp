#pragma once
// URLs as the configuration needs them: taken apart, and judged by where their host is. Literal addresses and names
// only; nothing is resolved here (the net adapter judges again after resolution). Pure. RFC 3986.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::config {

struct UrlParts {
  std::string scheme;  ///< lower case
  std::string host;    ///< lower case, IPv6 without brackets
  std::string port;    ///< empty: the scheme's
  std::string path, query;
  bool has_user = false, has_query = false, has_fragment = false;

  /// scheme://host[:port], as a browser writes an origin.
  std::string origin() const;
};

/// An absolute URL with a host; nullopt otherwise.
std::optional<UrlParts> parse_url(std::string_view text);

/// "localhost", its subdomains, 127.0.0.0/8 and ::1.
bool is_loopback_host(std::string_view host);
/// Loopback, RFC 1918, link-local, unique local, and names without a dot.
bool is_private_host(std::string_view host);

/// The hosts of a postgresql:// or nats:// URL, which may list several; a Unix socket's folder counts as "localhost".
/// nullopt when it is not such a URL.
std::optional<std::vector<std::string>> hosts_of_list(std::string_view url);
/// A parameter of the query, e.g. sslmode; empty when absent.
std::string query_parameter(std::string_view url, std::string_view name);

/// The host of HOST:PORT, as in `listen`; nullopt where there is no port.
std::optional<std::string> listen_host(std::string_view listen);

/// An address or network ("10.0.0.0/8"); its prefix length, counted from 128 where IPv6. nullopt when it is neither.
struct Network {
  bool v6 = false;
  int bits = 0;
  bool is_mapped = false;  ///< within ::ffff:0:0/96, so of IPv4
};
std::optional<Network> parse_network(std::string_view text);

}  // namespace gatehouse::config
