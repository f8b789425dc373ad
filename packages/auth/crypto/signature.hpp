#pragma once
// Signing keys of the three algorithms that Gatehouse issues and accepts: EdDSA (Ed25519, by libsodium), ES256 and
// RS256 (by OpenSSL). A key knows its algorithm, and nothing outside can choose another (RFC 8725 section 3.1).
// Signatures are in JOSE's form (RFC 7518, RFC 8037): for ES256 the 64 bytes r || s, never DER.
// Keys are immutable values, cheap to copy, and may be used by many threads at once.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/secret.hpp"

namespace gatehouse::auth {

enum class SignatureAlgorithm : std::uint8_t { EdDSA, ES256, RS256 };

/// The name as in JWS headers and in the configuration: "EdDSA", "ES256", "RS256".
std::string_view to_string(SignatureAlgorithm algorithm);
/// The algorithm of that exact name; nullopt for any other, `none` included.
std::optional<SignatureAlgorithm> signature_algorithm_from(std::string_view name);

/// What a JWK says of a public key, as raw bytes: Ed25519 has `x`; P-256 `x` and `y`, 32 bytes each; RSA `n` and `e`.
struct PublicKeyParts {
  std::string x{}, y{};
  std::string n{}, e{};
};

class PublicKey {
 public:
  /// 32 bytes, as Vault Transit gives an ed25519 key.
  static std::optional<PublicKey> from_ed25519(std::string_view raw);
  /// The parts of a JWK. nullopt when a part is missing or of the wrong size, the point is not on the curve, or the RSA
  /// key is weak: below 2048 or above 8192 bits, an even or tiny exponent, or made by the flawed generator of ROCA.
  static std::optional<PublicKey> from_parts(SignatureAlgorithm algorithm, const PublicKeyParts& parts);
  /// A SubjectPublicKeyInfo in PEM whose key fits the algorithm, checked as above.
  static std::optional<PublicKey> from_pem(SignatureAlgorithm algorithm, std::string_view pem);

  SignatureAlgorithm algorithm() const;
  const PublicKeyParts& parts() const;
  /// SubjectPublicKeyInfo in PEM.
  std::string to_pem() const;
  /// Whether the signature is this key's over the message. False for any other length or form; never throws.
  bool verify(std::string_view message, std::string_view signature) const;

 private:
  struct Impl;
  friend class PrivateKey;
  explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

class PrivateKey {
 public:
  /// A new key; RSA has 2048 bits.
  static PrivateKey generate(SignatureAlgorithm algorithm);
  /// A PKCS#8 DER document without encryption, whose key fits the algorithm; nullopt otherwise.
  static std::optional<PrivateKey> from_pkcs8_der(SignatureAlgorithm algorithm, const Secret<std::string>& der);
  /// A PKCS#8 PEM document without encryption (Apple's .p8 file); nullopt when it does not fit.
  static std::optional<PrivateKey> from_pkcs8_pem(SignatureAlgorithm algorithm, const Secret<std::string>& pem);

  SignatureAlgorithm algorithm() const { return public_key_.algorithm(); }
  const PublicKey& public_key() const { return public_key_; }
  /// PKCS#8 DER without encryption: seal it before it is stored.
  Secret<std::string> to_pkcs8_der() const;
  /// The signature over the message, in JOSE's form.
  std::string sign(std::string_view message) const;

 private:
  struct Impl;
  PrivateKey(PublicKey public_key, std::shared_ptr<const Impl> impl)
      : public_key_(std::move(public_key)), impl_(std::move(impl)) {}
  PublicKey public_key_;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace gatehouse::auth
