#pragma once
// Public keys as JSON Web Keys (RFC 7517, RFC 8037): our own set at /.well-known/jwks.json, and the sets of sign-in
// providers. A key's algorithm is fixed when it is read, and no token can change it. Pure; values may be shared by
// threads.
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "auth/crypto/signature.hpp"

namespace gatehouse::auth {

struct VerificationKey {
  std::string kid;
  PublicKey key;
};
using KeySet = std::vector<VerificationKey>;

/// RFC 7638: base64url SHA-256 of the key's required members. Our `kid`.
std::string jwk_thumbprint(const PublicKey& key);
/// The key as a JWK with kty, use "sig", alg, kid and its parts.
boost::json::object to_jwk(const VerificationKey& key);
/// `{"keys":[…]}` as JSON text.
std::string jwk_set_to_json(std::span<const VerificationKey> keys);

/// One JWK as a key for verifying. nullopt when it is not for that: another kty, curve or alg, `use` other than "sig",
/// key_ops without "verify", private or symmetric members, or a weak key. Without `alg` RSA is RS256.
std::optional<VerificationKey> parse_jwk(const boost::json::object& jwk);
/// The usable keys of a set; those of other kinds are left out. nullopt when the text is no key set, is larger than
/// 256 KiB, or two usable keys share a kid.
std::optional<KeySet> parse_jwk_set(std::string_view json);

}  // namespace gatehouse::auth
