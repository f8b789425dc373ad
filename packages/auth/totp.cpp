#include "auth/totp.hpp"

#include <algorithm>

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/crypto/random.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::auth {
namespace {

constexpr std::size_t kSecretBytes = 20;
constexpr std::int64_t kStepSeconds = 30;
constexpr std::size_t kDigits = 6;

std::string mac(OtpHash hash, std::string_view key, std::string_view data) {
  switch (hash) {
    case OtpHash::sha1:
      return hmac_sha1(key, data);
    case OtpHash::sha256:
      return hmac_sha256(key, data);
    case OtpHash::sha512:
      return hmac_sha512(key, data);
  }
  return {};
}

bool is_code(std::string_view text) {
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHexUpper = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out.append({'%', kHexUpper[byte >> 4], kHexUpper[byte & 0x0f]});
    }
  }
  return out;
}

}  // namespace

Secret<std::string> new_totp_secret() { return Secret<std::string>(random_bytes(kSecretBytes)); }

std::string hotp(const Secret<std::string>& secret, std::uint64_t counter, int digits, OtpHash hash) {
  std::string message;
  for (int shift = 56; shift >= 0; shift -= 8)
    message += static_cast<char>(static_cast<unsigned char>(counter >> shift));
  const std::string code = mac(hash, secret.expose(), message);
  // RFC 4226 section 5.3: the last nibble says where the 31 bits begin.
  const std::size_t offset = static_cast<unsigned char>(code.back()) & 0x0f;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = (value << 8) | static_cast<unsigned char>(code[offset + i]);
  value &= 0x7fffffff;
  std::string text(static_cast<std::size_t>(digits), '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, value /= 10)
    *digit = static_cast<char>('0' + value % 10);
  return text;
}

std::int64_t totp_step(Timestamp now) {
  const std::int64_t seconds = to_unix_seconds(now);
  return seconds / kStepSeconds - (seconds % kStepSeconds < 0 ? 1 : 0);
}

std::string totp_code(const Secret<std::string>& secret, std::int64_t step) {
  return hotp(secret, static_cast<std::uint64_t>(step), kDigits);
}

std::optional<std::int64_t> verify_totp(const Secret<std::string>& secret, std::string_view code, Timestamp now,
                                        std::optional<std::int64_t> last_accepted_step) {
  if (!is_code(code)) return std::nullopt;
  const std::int64_t present = totp_step(now);
  std::optional<std::int64_t> accepted;
  for (const std::int64_t step : {present + 1, present, present - 1}) {
    const bool matches = equal_in_constant_time(totp_code(secret, step), code);
    if (matches && (!last_accepted_step || step > *last_accepted_step)) accepted = step;
  }
  return accepted;
}

Secret<std::string> otpauth_uri(const Secret<std::string>& secret, std::string_view issuer, std::string_view account) {
  std::string uri = "otpauth://totp/" + percent_encode(issuer) + ':' + percent_encode(account) +
                    "?secret=" + base32_encode(secret.expose()) + "&issuer=" + percent_encode(issuer) +
                    "&algorithm=SHA1&digits=6&period=30";
  return Secret<std::string>(std::move(uri));
}

}  // namespace gatehouse::auth
