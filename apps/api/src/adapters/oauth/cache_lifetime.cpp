#include "adapters/oauth/cache_lifetime.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace gatehouse::adapters::oauth {
namespace {

constexpr Duration kLeast = std::chrono::minutes(1), kUsual = std::chrono::minutes(15), kMost = std::chrono::hours(24);

std::string_view trimmed_directive(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_directive(std::string_view text, std::string_view name) {
  return std::equal(text.begin(), text.end(), name.begin(), name.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Duration> max_age(std::string_view directive) {
  const auto equals = directive.find('=');
  if (equals == std::string_view::npos || !is_directive(directive.substr(0, equals), "max-age")) return std::nullopt;
  std::string_view value = directive.substr(equals + 1);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  const auto seconds = whole_number<std::int64_t>(value);
  if (!seconds || *seconds < 0) return std::nullopt;
  return std::chrono::seconds(std::min<std::int64_t>(*seconds, 86'400));
}

}  // namespace

Duration cache_lifetime(std::optional<std::string_view> cache_control) {
  std::optional<Duration> age;
  std::string_view rest = cache_control.value_or("");
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    const std::string_view directive = trimmed_directive(rest.substr(0, comma));
    if (is_directive(directive, "no-store") || is_directive(directive, "no-cache")) return kLeast;
    if (!age) age = max_age(directive);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return std::clamp(age.value_or(kUsual), kLeast, kMost);
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT" || text[19] != ':' || text[22] != ':')
    return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto day = whole_number<unsigned>(text.substr(5, 2)), hour = whole_number<unsigned>(text.substr(17, 2)),
             minute = whole_number<unsigned>(text.substr(20, 2)), second = whole_number<unsigned>(text.substr(23, 2));
  const auto year = whole_number<int>(text.substr(12, 4));
  if (month == kMonths.end() || !day || !hour || !minute || !second || !year) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(*day)};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return Timestamp(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

}  // namespace gatehouse::adapters::oauth
