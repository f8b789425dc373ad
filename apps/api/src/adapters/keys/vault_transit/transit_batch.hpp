#pragma once
// Signing by Transit, many at a time: signatures asked for within a moment of each other travel as one batch_input call
// (Vault docs, secrets/transit, "Sign data"). A few calls are on their way at once, and what arrives meanwhile makes
// the next batch, so throughput grows with the callers while one alone waits next to nothing. Thread-safe.
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/keys/vault_transit/vault_client.hpp"
#include "domain/identity/signing_key.hpp"

namespace gatehouse::adapters::keys {

struct BatchSettings {
  int calls_at_once = 4;
  std::size_t max_batch = 128;
  std::size_t max_waiting = 4096;             ///< the next is refused as unavailable
  std::chrono::microseconds max_linger{500};  ///< how long a small batch waits for company
  std::chrono::milliseconds max_wait{4'000};  ///< how long a signature is waited for, whatever Vault does
};

class TransitBatch {
 public:
  explicit TransitBatch(VaultClient& vault, BatchSettings settings = {});
  /// Calls under way finish; what still waits is refused.
  ~TransitBatch();
  TransitBatch(const TransitBatch&) = delete;
  TransitBatch& operator=(const TransitBatch&) = delete;

  /// The raw signature over `input` with exactly that version of the Transit key, within `max_wait`. Returns
  /// `dependency_unavailable` for everything that goes wrong, another version's signature included.
  Result<std::string> sign(domain::SigningAlgorithm algorithm, std::int64_t version, std::string input);

  /// Batches sent and signatures in them; for metrics and tests.
  std::pair<std::uint64_t, std::uint64_t> counts() const;

 private:
  struct Waiting {
    domain::SigningAlgorithm algorithm;
    std::int64_t version;
    std::string input;
    std::chrono::steady_clock::time_point given_up_at;
    std::promise<Result<std::string>> done;
  };
  using Batch = std::vector<Waiting>;

  void work();
  Batch next_batch();
  void send(Batch& batch);

  VaultClient& vault_;
  const BatchSettings settings_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Waiting> waiting_;
  bool stopping_ = false;
  std::uint64_t batches_ = 0, signatures_ = 0;
  std::vector<std::thread> workers_;
};

/// The signature of one batch item: "vault:vN:" and base64url. The prefix is the authority on the version. Pure.
Result<std::string> read_transit_signature(std::string_view text, std::int64_t version);

/// What became of each of `asked` items, in order: each has a signature or an error of its own, and an answer of
/// another size has none. Pure.
std::vector<Result<std::string>> read_batch_reply(const boost::json::object& data, std::size_t asked,
                                                  std::int64_t version);

}  // namespace gatehouse::adapters::keys
