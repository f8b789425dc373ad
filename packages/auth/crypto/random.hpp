#pragma once
// Random bytes from the operating system's generator, by libsodium. Every token, salt, nonce and key begins here.
// Bytes are std::string throughout the room; these functions are safe on any thread and never fail (a system without a
// generator ends the program).
#include <cstddef>
#include <span>
#include <string>

namespace gatehouse::auth {

/// Fills the span.
void random_bytes(std::span<unsigned char> out);
/// `count` random bytes.
std::string random_bytes(std::size_t count);
/// `bytes` random bytes as base64url text without padding; 32 for what must not be guessed.
std::string random_token(std::size_t bytes = 32);

}  // namespace gatehouse::auth
