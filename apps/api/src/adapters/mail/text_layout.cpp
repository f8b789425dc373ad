#include "adapters/mail/text_layout.hpp"

#include <array>
#include <chrono>
#include <cstdint>

#include <fmt/format.h>

#include "foundation/time.hpp"

namespace gatehouse::adapters::mail {
namespace {

constexpr std::size_t kColumns = 76;
constexpr std::size_t kMaxName = 64;

struct Character {
  char32_t code = 0;
  std::size_t size = 0;  ///< 0: not valid UTF-8
};

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return {};
  char32_t code = first & (0xFFu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, size};
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029;
}

bool is_invisible(char32_t code) {
  return (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x2069) || code == 0xFEFF;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return columns;
}

void wrap_line(std::string_view line, std::string& out) {
  std::size_t column = 0;
  while (!line.empty()) {
    const auto end = line.find(' ');
    const std::string_view word = line.substr(0, end);
    const std::size_t width = columns_of(word);
    if (column > 0 && column + 1 + width > kColumns) {
      out += '\n';
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
    line = end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
  }
  out += '\n';
}

}  // namespace

std::string one_line(std::string_view value, std::size_t max) {
  std::string line;
  while (!value.empty()) {
    const Character c = decode(value);
    const std::size_t size = c.size == 0 ? 1 : c.size;
    if (c.size == 0 || is_control(c.code)) {
      line += ' ';
    } else if (!is_invisible(c.code)) {
      if (line.size() + size > max) return line += "…";
      line += value.substr(0, size);
    }
    value.remove_prefix(size);
  }
  const auto begin = line.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return line.substr(begin, line.find_last_not_of(' ') - begin + 1);
}

std::string for_people(const std::string& time) {
  const auto parsed = from_rfc3339(time);
  if (!parsed) return time;
  constexpr std::array kMonths{"January", "February", "March",     "April",   "May",      "June",
                               "July",    "August",   "September", "October", "November", "December"};
  const auto day = std::chrono::floor<std::chrono::days>(*parsed);
  const std::chrono::year_month_day date(day);
  const auto minutes = std::chrono::floor<std::chrono::minutes>(*parsed - day).count();
  return fmt::format("{} {} {}, {:02}:{:02} UTC", static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()), minutes / 60,
                     minutes % 60);
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return false;
  if (name.find_first_of("/\\@<>{}[]|#") != std::string_view::npos) return false;
  // "example.com" is a link to many mail programs; "Dr. Who" and "J. R. Hartley" are not.
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1)) {
    if (dot + 1 < name.size() && name[dot + 1] != ' ') return false;
  }
  return true;
}

std::string wrapped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (line.empty() && out.ends_with("\n\n")) {
      text = text.substr(end == std::string_view::npos ? text.size() : end + 1);
      continue;
    }
    const bool as_it_is = line.find("://") != std::string_view::npos || line.starts_with(' ') || line == "-- ";
    if (as_it_is) {
      out.append(line).append(1, '\n');
    } else {
      wrap_line(line, out);
    }
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return out;
}

}  // namespace gatehouse::adapters::mail
