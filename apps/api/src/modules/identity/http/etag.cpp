#include "modules/identity/http/etag.hpp"

#include <charconv>

namespace gatehouse::http {
namespace {

Failure malformed() {
  return fail_field(ErrorCode::invalid_request, "If-Match", "invalid", "give the ETag as it was received");
}

std::string_view trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  const auto end = text.find_last_not_of(" \t") + 1;
  return begin < end ? text.substr(begin, end - begin) : std::string_view();
}

std::optional<std::int64_t> version_of(std::string_view opaque) {
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(opaque.data(), opaque.data() + opaque.size(), version);
  if (error != std::errc() || end != opaque.data() + opaque.size()) return std::nullopt;
  return version;
}

}  // namespace

std::string etag_of(std::int64_t version) { return '"' + std::to_string(version) + '"'; }

Result<application::ExpectedVersion> if_match(const server::Request& request) {
  if (request.header_count("If-Match") == 0) return application::ExpectedVersion();
  std::vector<std::int64_t> versions;
  for (const auto& [name, value] : request.headers) {
    if (!server::iequals(name, "If-Match")) continue;
    if (trimmed(value) == "*") return application::ExpectedVersion();
    std::string_view rest = value;
    while (true) {
      rest = trimmed(rest);
      const bool weak = rest.starts_with("W/");
      if (weak) rest.remove_prefix(2);
      const auto close = rest.find('"', 1);
      if (!rest.starts_with('"') || close == rest.npos) return malformed();
      if (const auto version = version_of(rest.substr(1, close - 1)); version && !weak) versions.push_back(*version);
      rest = trimmed(rest.substr(close + 1));
      if (rest.empty()) break;
      if (!rest.starts_with(',')) return malformed();
      rest.remove_prefix(1);
    }
  }
  return application::ExpectedVersion(std::move(versions));
}

}  // namespace gatehouse::http
