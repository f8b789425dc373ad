#pragma once
// Digests and HMAC (FIPS 180-4, RFC 2104). Results are raw bytes; encode them with encoding.hpp where text is needed.
// SHA-1 exists only inside HMAC, because RFC 6238's authenticators speak nothing else. Safe on any thread.
#include <string>
#include <string_view>

namespace gatehouse::auth {

/// 32 bytes.
std::string sha256(std::string_view data);
/// 64 bytes.
std::string sha512(std::string_view data);

/// 20 bytes; for TOTP alone.
std::string hmac_sha1(std::string_view key, std::string_view data);
/// 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view data);
/// 64 bytes.
std::string hmac_sha512(std::string_view key, std::string_view data);

}  // namespace gatehouse::auth
