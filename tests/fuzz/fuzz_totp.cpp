// Codes as people type them, and encodings of secrets.
#include "auth/encoding.hpp"
#include "auth/totp.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  static const Secret<std::string> kSecret(std::string("12345678901234567890"));
  const Timestamp now = from_unix_seconds(1'800'000'000);
  if (const auto step = auth::verify_totp(kSecret, input, now, std::nullopt)) {
    expect(input.size() == 6 && input == auth::totp_code(kSecret, *step));
    expect(!auth::verify_totp(kSecret, input, now, *step));
  }
  if (const auto bytes = auth::base32_decode(input)) expect(auth::base32_decode(auth::base32_encode(*bytes)) == *bytes);
  if (const auto bytes = auth::base64url_decode(input)) expect(auth::base64url_encode(*bytes) == input);
  if (const auto bytes = auth::base64_decode(input)) expect(auth::base64_encode(*bytes) == input);
  if (const auto bytes = auth::hex_decode(input)) expect(bytes->size() * 2 == input.size());
}
