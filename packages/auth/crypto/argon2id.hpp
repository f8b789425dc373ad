#pragma once
// Argon2id 1.3 (RFC 9106) with one lane, by libsodium. Everyone but password_hash.hpp should prefer password_hash.hpp.
// Safe on any thread; takes the whole work memory for the time of the call, so let only the hash lane's threads in,
// each with a HashThreadArena (work_memory.hpp).
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::auth {

struct Argon2Params {
  std::uint32_t memory_kib = 19'456;
  std::uint32_t iterations = 2;
  bool operator==(const Argon2Params&) const = default;
};

inline constexpr std::size_t kArgon2SaltBytes = 16;
inline constexpr std::size_t kArgon2DigestBytes = 32;

/// The size of the one block of work memory that a hash with these parameters asks for.
std::size_t argon2id_work_bytes(Argon2Params params);
/// `size` bytes of digest. The salt must have 16 bytes, memory at least 8 KiB, iterations at least 1: anything else is
/// a bug and throws std::invalid_argument. nullopt when the work memory could not be had.
std::optional<std::string> argon2id(std::string_view password, std::string_view salt, Argon2Params params,
                                    std::size_t size = kArgon2DigestBytes);
/// Whether the password fits a PHC string that the caller has already checked for sane costs; constant time.
bool argon2id_phc_matches(const std::string& phc, std::string_view password);

}  // namespace gatehouse::auth
