#include "auth/cookie.hpp"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::auth {
namespace {

std::string_view trim(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

bool all_of(std::string_view text, bool (*allowed)(char)) { return std::all_of(text.begin(), text.end(), allowed); }

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_token_char(char c) {
  return is_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}
bool is_value_char(char c) { return c > ' ' && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\'; }
bool is_path_char(char c) { return c >= ' ' && c < 0x7f && c != ';'; }
bool is_domain_char(char c) { return is_alphanumeric(c) || c == '-' || c == '.'; }

std::string_view to_string(SameSite same_site) {
  switch (same_site) {
    case SameSite::lax:
      return "Lax";
    case SameSite::strict:
      return "Strict";
    case SameSite::none:
      return "None";
  }
  return "Lax";
}

void check(const SetCookie& cookie) {
  if (cookie.name.empty() || !all_of(cookie.name, is_token_char) || !all_of(cookie.value, is_value_char) ||
      !all_of(cookie.path, is_path_char) || !all_of(cookie.domain, is_domain_char))
    throw std::invalid_argument("a character that a cookie can't carry");
  const bool is_host = cookie.name.starts_with("__Host-");
  if ((is_host || cookie.name.starts_with("__Secure-") || cookie.same_site == SameSite::none) && !cookie.secure)
    throw std::invalid_argument("this cookie must be Secure");
  if (is_host && (cookie.path != "/" || !cookie.domain.empty()))
    throw std::invalid_argument("a __Host- cookie has Path=/ and no Domain");
}

}  // namespace

std::vector<std::string_view> find_cookies(std::string_view cookie_header, std::string_view name) {
  std::vector<std::string_view> values;
  while (!cookie_header.empty()) {
    const std::size_t end = cookie_header.find(';');
    const std::string_view pair = cookie_header.substr(0, end);
    cookie_header = end == std::string_view::npos ? std::string_view() : cookie_header.substr(end + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || trim(pair.substr(0, equals)) != name) continue;
    std::string_view value = trim(pair.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    values.push_back(value);
  }
  return values;
}

std::string to_set_cookie(const SetCookie& cookie) {
  check(cookie);
  std::string text = cookie.name + '=' + cookie.value;
  if (!cookie.path.empty()) text += "; Path=" + cookie.path;
  if (!cookie.domain.empty()) text += "; Domain=" + cookie.domain;
  if (cookie.max_age) text += "; Max-Age=" + std::to_string(cookie.max_age->count());
  if (cookie.http_only) text += "; HttpOnly";
  if (cookie.secure) text += "; Secure";
  return text.append("; SameSite=").append(to_string(cookie.same_site));
}

std::string to_removal(SetCookie cookie) {
  cookie.value.clear();
  cookie.max_age = std::chrono::seconds(0);
  return to_set_cookie(cookie);
}

}  // namespace gatehouse::auth
