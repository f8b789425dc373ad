#include "domain/identity/profile_policy.hpp"

#include <algorithm>

#include "domain/identity/text.hpp"

namespace gatehouse::domain {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_language_tag(std::string_view text) {
  if (text.size() > 35 || text.find("--") != std::string_view::npos || text.starts_with("-") || text.ends_with("-"))
    return false;
  const auto parts = split(text, [](char c) { return c == '-'; });
  if (parts.empty() || parts[0].size() < 2 || parts[0].size() > 3 ||
      !std::all_of(parts[0].begin(), parts[0].end(), is_letter)) {
    return false;
  }
  return std::all_of(parts.begin() + 1, parts.end(), [](std::string_view part) {
    return part.size() <= 8 &&
           std::all_of(part.begin(), part.end(), [](char c) { return is_letter(c) || is_digit(c); });
  });
}

}  // namespace

Result<> check_name(std::string_view name) {
  constexpr std::size_t kLongestName = 200;
  const auto refuse = [](std::string code, std::string detail) {
    return fail_field(ErrorCode::invalid_request, "name", std::move(code), std::move(detail));
  };
  const auto points = decode_utf8(name);
  if (!points) return refuse("invalid_text", "The name is not valid UTF-8.");
  const auto is_blank = [](char32_t c) { return c == ' ' || c == 0xA0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200D); };
  if (std::all_of(points->begin(), points->end(), is_blank)) return refuse("too_short", "The name is empty.");
  if (points->size() > kLongestName) return refuse("too_long", "A name has at most 200 characters.");
  if (std::any_of(points->begin(), points->end(), is_unprintable)) {
    return refuse("invalid_characters", "The name holds a control character.");
  }
  return {};
}

Result<> check_locale(std::string_view locale) {
  if (is_language_tag(locale)) return {};
  return fail_field(ErrorCode::invalid_request, "locale", "invalid", "Write a language tag, such as en or pt-BR.");
}

Result<> check_picture(std::string_view picture) {
  constexpr std::string_view kScheme = "https://";
  const bool printable = std::all_of(picture.begin(), picture.end(), [](char c) {
    return c > 0x20 && c < 0x7F && c != '"' && c != '<' && c != '>' && c != '\\' && c != '\'';
  });
  if (picture.size() <= 2048 && picture.size() > kScheme.size() && picture.starts_with(kScheme) && printable) return {};
  return fail_field(ErrorCode::invalid_request, "picture", "invalid", "Write an https URL of at most 2048 characters.");
}

}  // namespace gatehouse::domain
