#include "auth/crypto/key_material.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <limits>

#include "auth/crypto/sodium.hpp"

namespace gatehouse::auth {
namespace {

using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, OpenSslFree<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, OpenSslFree<OSSL_PARAM_free>>;
using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpenSslFree<PKCS8_PRIV_KEY_INFO_free>>;

constexpr std::size_t kCoordinateBytes = 32;
constexpr std::size_t kEd25519Bytes = 32;
constexpr char kCurve[] = "prime256v1";

BigNum number(std::string_view bytes) {
  return BigNum(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

std::string minimal_bytes(const BIGNUM* value) {
  std::string out(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
  BN_bn2bin(value, bytes_of(out));
  return out;
}

BigNum number_param(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  EVP_PKEY_get_bn_param(key, name, &value);
  return BigNum(value);
}

Key from_params(const char* type, const ParamBuilder& builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return Key(key);
}

Key ed25519_key(const PublicKeyParts& parts) {
  ensure_sodium();
  if (!parts.y.empty() || !parts.n.empty() || !parts.e.empty()) return nullptr;  // of another kind of key
  if (parts.x.size() != kEd25519Bytes || crypto_core_ed25519_is_valid_point(bytes_of(std::string_view(parts.x))) != 1)
    return nullptr;
  return Key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(std::string_view(parts.x)), kEd25519Bytes));
}

Key p256_key(const PublicKeyParts& parts) {
  if (parts.x.size() != kCoordinateBytes || parts.y.size() != kCoordinateBytes) return nullptr;
  const std::string point = '\x04' + parts.x + parts.y;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kCurve, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return from_params("EC", builder);
}

Key rsa_key(const PublicKeyParts& parts) {
  constexpr std::size_t kMostBytes = 1'025;
  if (parts.n.size() > kMostBytes || parts.e.size() > kMostBytes) return nullptr;
  const BigNum modulus = number(parts.n), exponent = number(parts.e);
  if (!is_sound_rsa(modulus.get(), exponent.get())) return nullptr;
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return from_params("RSA", builder);
}

Bio reader(std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return nullptr;
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without this OpenSSL would ask the terminal for the passphrase of an encrypted document.
int no_passphrase(char*, int, int, void*) { return -1; }

}  // namespace

Key public_key_from_parts(SignatureAlgorithm algorithm, const PublicKeyParts& parts) {
  switch (algorithm) {
    case SignatureAlgorithm::EdDSA:
      return ed25519_key(parts);
    case SignatureAlgorithm::ES256:
      return p256_key(parts);
    case SignatureAlgorithm::RS256:
      return rsa_key(parts);
  }
  return nullptr;
}

std::optional<PublicKeyParts> parts_of(SignatureAlgorithm algorithm, const EVP_PKEY* key) {
  PublicKeyParts parts;
  if (algorithm == SignatureAlgorithm::EdDSA && EVP_PKEY_is_a(key, "ED25519") == 1) {
    std::size_t size = kEd25519Bytes;
    parts.x.resize(size);
    if (EVP_PKEY_get_raw_public_key(key, bytes_of(parts.x), &size) == 1) return parts;
  } else if (algorithm == SignatureAlgorithm::ES256 && EVP_PKEY_is_a(key, "EC") == 1) {
    char curve[32] = {};
    if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, curve, sizeof curve, nullptr) != 1 ||
        std::string_view(curve) != kCurve)
      return std::nullopt;
    const BigNum x = number_param(key, OSSL_PKEY_PARAM_EC_PUB_X), y = number_param(key, OSSL_PKEY_PARAM_EC_PUB_Y);
    if (!x || !y) return std::nullopt;
    parts.x.resize(kCoordinateBytes);
    parts.y.resize(kCoordinateBytes);
    if (BN_bn2binpad(x.get(), bytes_of(parts.x), kCoordinateBytes) > 0 &&
        BN_bn2binpad(y.get(), bytes_of(parts.y), kCoordinateBytes) > 0)
      return parts;
  } else if (algorithm == SignatureAlgorithm::RS256 && EVP_PKEY_is_a(key, "RSA") == 1) {
    const BigNum n = number_param(key, OSSL_PKEY_PARAM_RSA_N), e = number_param(key, OSSL_PKEY_PARAM_RSA_E);
    if (!n || !e) return std::nullopt;
    parts.n = minimal_bytes(n.get());
    parts.e = minimal_bytes(e.get());
    return parts;
  }
  return std::nullopt;
}

Key read_public_pem(std::string_view pem) {
  const Bio bio = reader(pem);
  return Key(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
}

Key read_private_pem(std::string_view pem) {
  const Bio bio = reader(pem);
  return Key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
}

Key read_private_der(std::string_view der) {
  const unsigned char* position = bytes_of(der);
  const Pkcs8 info(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &position, static_cast<long>(der.size())));
  if (!info || position != bytes_of(der) + der.size()) return nullptr;
  return Key(EVP_PKCS82PKEY(info.get()));
}

Secret<std::string> write_private_der(const EVP_PKEY* key) {
  const Pkcs8 info(EVP_PKEY2PKCS8(key));
  require(info != nullptr, "PKCS#8");
  const int size = i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr);
  require(size > 0, "PKCS#8");
  std::string der(static_cast<std::size_t>(size), '\0');
  unsigned char* position = bytes_of(der);
  i2d_PKCS8_PRIV_KEY_INFO(info.get(), &position);
  return Secret<std::string>(std::move(der));
}

std::string write_public_pem(const EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  require(bio && PEM_write_bio_PUBKEY(bio.get(), key) == 1, "PEM");
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace gatehouse::auth
