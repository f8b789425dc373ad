#pragma once
// Compact JSON Web Signatures (RFC 7515) as RFC 8725 asks for: the layer below jwt.hpp, used directly only for what has
// no `exp`, such as audit checkpoints. The header's alg is never authority: the key is found by kid, and its own
// algorithm must be named. Pure; never throws.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jwk.hpp"
#include "foundation/result.hpp"

namespace gatehouse::auth {

inline constexpr std::size_t kMaxJwsBytes = 16 * 1024;

struct JwsHeader {
  SignatureAlgorithm alg = SignatureAlgorithm::EdDSA;
  std::string kid;
  std::string typ;  ///< left out when empty
};

/// base64url(header) "." base64url(payload): what is to be signed, here or by Vault.
std::string jws_signing_input(const JwsHeader& header, std::string_view payload);
/// The signing input and its signature as one compact JWS.
std::string jws_assemble(std::string signing_input, std::string_view signature);
/// Both of the above with a key at hand.
std::string jws_sign(const PrivateKey& key, std::string kid, std::string typ, std::string_view payload);

struct JwsExpectations {
  /// Accepted values of `typ`, without "application/" and compared without case; "" stands for a header without typ.
  std::vector<std::string> typ{};
  ErrorCode refusal = ErrorCode::no_session;  ///< the code of every refusal
};
struct Jws {
  std::string kid;
  std::string typ;
  std::string payload;
};

/// The payload, once its signature is proved. Refused with `expectations.refusal`, the reason in the cause: more than
/// 16 KiB, not three parts, sloppy base64url, duplicate header members, a header that brings its own key (jwk, jku,
/// x5u, x5c) or asks for an extension (crit, b64, zip), an unknown kid, an alg other than the key's, another typ, a bad
/// signature. Without kid the set must hold exactly one key.
Result<Jws> verify_jws(std::string_view token, const KeySet& keys, const JwsExpectations& expectations);

/// The kid that a token names, before anything is proved: only to decide whether a provider's key set should be read
/// again. nullopt when the token is malformed or names none.
std::optional<std::string> unverified_kid(std::string_view token);

}  // namespace gatehouse::auth
