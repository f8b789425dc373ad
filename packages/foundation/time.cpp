#include "foundation/time.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace gatehouse {
namespace {

bool read_digits(std::string_view& text, int count, int& out) {
  if (text.size() < static_cast<std::size_t>(count)) return false;
  out = 0;
  for (int i = 0; i < count; ++i) {
    const char c = text[static_cast<std::size_t>(i)];
    if (c < '0' || c > '9') return false;
    out = out * 10 + (c - '0');
  }
  text.remove_prefix(static_cast<std::size_t>(count));
  return true;
}

bool read_char(std::string_view& text, std::string_view allowed) {
  if (text.empty() || allowed.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

/// The fraction after the dot in microseconds; further digits are dropped.
bool read_fraction(std::string_view& text, std::int64_t& micros) {
  int digits = 0;
  for (; digits < 9 && !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits) {
    if (digits < 6) micros = micros * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  for (int i = digits; i < 6; ++i) micros *= 10;
  return digits > 0;
}

struct Unit {
  std::string_view name;
  std::int64_t millis;
};
constexpr std::array<Unit, 5> kUnits{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t kLongestMillis = 36'500 * 86'400'000LL;

}  // namespace

std::string to_rfc3339(Timestamp time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  char buffer[64];
  const int n =
      std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {buffer, static_cast<std::size_t>(n)};
}

std::optional<Timestamp> from_rfc3339(std::string_view text) {
  using namespace std::chrono;
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0;
  if (!read_digits(text, 4, y) || !read_char(text, "-") || !read_digits(text, 2, mo) || !read_char(text, "-") ||
      !read_digits(text, 2, d) || !read_char(text, "Tt ") || !read_digits(text, 2, h) || !read_char(text, ":") ||
      !read_digits(text, 2, mi) || !read_char(text, ":") || !read_digits(text, 2, s))
    return std::nullopt;
  std::int64_t micros = 0;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    if (!read_fraction(text, micros)) return std::nullopt;
  }
  int offset_minutes = 0;
  if (text == "Z" || text == "z") {
    text = {};
  } else {
    if (text.empty()) return std::nullopt;
    const int sign = text.front() == '-' ? -1 : 1;
    int oh = 0, om = 0;
    if (!read_char(text, "+-") || !read_digits(text, 2, oh) || !read_char(text, ":") || !read_digits(text, 2, om))
      return std::nullopt;
    if (oh > 23 || om > 59) return std::nullopt;
    offset_minutes = sign * (oh * 60 + om);
  }
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d))};
  if (!text.empty() || !date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
  return Timestamp(sys_days(date)) + hours(h) + minutes(mi - offset_minutes) + seconds(s) + microseconds(micros);
}

std::optional<Duration> parse_duration(std::string_view text) {
  std::int64_t amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc() || amount < 0) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : kUnits)
    if (unit.name == name && amount <= kLongestMillis / unit.millis)
      return std::chrono::milliseconds(amount * unit.millis);
  return std::nullopt;
}

std::string format_duration(Duration duration) {
  const std::int64_t millis = std::chrono::floor<std::chrono::milliseconds>(duration).count();
  if (millis == 0) return "0s";
  for (const Unit& unit : kUnits)
    if (millis % unit.millis == 0) return std::to_string(millis / unit.millis) + std::string(unit.name);
  return std::to_string(millis) + "ms";
}

}  // namespace gatehouse
