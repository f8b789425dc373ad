#pragma once
// Bytes as text: base64url and base64 (RFC 4648), hex and base32. The decoders are strict, so that a value has one
// spelling: no whitespace, no other alphabet, padding exactly where the encoding has it (base64 yes, base64url and
// base32 no), unused bits zero. Pure functions.
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::auth {

/// Without padding (RFC 7515 section 2).
std::string base64url_encode(std::string_view bytes);
/// nullopt when the text is not exactly what base64url_encode would write.
std::optional<std::string> base64url_decode(std::string_view text);

/// With padding.
std::string base64_encode(std::string_view bytes);
/// nullopt when the text is not exactly what base64_encode would write.
std::optional<std::string> base64_decode(std::string_view text);

/// Lower case.
std::string hex_encode(std::string_view bytes);
/// Either case; nullopt for an odd length or another character.
std::optional<std::string> hex_decode(std::string_view text);

/// Upper case without padding, as authenticator apps want it.
std::string base32_encode(std::string_view bytes);
/// Upper case without padding; nullopt when the text is not exactly what base32_encode would write.
std::optional<std::string> base32_decode(std::string_view text);

}  // namespace gatehouse::auth
