#include "server/request.hpp"

#include <algorithm>

#include "server/json_body.hpp"

namespace gatehouse::server {

bool iequals(std::string_view a, std::string_view b) {
  const auto fold = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return fold(x) == fold(y); });
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (iequals(key, name)) return value;
  return std::nullopt;
}

std::size_t Request::header_count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(), [&](const auto& field) { return iequals(field.first, name); }));
}

std::string_view Request::param(std::string_view name) const {
  for (const auto& [key, value] : path_params)
    if (key == name) return value;
  return {};
}

Result<std::optional<std::string>> Request::query_param(std::string_view name) const {
  GH_TRY(auto parameters, detail::query_parameters(*this));
  std::optional<std::string> found;
  for (auto& [key, value] : parameters) {
    if (key != name) continue;
    if (found)
      return fail_field(ErrorCode::invalid_request, std::string(name), "duplicate", "give this parameter once");
    found = std::move(value);
  }
  return found;
}

}  // namespace gatehouse::server
