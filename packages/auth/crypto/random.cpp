#include "auth/crypto/random.hpp"

#include <sodium.h>

#include "auth/crypto/sodium.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::auth {

void random_bytes(std::span<unsigned char> out) {
  ensure_sodium();
  randombytes_buf(out.data(), out.size());
}

std::string random_bytes(std::size_t count) {
  ensure_sodium();
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string random_token(std::size_t bytes) { return base64url_encode(random_bytes(bytes)); }

}  // namespace gatehouse::auth
