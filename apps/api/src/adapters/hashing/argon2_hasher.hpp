#pragma once
// Argon2id behind the gate of ports/password_hasher.hpp: `threads` threads hash and do nothing else (docs/adr/0010), at
// most `queue` more callers wait, first come, first served, and the next is refused at once. All other threads go
// before them on a busy machine, so that no session check waits for a hash. They keep their work memory between hashes
// (auth/crypto/work_memory.hpp); a timer gives it back when they have been idle for two to four seconds. Thread-safe.
#include <atomic>
#include <string>

#include <boost/asio/thread_pool.hpp>

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
  template <typename Job>
  Result<std::string> on_hash_thread(const Job& job);

  const HasherSettings settings_;
  const std::string decoy_;
  std::atomic<int> under_way_{0};  ///< hashes that run or wait
  boost::asio::thread_pool threads_;
  Ticker idle_release_;
};

}  // namespace gatehouse::adapters::hashing
