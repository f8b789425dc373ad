#pragma once
// Opaque tokens: session tokens, service keys, mailed tokens, challenge ids and device tokens. 76 characters: a prefix
// that tells the kind, 22 for the row's id, 43 for 256 random bits, 6 for a checksum. Shape and checksum are looked at
// before the store is asked; the row is found by id, and its hash compared in constant time, so that any altered
// character fails. Only the hash is stored. Pure, but for the variant that draws its own random bytes.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"

namespace gatehouse::auth {

enum class TokenKind : std::uint8_t { session, service, mailed, challenge, device };

inline constexpr std::size_t kTokenLength = 5 + 22 + 43 + 6;

/// "gths_", "gthk_", "gthv_", "gthc_", "gthd_".
std::string_view token_prefix(TokenKind kind);
/// The kind that the prefix tells, whatever follows; nullopt for what is no token of ours (a JWT, say).
std::optional<TokenKind> token_kind(std::string_view text);

struct NewToken {
  Secret<std::string> text;  ///< shown once
  std::string hash;          ///< stored: token_hash(text)
};
/// A token for the row `id`, a canonical UUID, out of 32 random bytes; another id or size is a bug and throws
/// std::invalid_argument.
NewToken new_token(TokenKind kind, std::string_view id, std::string_view random);
/// The same with random bytes of the system's generator.
NewToken new_token(TokenKind kind, std::string_view id);

struct ParsedToken {
  TokenKind kind = TokenKind::session;
  std::string id;    ///< the row's id as canonical UUID
  std::string hash;  ///< to be compared with the stored one by equal_in_constant_time
};
/// Reads a token where a certain kind is expected. Returns `wrong_token_type` when the prefix is another kind's, and
/// the kind's own refusal when the text is malformed: session `no_session`, service `invalid_service_key`, mailed and
/// device `invalid_token`, challenge `challenge_expired`.
Result<ParsedToken> parse_token(std::string_view text, TokenKind expected);
/// Reads a token of any kind; nullopt when the text is malformed.
std::optional<ParsedToken> parse_token(std::string_view text);

/// SHA-256 of the whole text, 32 raw bytes.
std::string token_hash(std::string_view text);

}  // namespace gatehouse::auth
