#pragma once
// Public and private keys between their encodings and OpenSSL's objects, with the checks that make a key acceptable.
// Only for the .cpp files of this folder.
#include <string_view>

#include "auth/crypto/openssl.hpp"
#include "auth/crypto/signature.hpp"

namespace gatehouse::auth {

/// The public key of the parts; null when a part is missing, of the wrong size, off the curve or otherwise unfit.
Key public_key_from_parts(SignatureAlgorithm algorithm, const PublicKeyParts& parts);
/// The parts of a key; nullopt when it is not one for the algorithm.
std::optional<PublicKeyParts> parts_of(SignatureAlgorithm algorithm, const EVP_PKEY* key);
/// Whether an RSA modulus and exponent are strong enough to be trusted.
bool is_sound_rsa(const BIGNUM* modulus, const BIGNUM* exponent);

/// A key out of a PEM document, or of DER with nothing after it; null when it is none.
Key read_public_pem(std::string_view pem);
Key read_private_pem(std::string_view pem);
Key read_private_der(std::string_view der);
/// PKCS#8 without encryption.
Secret<std::string> write_private_der(const EVP_PKEY* key);
std::string write_public_pem(const EVP_PKEY* key);

}  // namespace gatehouse::auth
