#include "auth/crypto/argon2id.hpp"

#include <sodium.h>

#include <stdexcept>

#include "auth/crypto/sodium.hpp"

namespace gatehouse::auth {
namespace {

constexpr std::size_t kBlockBytes = 1'024;
constexpr std::uint32_t kSlicesPerLane = 4;

}  // namespace

std::size_t argon2id_work_bytes(Argon2Params params) {
  return (params.memory_kib / kSlicesPerLane) * kSlicesPerLane * kBlockBytes;
}

std::optional<std::string> argon2id(std::string_view password, std::string_view salt, Argon2Params params,
                                    std::size_t size) {
  ensure_sodium();
  if (salt.size() != kArgon2SaltBytes || params.memory_kib < 8 || params.iterations < 1 ||
      size < crypto_pwhash_argon2id_BYTES_MIN)
    throw std::invalid_argument("Argon2id parameters");
  std::string digest(size, '\0');
  if (crypto_pwhash_argon2id(reinterpret_cast<unsigned char*>(digest.data()), size, password.data(), password.size(),
                             reinterpret_cast<const unsigned char*>(salt.data()), params.iterations,
                             std::size_t{params.memory_kib} * kBlockBytes, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
    return std::nullopt;
  return digest;
}

bool argon2id_phc_matches(const std::string& phc, std::string_view password) {
  ensure_sodium();
  return crypto_pwhash_argon2id_str_verify(phc.c_str(), password.data(), password.size()) == 0;
}

}  // namespace gatehouse::auth
