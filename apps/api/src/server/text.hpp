#pragma once
// Small strict readers of text that came over the wire. Pure.
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::server {

/// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);
/// The value of a hexadecimal digit, or -1.
int hex_digit(char c);
/// Every %XX decoded (and '+' as a space where asked); nullopt when one is malformed. Any byte may come out.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
/// RFC 9110's tchar: what methods and field names are made of.
bool is_token_char(char c);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);

}  // namespace gatehouse::server
