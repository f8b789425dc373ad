#include "auth/signed_text.hpp"

#include <optional>

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::auth {
namespace {

constexpr std::size_t kMacBytes = 32;
constexpr std::size_t kMaxSealedLength = 4 * 1024;

std::string mac(const Secret<std::string>& key, std::string_view purpose, std::string_view text) {
  // The purpose's length goes first, so that no other cut between purpose and text has the same MAC.
  std::string message = std::to_string(purpose.size());
  message.append(1, ':').append(purpose).append(text);
  return hmac_sha256(key.expose(), message);
}

}  // namespace

std::string sign_text(const Secret<std::string>& key, std::string_view purpose, std::string_view text) {
  return base64url_encode(mac(key, purpose, text).append(text));
}

Result<std::string> open_text(const Secret<std::string>& key, std::string_view purpose, std::string_view sealed) {
  if (sealed.size() > kMaxSealedLength) return fail(ErrorCode::invalid_cursor);
  const std::optional<std::string> bytes = base64url_decode(sealed);
  if (!bytes || bytes->size() < kMacBytes) return fail(ErrorCode::invalid_cursor);
  const std::string_view text = std::string_view(*bytes).substr(kMacBytes);
  if (!equal_in_constant_time(std::string_view(*bytes).substr(0, kMacBytes), mac(key, purpose, text)))
    return fail(ErrorCode::invalid_cursor);
  return std::string(text);
}

}  // namespace gatehouse::auth
