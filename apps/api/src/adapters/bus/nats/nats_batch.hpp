#pragma once
// One batch of messages on its way to the broker: which may be sent now, and what became of each. Used by NatsBus: its
// publisher's thread takes and sends, libnats' thread settles. Outlives its batches: an acknowledgement may come late,
// from an earlier one, and then either finds nothing or settles the same event, which is stored after all.
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "foundation/result.hpp"
#include "modules/identity/ports/event_bus.hpp"

namespace gatehouse::adapters::bus {

class NatsBatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void begin(const std::vector<ports::BusMessage>& messages);
  /// The messages that may be sent now; waits for the first of them. Empty once all are settled, or at `until`.
  std::vector<std::size_t> take(Time until);
  /// Whether all are settled; waits for that no longer than `until`.
  bool finish(Time until);
  /// What became of a message; an unknown id is ignored. `no_stream`: nothing listens to its subject.
  void settle(const std::string& event_id, Result<> fate, bool no_stream = false);
  /// Ends the batch: what is not settled has failed.
  std::vector<Result<>> end();
  bool missing_stream() const;

 private:
  void release_after(std::size_t index);
  void hold_back_after(std::size_t index);
  void forget(std::size_t index);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_multimap<std::string, std::size_t> waiting_;
  std::vector<std::string> ids_;
  std::vector<std::optional<Result<>>> fates_;
  std::vector<bool> sent_;
  std::vector<std::size_t> next_of_key_;
  std::vector<std::size_t> ready_;
  bool missing_stream_ = false;
};

}  // namespace gatehouse::adapters::bus
