#pragma once
// Argon2id behind the gate of ports/password_hasher.hpp. At most `threads` callers hash at once, at most `queue` more
// wait, and the next is refused at once. Calling threads keep their work memory between hashes (auth/crypto/
// work_memory.hpp); a timer gives it back when they have been idle for two to four seconds. Thread-safe.
#include <condition_variable>
#include <mutex>
#include <string>

#include "adapters/clock/ticker.hpp"
#include "auth/crypto/argon2id.hpp"
#include "modules/identity/ports/password_hasher.hpp"

namespace gatehouse::adapters::hashing {

struct HasherSettings {
  auth::Argon2Params params{};
  int threads = 0;  ///< 0: as many as the machine has cores
  int queue = 128;
};

class Argon2Hasher : public ports::PasswordHasher {
 public:
  explicit Argon2Hasher(HasherSettings settings);

  Result<std::string> hash(const Secret<std::string>& password) override;
  Result<std::string> hash_like(const Secret<std::string>& password, const std::string& phc) override;
  const std::string& decoy() const override { return decoy_; }
  bool needs_rehash(const std::string& phc) const override;

  /// Callers that wait for the gate now; for metrics.
  int waiting() const;

 private:
  class Pass;

  const HasherSettings settings_;
  const std::string decoy_;
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  int inside_ = 0;
  int waiting_ = 0;
  Ticker idle_release_;
};

}  // namespace gatehouse::adapters::hashing
