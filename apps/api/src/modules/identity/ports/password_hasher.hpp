#pragma once
// Argon2id behind a bounded gate: at most `hash_threads` hashes run at once, whoever asks. Blocking; call it on the
// hash lane, and never with a transaction open. RFC 9106; parameters travel in the PHC string.
#include <string>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"

namespace gatehouse::ports {

class PasswordHasher {
 public:
  virtual ~PasswordHasher() = default;

  /// A PHC string under a fresh salt and the configured parameters. Returns `overloaded` when the queue is full.
  virtual Result<std::string> hash(const Secret<std::string>& password) = 0;

  /// The PHC string of `password` under the salt and parameters of `phc`: one Argon2id whose result can be compared
  /// with several stored hashes (decision 5). Returns `overloaded`, or `internal_error` for a malformed `phc`.
  virtual Result<std::string> hash_like(const Secret<std::string>& password, const std::string& phc) = 0;

  /// A well-formed PHC string under the configured parameters that no password matches: what an unknown address is
  /// checked against, so that it costs the same as a known one. Constant for the life of the process.
  virtual const std::string& decoy() const = 0;

  /// Whether `phc` was made with weaker parameters than the configured ones.
  virtual bool needs_rehash(const std::string& phc) const = 0;
};

}  // namespace gatehouse::ports
