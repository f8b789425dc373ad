#include "auth/pkce.hpp"

#include <algorithm>

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/crypto/random.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::auth {

Secret<std::string> new_code_verifier() { return Secret<std::string>(random_token(32)); }

bool is_code_verifier(std::string_view text) {
  return text.size() >= 43 && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                  c == '_' || c == '~';
         });
}

bool is_code_challenge(std::string_view text) { return text.size() == 43 && base64url_decode(text).has_value(); }

std::string code_challenge(std::string_view verifier) { return base64url_encode(sha256(verifier)); }

bool verify_pkce(std::string_view verifier, std::string_view challenge) {
  return is_code_verifier(verifier) && equal_in_constant_time(code_challenge(verifier), challenge);
}

}  // namespace gatehouse::auth
