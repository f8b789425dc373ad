#include "auth/crypto/digest.hpp"

#include <openssl/hmac.h>

#include "auth/crypto/openssl.hpp"

namespace gatehouse::auth {
namespace {

// Fetching an algorithm by name costs more than hashing a token, so each is fetched once and each thread keeps a
// context.
std::string digest(const EVP_MD* algorithm, std::string_view data) {
  thread_local const DigestContext context(EVP_MD_CTX_new());
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(algorithm)), '\0');
  require(EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1 &&
              EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
              EVP_DigestFinal_ex(context.get(), bytes_of(out), nullptr) == 1,
          "digest");
  return out;
}

std::string hmac(const EVP_MD* algorithm, std::string_view key, std::string_view data) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(algorithm)), '\0');
  // A null key would mean "the key of the call before".
  const void* key_bytes = key.empty() ? static_cast<const void*>("") : key.data();
  require(HMAC(algorithm, key_bytes, static_cast<int>(key.size()), bytes_of(data), data.size(), bytes_of(out),
               nullptr) != nullptr,
          "hmac");
  return out;
}

const EVP_MD* fetched(const char* name) { return EVP_MD_fetch(nullptr, name, nullptr); }

}  // namespace

std::string sha256(std::string_view data) {
  static const EVP_MD* const algorithm = fetched("SHA256");
  return digest(algorithm, data);
}

std::string sha512(std::string_view data) {
  static const EVP_MD* const algorithm = fetched("SHA512");
  return digest(algorithm, data);
}

std::string hmac_sha1(std::string_view key, std::string_view data) { return hmac(EVP_sha1(), key, data); }
std::string hmac_sha256(std::string_view key, std::string_view data) { return hmac(EVP_sha256(), key, data); }
std::string hmac_sha512(std::string_view key, std::string_view data) { return hmac(EVP_sha512(), key, data); }

}  // namespace gatehouse::auth
