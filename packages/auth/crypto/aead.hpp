#pragma once
// AES-256-GCM (NIST SP 800-38D) for what must be readable again: TOTP secrets, mail bodies, personal data of outbox
// rows, wrapped keys. Each sealing draws its own 96-bit nonce; the result is nonce || ciphertext || 16-byte tag. Bind
// the row's place as associated data, so that a sealed value can't be moved to another row. Safe on any thread.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/secret.hpp"

namespace gatehouse::auth {

inline constexpr std::size_t kAeadKeyBytes = 32;
inline constexpr std::size_t kAeadOverheadBytes = 12 + 16;

/// A new random key.
Secret<std::string> new_aead_key();
/// Seals; the key must have 32 bytes (anything else is a bug and throws std::invalid_argument).
std::string aead_seal(const Secret<std::string>& key, std::string_view plaintext, std::string_view associated_data);
/// Opens; nullopt when the key, the text or the associated data is another than at sealing.
std::optional<Secret<std::string>> aead_open(const Secret<std::string>& key, std::string_view sealed,
                                             std::string_view associated_data);

}  // namespace gatehouse::auth
