#include "cli/output.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include <fmt/ranges.h>
#include <boost/json/serialize.hpp>

namespace gatehouse::cli {

void print_table(const Table& table) {
  std::vector<std::size_t> widths;
  for (const auto& row : table) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : table) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    std::puts(line.c_str());
  }
}

void print_json(const boost::json::value& value) { std::puts(boost::json::serialize(value).c_str()); }

std::string shown(const std::optional<Timestamp>& time) {
  if (!time) return "-";
  return to_rfc3339(*time).substr(0, 19) + "Z";
}

std::string shown(const std::vector<std::string>& texts) {
  return texts.empty() ? "-" : fmt::format("{}", fmt::join(texts, ","));
}

std::optional<std::string> given(const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); }

Result<std::optional<Timestamp>> read_end(const std::string& text, Timestamp now) {
  if (text.empty()) return std::optional<Timestamp>();
  if (const auto after = parse_duration(text)) return std::optional(now + *after);
  if (const auto at = from_rfc3339(text)) return at;
  return fail(ErrorCode::invalid_request, "give the end as RFC 3339 or as a duration such as 30d, not " + text);
}

Result<Secret<std::string>> read_password_line() {
  std::string line;
  if (!std::getline(std::cin, line) || line.empty())
    return fail(ErrorCode::invalid_request, "--password-stdin: write the password as one line to standard input");
  if (line.ends_with('\r')) line.pop_back();
  return Secret<std::string>(std::move(line));
}

}  // namespace gatehouse::cli
