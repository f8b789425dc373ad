#include "auth/uuid.hpp"

#include <cstdint>
#include <stdexcept>

#include "auth/crypto/random.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::auth {
namespace {

constexpr std::size_t kUuidBytes = 16;
constexpr std::size_t kUuidLength = 36;
constexpr std::size_t kRandomBytes = 8;

constexpr bool is_hyphen_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

std::string make_uuid_v7(Timestamp now, std::string_view random) {
  if (random.size() < kRandomBytes) throw std::invalid_argument("a UUIDv7 needs 8 random bytes");
  const auto micros = static_cast<std::uint64_t>(to_unix_micros(now));
  const std::uint64_t millis = micros / 1'000;
  // RFC 9562 section 6.2, method 3: the 12 bits after the milliseconds hold their fraction.
  const std::uint64_t fraction = micros % 1'000 * 4'096 / 1'000;
  std::string bytes;
  for (int shift = 40; shift >= 0; shift -= 8) bytes += static_cast<char>(static_cast<unsigned char>(millis >> shift));
  bytes += static_cast<char>(static_cast<unsigned char>(0x70 | (fraction >> 8)));
  bytes += static_cast<char>(static_cast<unsigned char>(fraction));
  bytes += static_cast<char>(0x80 | (static_cast<unsigned char>(random[0]) & 0x3f));
  bytes += random.substr(1, kRandomBytes - 1);
  return uuid_from_bytes(bytes);
}

std::string make_uuid_v7(Timestamp now) { return make_uuid_v7(now, random_bytes(kRandomBytes)); }

std::optional<std::string> uuid_to_bytes(std::string_view text) {
  if (text.size() != kUuidLength) return std::nullopt;
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == '-') != is_hyphen_place(i) || (text[i] >= 'A' && text[i] <= 'F')) return std::nullopt;
    if (text[i] != '-') digits += text[i];
  }
  return hex_decode(digits);
}

std::string uuid_from_bytes(std::string_view bytes) {
  if (bytes.size() != kUuidBytes) throw std::invalid_argument("a UUID has 16 bytes");
  std::string text = hex_encode(bytes);
  for (const std::size_t place : {8, 13, 18, 23}) text.insert(place, 1, '-');
  return text;
}

std::optional<std::string> uuid_to_short(std::string_view text) {
  const std::optional<std::string> bytes = uuid_to_bytes(text);
  if (!bytes) return std::nullopt;
  return base64url_encode(*bytes);
}

std::optional<std::string> uuid_from_short(std::string_view text) {
  const std::optional<std::string> bytes = base64url_decode(text);
  if (!bytes || bytes->size() != kUuidBytes) return std::nullopt;
  return uuid_from_bytes(*bytes);
}

}  // namespace gatehouse::auth
