#include "domain/identity/redirect_policy.hpp"

#include <algorithm>
#include <charconv>

namespace gatehouse::domain {
namespace {

/// scheme "://" host [":" port] rest, as text; host keeps the brackets of IPv6.
struct Parts {
  std::string_view scheme, host, port, rest;
  bool has_port = false;
};

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_scheme(std::string_view text) {
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_lower_or_digit(c) || c == '.' || c == '-' || c == '+'; });
}

bool is_host(std::string_view host) {
  if (host == "[::1]") return true;
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.front() == '-' || host.back() == '.')
    return false;
  return host.find("..") == std::string_view::npos &&
         std::all_of(host.begin(), host.end(), [](char c) { return is_lower_or_digit(c) || c == '.' || c == '-'; });
}

bool is_port(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && value >= 1 && value <= 65535 &&
         text.front() != '0';
}

bool is_loopback(std::string_view host) { return host == "127.0.0.1" || host == "[::1]" || host == "localhost"; }

std::optional<Parts> parse(std::string_view uri) {
  Parts parts;
  const auto colon = uri.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  parts.scheme = uri.substr(0, colon);
  uri.remove_prefix(colon + 3);
  const auto end = std::min(uri.find_first_of("/?#"), uri.size());
  auto authority = uri.substr(0, end);
  parts.rest = uri.substr(end);
  const auto bracket = authority.rfind(']');
  const auto port = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  parts.has_port = port != std::string_view::npos;
  parts.host = authority.substr(0, port);
  if (parts.has_port) parts.port = authority.substr(port + 1);
  if (!is_scheme(parts.scheme) || !is_host(parts.host) || (parts.has_port && !is_port(parts.port))) return std::nullopt;
  return parts;
}

/// A segment "." or "..", plain or percent-encoded, means another path than it says.
bool has_dot_segment(std::string_view path) {
  path = path.substr(0, path.find('?'));
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    std::string plain;
    for (auto i = begin; i < end; ++i) {
      const bool dot =
          path[i] == '%' && end - i >= 3 && path[i + 1] == '2' && (path[i + 2] == 'e' || path[i + 2] == 'E');
      plain += dot ? '.' : path[i];
      if (dot) i += 2;
    }
    if (plain == "." || plain == "..") return true;
    begin = end + 1;
  }
  return false;
}

std::string_view fault_of_redirect(std::string_view uri) {
  if (uri.empty() || uri.size() > 2048) return "It is empty or longer than 2048 characters.";
  if (!std::all_of(uri.begin(), uri.end(), [](char c) { return c > 0x20 && c < 0x7F; }))
    return "It holds a character outside printable ASCII.";
  if (uri.find_first_of("\\#*<>\"`{}|^") != std::string_view::npos)
    return "It holds a fragment, a wildcard, a backslash or a character that no URI has.";
  if (const auto parts = parse(uri)) {
    if (has_dot_segment(parts->rest)) return "Its path has a dot segment.";
    if (parts->scheme == "https") return {};
    if (parts->scheme == "http" && is_loopback(parts->host)) return {};
    return "Only https, http on loopback, or a private scheme such as com.example.app:/cb.";
  }
  const auto scheme = uri.substr(0, uri.find(':'));
  const auto rest = uri.substr(std::min(scheme.size() + 1, uri.size()));
  if (scheme.size() == uri.size() || !is_scheme(scheme)) return "It has no valid scheme and host.";
  if (scheme.find('.') == std::string_view::npos)
    return "A private scheme is a domain name reversed, as RFC 8252 asks.";
  if (!rest.starts_with("/") || rest.starts_with("//") || has_dot_segment(rest))
    return "After a private scheme comes one slash and the path.";
  return {};
}

}  // namespace

Result<> check_redirect_uri(std::string_view uri) {
  const auto fault = fault_of_redirect(uri);
  if (fault.empty()) return {};
  return fail_field(ErrorCode::invalid_request, "redirect_uris", "invalid", std::string(fault));
}

bool matches_redirect_uri(std::string_view registered, std::string_view presented) {
  if (!fault_of_redirect(presented).empty() || !fault_of_redirect(registered).empty()) return false;
  if (registered == presented) return true;
  const auto a = parse(registered);
  const auto b = parse(presented);
  return a && b && a->scheme == "http" && b->scheme == "http" && is_loopback(a->host) && a->host == b->host &&
         a->rest == b->rest;
}

Result<> check_redirect(const std::vector<std::string>& registered, std::string_view presented) {
  for (const auto& uri : registered) {
    if (matches_redirect_uri(uri, presented)) return {};
  }
  return fail(ErrorCode::invalid_redirect);
}

Result<> check_origin(std::string_view origin, OriginRule rule) {
  const auto parts = parse(origin);
  const auto fault = [&]() -> std::string_view {
    if (!parts || !parts->rest.empty())
      return "Write scheme, host and port alone, in lower case: https://app.example.com";
    const bool is_default =
        (parts->scheme == "https" && parts->port == "443") || (parts->scheme == "http" && parts->port == "80");
    if (is_default) return "Leave the default port out, as browsers do.";
    if (parts->scheme == "https") return {};
    if (parts->scheme == "http" && is_loopback(parts->host) && rule == OriginRule::development) return {};
    return "Only https origins, and in development http on loopback.";
  }();
  if (fault.empty()) return {};
  return fail_field(ErrorCode::invalid_request, "origins", "invalid", std::string(fault));
}

Result<> check_call_origin(std::optional<std::string_view> origin, std::optional<std::string_view> sec_fetch_site,
                           const std::vector<std::string>& allowed) {
  if (origin) {
    const bool known = *origin != "null" && std::find(allowed.begin(), allowed.end(), *origin) != allowed.end();
    if (known) return {};
  } else if (sec_fetch_site == "same-origin") {
    return {};
  }
  return fail(ErrorCode::cross_origin);
}

}  // namespace gatehouse::domain
