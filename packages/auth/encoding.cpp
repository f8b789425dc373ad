#include "auth/encoding.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace gatehouse::auth {
namespace {

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kHex = "0123456789abcdef";

constexpr std::uint8_t kNone = 0xff;
using Table = std::array<std::uint8_t, 256>;

constexpr Table reverse(std::string_view alphabet) {
  Table table{};
  table.fill(kNone);
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}

// Every one of these encodings writes the bits from the left in groups of `Bits`, the last one filled with zeros.
template <int Bits>
std::string encode(std::string_view bytes, std::string_view alphabet) {
  std::string out;
  out.reserve((bytes.size() * 8 + Bits - 1) / Bits);
  std::uint32_t pending = 0;
  int count = 0;
  for (const char byte : bytes) {
    pending = (pending << 8) | static_cast<unsigned char>(byte);
    for (count += 8; count >= Bits; count -= Bits) out += alphabet[(pending >> (count - Bits)) & ((1u << Bits) - 1)];
  }
  if (count > 0) out += alphabet[(pending << (Bits - count)) & ((1u << Bits) - 1)];
  return out;
}

// Base64 by whole groups of three bytes: every token goes through it.
std::string encode64(std::string_view bytes, std::string_view alphabet) {
  const std::size_t whole = bytes.size() - bytes.size() % 3;
  std::string out(whole / 3 * 4, '\0');
  char* to = out.data();
  for (std::size_t i = 0; i < whole; i += 3) {
    const auto at = [&](std::size_t n) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + n])); };
    const std::uint32_t group = at(0) << 16 | at(1) << 8 | at(2);
    for (const int shift : {18, 12, 6, 0}) *to++ = alphabet[(group >> shift) & 63];
  }
  return out += encode<6>(bytes.substr(whole), alphabet);
}

template <int Bits>
std::optional<std::string> decode(std::string_view text, const Table& table) {
  std::string out;
  out.reserve(text.size() * Bits / 8);
  std::uint32_t pending = 0;
  int count = 0;
  for (const char c : text) {
    const std::uint8_t value = table[static_cast<unsigned char>(c)];
    if (value == kNone) return std::nullopt;
    pending = (pending << Bits) | value;
    count += Bits;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(static_cast<unsigned char>(pending >> count));
    }
  }
  // A whole group left over, or a bit that is not zero, is another spelling of the same bytes.
  if (count >= Bits || (pending & ((1u << count) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string base64url_encode(std::string_view bytes) { return encode64(bytes, kBase64Url); }

std::optional<std::string> base64url_decode(std::string_view text) {
  static constexpr Table kTable = reverse(kBase64Url);
  return decode<6>(text, kTable);
}

std::string base64_encode(std::string_view bytes) {
  std::string out = encode64(bytes, kBase64);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
  static constexpr Table kTable = reverse(kBase64);
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode<6>(text, kTable);
}

std::string hex_encode(std::string_view bytes) { return encode<4>(bytes, kHex); }

std::optional<std::string> hex_decode(std::string_view text) {
  static constexpr Table kTable = [] {
    Table table = reverse(kHex);
    for (char c = 'A'; c <= 'F'; ++c) table[static_cast<unsigned char>(c)] = static_cast<std::uint8_t>(c - 'A' + 10);
    return table;
  }();
  if (text.size() % 2 != 0) return std::nullopt;
  return decode<4>(text, kTable);
}

std::string base32_encode(std::string_view bytes) { return encode<5>(bytes, kBase32); }

std::optional<std::string> base32_decode(std::string_view text) {
  static constexpr Table kTable = reverse(kBase32);
  return decode<5>(text, kTable);
}

}  // namespace gatehouse::auth
