#include "auth/crypto/signature.hpp"

#include <sodium.h>

#include <array>

#include "auth/crypto/jose_ecdsa.hpp"
#include "auth/crypto/key_material.hpp"
#include "auth/crypto/openssl.hpp"
#include "auth/crypto/sodium.hpp"

namespace gatehouse::auth {
namespace {

constexpr std::array<std::string_view, 3> kNames{"EdDSA", "ES256", "RS256"};
constexpr unsigned int kRsaBits = 2'048;

Key generate_key(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::EdDSA:
      return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case SignatureAlgorithm::ES256:
      return Key(EVP_EC_gen("P-256"));
    case SignatureAlgorithm::RS256:
      return Key(EVP_RSA_gen(kRsaBits));
  }
  return nullptr;
}

bool openssl_verifies(EVP_PKEY* key, std::string_view message, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
}

std::string openssl_signs(EVP_PKEY* key, std::string_view message) {
  const DigestContext context(EVP_MD_CTX_new());
  std::size_t size = 0;
  require(context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
              EVP_DigestSign(context.get(), nullptr, &size, bytes_of(message), message.size()) == 1,
          "sign");
  std::string signature(size, '\0');
  require(EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(message), message.size()) == 1, "sign");
  signature.resize(size);
  return signature;
}

}  // namespace

std::string_view to_string(SignatureAlgorithm algorithm) { return kNames[static_cast<std::size_t>(algorithm)]; }

std::optional<SignatureAlgorithm> signature_algorithm_from(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<SignatureAlgorithm>(i);
  return std::nullopt;
}

struct PublicKey::Impl {
  SignatureAlgorithm algorithm;
  PublicKeyParts parts;
  Key key;
};

std::optional<PublicKey> PublicKey::from_parts(SignatureAlgorithm algorithm, const PublicKeyParts& parts) {
  Key key = public_key_from_parts(algorithm, parts);
  if (!key) return std::nullopt;
  // Read back, so that the parts have their one minimal spelling and the thumbprint does too.
  std::optional<PublicKeyParts> canonical = parts_of(algorithm, key.get());
  if (!canonical) return std::nullopt;
  return PublicKey(std::make_shared<const Impl>(Impl{algorithm, std::move(*canonical), std::move(key)}));
}

std::optional<PublicKey> PublicKey::from_ed25519(std::string_view raw) {
  return from_parts(SignatureAlgorithm::EdDSA, {.x = std::string(raw)});
}

std::optional<PublicKey> PublicKey::from_pem(SignatureAlgorithm algorithm, std::string_view pem) {
  const Key key = read_public_pem(pem);
  if (!key) return std::nullopt;
  const std::optional<PublicKeyParts> parts = parts_of(algorithm, key.get());
  return parts ? from_parts(algorithm, *parts) : std::nullopt;
}

SignatureAlgorithm PublicKey::algorithm() const { return impl_->algorithm; }
const PublicKeyParts& PublicKey::parts() const { return impl_->parts; }
std::string PublicKey::to_pem() const { return write_public_pem(impl_->key.get()); }

bool PublicKey::verify(std::string_view message, std::string_view signature) const {
  switch (impl_->algorithm) {
    case SignatureAlgorithm::EdDSA:
      return signature.size() == crypto_sign_ed25519_BYTES &&
             crypto_sign_ed25519_verify_detached(bytes_of(signature), bytes_of(message), message.size(),
                                                 bytes_of(std::string_view(impl_->parts.x))) == 0;
    case SignatureAlgorithm::ES256: {
      const std::optional<std::string> der = ecdsa_der_from_jose(signature);
      return der && openssl_verifies(impl_->key.get(), message, *der);
    }
    case SignatureAlgorithm::RS256:
      return signature.size() == impl_->parts.n.size() && openssl_verifies(impl_->key.get(), message, signature);
  }
  return false;
}

struct PrivateKey::Impl {
  Key key;
  Secret<std::string> ed25519{};  // libsodium's 64-byte form, for EdDSA alone

  Impl(SignatureAlgorithm algorithm, Key from) : key(std::move(from)) {
    if (algorithm != SignatureAlgorithm::EdDSA) return;
    ensure_sodium();
    std::string seed(crypto_sign_ed25519_SEEDBYTES, '\0'), secret(crypto_sign_ed25519_SECRETKEYBYTES, '\0');
    std::array<unsigned char, crypto_sign_ed25519_PUBLICKEYBYTES> unused{};
    std::size_t size = seed.size();
    require(EVP_PKEY_get_raw_private_key(key.get(), bytes_of(seed), &size) == 1, "Ed25519 seed");
    crypto_sign_ed25519_seed_keypair(unused.data(), bytes_of(secret), bytes_of(seed));
    wipe(seed.data(), seed.size());
    ed25519 = Secret<std::string>(std::move(secret));
  }

  static std::optional<PrivateKey> wrap(SignatureAlgorithm algorithm, Key key) {
    if (!key) return std::nullopt;
    const std::optional<PublicKeyParts> parts = parts_of(algorithm, key.get());
    std::optional<PublicKey> public_key = parts ? PublicKey::from_parts(algorithm, *parts) : std::nullopt;
    if (!public_key) return std::nullopt;
    return PrivateKey(std::move(*public_key), std::make_shared<const Impl>(algorithm, std::move(key)));
  }
};

PrivateKey PrivateKey::generate(SignatureAlgorithm algorithm) {
  std::optional<PrivateKey> key = Impl::wrap(algorithm, generate_key(algorithm));
  require(key.has_value(), "key generation");
  return std::move(*key);
}

std::optional<PrivateKey> PrivateKey::from_pkcs8_der(SignatureAlgorithm algorithm, const Secret<std::string>& der) {
  return Impl::wrap(algorithm, read_private_der(der.expose()));
}

std::optional<PrivateKey> PrivateKey::from_pkcs8_pem(SignatureAlgorithm algorithm, const Secret<std::string>& pem) {
  return Impl::wrap(algorithm, read_private_pem(pem.expose()));
}

Secret<std::string> PrivateKey::to_pkcs8_der() const { return write_private_der(impl_->key.get()); }

std::string PrivateKey::sign(std::string_view message) const {
  if (algorithm() != SignatureAlgorithm::EdDSA) {
    std::string signature = openssl_signs(impl_->key.get(), message);
    return algorithm() == SignatureAlgorithm::ES256 ? ecdsa_jose_from_der(signature) : signature;
  }
  std::string signature(crypto_sign_ed25519_BYTES, '\0');
  crypto_sign_ed25519_detached(bytes_of(signature), nullptr, bytes_of(message), message.size(),
                               bytes_of(std::string_view(impl_->ed25519.expose())));
  return signature;
}

}  // namespace gatehouse::auth
