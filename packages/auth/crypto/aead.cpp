#include "auth/crypto/aead.hpp"

#include <limits>

#include "auth/crypto/openssl.hpp"
#include "auth/crypto/random.hpp"

namespace gatehouse::auth {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

const EVP_CIPHER* aes_256_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

int length_of(std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw std::invalid_argument("too long for one sealing");
  return static_cast<int>(text.size());
}

void check_key(const Secret<std::string>& key) {
  if (key.expose().size() != kAeadKeyBytes) throw std::invalid_argument("an AES-256 key has 32 bytes");
}

}  // namespace

Secret<std::string> new_aead_key() { return Secret<std::string>(random_bytes(kAeadKeyBytes)); }

std::string aead_seal(const Secret<std::string>& key, std::string_view plaintext, std::string_view associated_data) {
  check_key(key);
  std::string sealed = random_bytes(kNonceBytes);
  sealed.resize(kNonceBytes + plaintext.size() + kTagBytes);
  unsigned char* const out = bytes_of(sealed);
  unsigned char* const tag = out + kNonceBytes + plaintext.size();
  const CipherContext context(EVP_CIPHER_CTX_new());
  int written = 0;
  require(EVP_EncryptInit_ex2(context.get(), aes_256_gcm(), bytes_of(key.expose()), out, nullptr) == 1 &&
              EVP_EncryptUpdate(context.get(), nullptr, &written, bytes_of(associated_data),
                                length_of(associated_data)) == 1 &&
              EVP_EncryptUpdate(context.get(), out + kNonceBytes, &written, bytes_of(plaintext),
                                length_of(plaintext)) == 1 &&
              EVP_EncryptFinal_ex(context.get(), tag, &written) == 1 &&
              EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1,
          "seal");
  return sealed;
}

std::optional<Secret<std::string>> aead_open(const Secret<std::string>& key, std::string_view sealed,
                                             std::string_view associated_data) {
  check_key(key);
  if (sealed.size() < kAeadOverheadBytes) return std::nullopt;
  const std::string_view ciphertext = sealed.substr(kNonceBytes, sealed.size() - kAeadOverheadBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string plaintext(ciphertext.size(), '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int written = 0;
  const bool opened =
      EVP_DecryptInit_ex2(context.get(), aes_256_gcm(), bytes_of(key.expose()), bytes_of(sealed), nullptr) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &written, bytes_of(associated_data), length_of(associated_data)) == 1 &&
      EVP_DecryptUpdate(context.get(), bytes_of(plaintext), &written, bytes_of(ciphertext), length_of(ciphertext)) ==
          1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), bytes_of(tag), &written) == 1;
  Secret<std::string> result(std::move(plaintext));
  if (!opened) return std::nullopt;
  return result;
}

}  // namespace gatehouse::auth
