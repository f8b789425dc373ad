#include "auth/crypto/jose_ecdsa.hpp"

#include "auth/crypto/openssl.hpp"

namespace gatehouse::auth {
namespace {

constexpr int kScalarBytes = 32;

const BIGNUM* group_order() {
  static const BigNum order = [] {
    BIGNUM* value = nullptr;
    require(BN_hex2bn(&value, "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551") > 0, "order");
    return BigNum(value);
  }();
  return order.get();
}

BigNum scalar(std::string_view bytes) {
  BigNum value(BN_bin2bn(bytes_of(bytes), kScalarBytes, nullptr));
  if (BN_is_zero(value.get()) || BN_cmp(value.get(), group_order()) >= 0) return nullptr;
  return value;
}

}  // namespace

std::optional<std::string> ecdsa_der_from_jose(std::string_view signature) {
  // The length comes first: nothing of another length may reach the conversion.
  if (signature.size() != 2 * kScalarBytes) return std::nullopt;
  BigNum r = scalar(signature.substr(0, kScalarBytes)), s = scalar(signature.substr(kScalarBytes));
  if (!r || !s) return std::nullopt;
  const EcdsaSignature parts(ECDSA_SIG_new());
  require(parts && ECDSA_SIG_set0(parts.get(), r.release(), s.release()) == 1, "ECDSA signature");
  const int size = i2d_ECDSA_SIG(parts.get(), nullptr);
  require(size > 0, "ECDSA signature");
  std::string der(static_cast<std::size_t>(size), '\0');
  unsigned char* position = bytes_of(der);
  i2d_ECDSA_SIG(parts.get(), &position);
  return der;
}

std::string ecdsa_jose_from_der(std::string_view der) {
  const unsigned char* position = bytes_of(der);
  const EcdsaSignature parts(d2i_ECDSA_SIG(nullptr, &position, static_cast<long>(der.size())));
  require(parts != nullptr, "ECDSA signature");
  std::string out(2 * kScalarBytes, '\0');
  require(BN_bn2binpad(ECDSA_SIG_get0_r(parts.get()), bytes_of(out), kScalarBytes) == kScalarBytes &&
              BN_bn2binpad(ECDSA_SIG_get0_s(parts.get()), bytes_of(out) + kScalarBytes, kScalarBytes) == kScalarBytes,
          "ECDSA signature");
  return out;
}

}  // namespace gatehouse::auth
