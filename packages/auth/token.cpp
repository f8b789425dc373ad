#include "auth/token.hpp"

#include <stdexcept>

#include "auth/crypto/digest.hpp"
#include "auth/crypto/random.hpp"
#include "auth/encoding.hpp"
#include "auth/uuid.hpp"

namespace gatehouse::auth {
namespace {

constexpr std::array<std::string_view, 5> kPrefixes{"gths_", "gthk_", "gthv_", "gthc_", "gthd_"};
constexpr std::array<ErrorCode, 5> kRefusals{ErrorCode::no_session, ErrorCode::invalid_service_key,
                                             ErrorCode::invalid_token, ErrorCode::challenge_expired,
                                             ErrorCode::invalid_token};
constexpr std::size_t kPrefixLength = 5;
constexpr std::size_t kIdLength = 22;
constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kRandomLength = 43;
constexpr std::size_t kCheckedLength = kPrefixLength + kIdLength + kRandomLength;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0u);
    table[i] = value;
  }
  return table;
}

/// CRC-32 (ISO 3309) as six characters. It guards against slips and lets secret scanners be sure; it proves nothing.
std::string checksum(std::string_view text) {
  static constexpr std::array<std::uint32_t, 256> kTable = make_crc_table();
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char c : text) crc = (crc >> 8) ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  crc = ~crc;
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(static_cast<unsigned char>(crc >> shift));
  return base64url_encode(bytes);
}

}  // namespace

std::string_view token_prefix(TokenKind kind) { return kPrefixes[static_cast<std::size_t>(kind)]; }

std::optional<TokenKind> token_kind(std::string_view text) {
  for (std::size_t i = 0; i < kPrefixes.size(); ++i)
    if (text.starts_with(kPrefixes[i])) return static_cast<TokenKind>(i);
  return std::nullopt;
}

NewToken new_token(TokenKind kind, std::string_view id, std::string_view random) {
  const std::optional<std::string> short_id = uuid_to_short(id);
  if (!short_id || random.size() != kRandomBytes) throw std::invalid_argument("a token needs a UUID and 32 bytes");
  std::string text;
  text.reserve(kTokenLength);
  text.append(token_prefix(kind)).append(*short_id).append(base64url_encode(random));
  text += checksum(text);
  std::string hash = token_hash(text);
  return {Secret<std::string>(std::move(text)), std::move(hash)};
}

NewToken new_token(TokenKind kind, std::string_view id) { return new_token(kind, id, random_bytes(kRandomBytes)); }

Result<ParsedToken> parse_token(std::string_view text, TokenKind expected) {
  const std::optional<TokenKind> kind = token_kind(text);
  if (kind && *kind != expected) return fail(ErrorCode::wrong_token_type);
  std::optional<ParsedToken> token = parse_token(text);
  if (!token) return fail(kRefusals[static_cast<std::size_t>(expected)], {}, "the token is malformed");
  return std::move(*token);
}

std::optional<ParsedToken> parse_token(std::string_view text) {
  const std::optional<TokenKind> kind = token_kind(text);
  if (!kind || text.size() != kTokenLength) return std::nullopt;
  if (text.substr(kCheckedLength) != checksum(text.substr(0, kCheckedLength))) return std::nullopt;
  std::optional<std::string> id = uuid_from_short(text.substr(kPrefixLength, kIdLength));
  if (!id || !base64url_decode(text.substr(kPrefixLength + kIdLength, kRandomLength))) return std::nullopt;
  return ParsedToken{*kind, std::move(*id), token_hash(text)};
}

std::string token_hash(std::string_view text) { return sha256(text); }

}  // namespace gatehouse::auth
