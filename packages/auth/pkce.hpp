#pragma once
// Proof Key for Code Exchange, method S256 alone (RFC 7636): both for our own exchange codes and towards providers.
// Pure, but for new_code_verifier().
#include <string>
#include <string_view>

#include "foundation/secret.hpp"

namespace gatehouse::auth {

/// 43 characters out of 256 random bits.
Secret<std::string> new_code_verifier();
/// 43 to 128 characters of A-Z a-z 0-9 - . _ ~
bool is_code_verifier(std::string_view text);
/// 43 characters of base64url that hold exactly 32 bytes.
bool is_code_challenge(std::string_view text);
/// BASE64URL(SHA256(verifier)).
std::string code_challenge(std::string_view verifier);
/// Whether the verifier is well-formed and belongs to the challenge; constant time.
bool verify_pkce(std::string_view verifier, std::string_view challenge);

}  // namespace gatehouse::auth
