#pragma once
// Cookies (RFC 6265bis): all values of a name out of a request's Cookie field, and Set-Cookie fields. Two values of one
// name are a sign of tossed cookies, so the reader returns them all and the caller decides. Pure.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::auth {

/// Every value of the cookie `name`, in order, without surrounding quotes. Views into the header.
std::vector<std::string_view> find_cookies(std::string_view cookie_header, std::string_view name);

enum class SameSite : std::uint8_t { lax, strict, none };

struct SetCookie {
  std::string name;
  std::string value;
  std::string path = "/";
  std::string domain{};                           ///< empty: the host alone, as the prefix __Host- demands
  std::optional<std::chrono::seconds> max_age{};  ///< none: until the browser closes; zero: removes it
  SameSite same_site = SameSite::lax;
  bool secure = true;
  bool http_only = true;
};

/// The value of a Set-Cookie field. Throws std::invalid_argument on what would be a bug: a name or value with
/// characters that a cookie can't carry, or a __Host- or __Secure- name whose attributes break the prefix's rules.
std::string to_set_cookie(const SetCookie& cookie);
/// The same cookie, emptied and expired.
std::string to_removal(SetCookie cookie);

}  // namespace gatehouse::auth
