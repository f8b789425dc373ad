#pragma once
// Passwords at rest: Argon2id in PHC's notation, `$argon2id$v=19$m=19456,t=2,p=1$salt$digest`. The password is its NFC
// form (password_strength.hpp). Only the hash lane calls these; each takes the whole work memory for tens of
// milliseconds. Where one hash has to answer for two rows (decision 5 of the design), compute() it with one row's salt
// and compare with both.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/crypto/argon2id.hpp"
#include "foundation/result.hpp"
#include "foundation/secret.hpp"

namespace gatehouse::auth {

/// The parsed form of a PHC string.
struct PasswordHash {
  Argon2Params params{};
  std::uint32_t lanes = 1;  ///< ours have one; imported ones may have more
  std::string salt;         ///< raw
  std::string digest;       ///< raw
};

/// Reads a PHC string strictly. nullopt unless it is argon2id version 19 with costs of at most 256 MiB, 16 iterations
/// and 16 lanes, a salt of 8 to 64 bytes and a digest of 16 to 64: a hostile import can't exhaust the machine.
std::optional<PasswordHash> parse_password_hash(std::string_view phc);
/// The PHC string.
std::string to_phc(const PasswordHash& hash);

/// Hashes with given salt (16 bytes) and costs. Returns `overloaded` when the work memory can't be had.
Result<PasswordHash> compute_password_hash(const Secret<std::string>& password, std::string_view salt,
                                           Argon2Params params);
/// Hashes with a new salt, for storing. Returns `overloaded` as above.
Result<std::string> hash_password(const Secret<std::string>& password, Argon2Params params);

/// Whether two hashes were made with the same salt and costs, and are equal; constant time in the digests.
bool same_password_hash(const PasswordHash& a, const PasswordHash& b);
/// Whether the password is the one behind the PHC string: exactly one Argon2id with the string's costs. Returns
/// `internal_error` when the string is not one that parse_password_hash reads.
Result<bool> verify_password(const std::string& phc, const Secret<std::string>& password);

/// Whether a stored hash should be made anew at the next sign-in, its costs being other than the configured.
bool needs_rehash(std::string_view phc, Argon2Params params);

}  // namespace gatehouse::auth
