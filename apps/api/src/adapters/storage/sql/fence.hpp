#pragma once
// The fence of decision 1: a thread that listens for what other processes ended, drops it from the session map, and
// lets the map answer for one second from the moment a proof was *asked for* that everything earlier was heard. When
// the feed breaks the map is bypassed within that second; when it is back the map is emptied before it answers again.
// Started by composition after the migrations, one a process. All times are of the monotonic clock.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "adapters/storage/session_map.hpp"
#include "adapters/storage/sql/driver.hpp"

namespace gatehouse::adapters::sql {

/// Where a process hears of invalidations; used by the fence's thread alone. SQLite's polls, PostgreSQL's is notified.
/// Hears everything that is committed after its constructor returned. Every failure throws DatabaseError.
class InvalidationFeed {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  virtual ~InvalidationFeed() = default;

  /// Listens for a while (at most a tenth of a second), drops from the map what it hears, and returns the newest moment
  /// before which everything committed was heard, if there is a new one.
  virtual std::optional<Moment> listen(ports::SessionMap& map) = 0;

  /// How long to rest between two calls of listen().
  virtual std::chrono::milliseconds rest() const = 0;
};

/// For `gatehouse doctor`: whether the feed hears itself within the patience. Returns `dependency_unavailable`, the
/// cause in its detail.
Result<> prove_feed(Driver& driver, std::chrono::milliseconds patience);

class Fence {
 public:
  /// Begins at once. Both must outlive the fence.
  Fence(Driver& driver, storage::FencedSessionMap& map);
  ~Fence();
  Fence(const Fence&) = delete;
  Fence& operator=(const Fence&) = delete;

  /// Whether the feed is connected, for readiness and the doctor; `held()` of the map says whether it answers.
  bool connected() const { return connected_; }
  /// How often the feed was lost since the start: a metric.
  std::uint64_t losses() const { return losses_; }

 private:
  void serve();
  void follow(InvalidationFeed& feed);
  /// Rests; false once the fence is to stop.
  bool rest(std::chrono::milliseconds time);

  Driver& driver_;
  storage::FencedSessionMap& map_;
  std::atomic<bool> connected_ = false;
  std::atomic<std::uint64_t> losses_ = 0;
  std::mutex mutex_;
  std::condition_variable stop_asked_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace gatehouse::adapters::sql
