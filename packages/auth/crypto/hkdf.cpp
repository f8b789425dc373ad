#include "auth/crypto/hkdf.hpp"

#include <stdexcept>

#include "auth/crypto/digest.hpp"

namespace gatehouse::auth {

Secret<std::string> hkdf_sha256(std::string_view key, std::string_view salt, std::string_view info, std::size_t size) {
  constexpr std::size_t kDigestBytes = 32;
  if (size > 255 * kDigestBytes) throw std::invalid_argument("HKDF gives at most 8160 bytes");
  const Secret<std::string> extracted(hmac_sha256(salt, key));
  std::string out, block;
  for (unsigned char counter = 1; out.size() < size; ++counter) {
    block.append(info).push_back(static_cast<char>(counter));
    block = hmac_sha256(extracted.expose(), block);
    out += block;
  }
  wipe(block.data(), block.size());
  out.resize(size);
  return Secret<std::string>(std::move(out));
}

}  // namespace gatehouse::auth
