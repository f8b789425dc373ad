#pragma once
// Reads of session checks that miss the map, joined: those that arrive while one is under way share the next one, so
// that a database across a network is asked once for many. A read begins after each of its callers arrived, so what it
// answers is as fresh as a read of their own. Used by SqlStore on PostgreSQL. Thread-safe.
//
// One read at a time makes the largest batches; only when one hangs do others begin beside it.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "modules/identity/ports/stores/sessions.hpp"

namespace gatehouse::adapters::sql {

class SessionReads {
 public:
  using Found = std::optional<ports::SessionAndUser>;
  using ReadMany = std::function<Result<std::vector<ports::SessionAndUser>>(const std::vector<domain::SessionId>&)>;
  using Answer = std::function<void(Result<Found>)>;

  explicit SessionReads(ReadMany read_many) : read_many_(std::move(read_many)) {}
  ~SessionReads() { stop(); }
  SessionReads(const SessionReads&) = delete;
  SessionReads& operator=(const SessionReads&) = delete;

  /// Nothing when there is no such session. Blocks. Errors: those of the read, and `overloaded` when too many wait.
  Result<Found> find(const domain::SessionId& id);
  /// The same without waiting: `answer`, which must not throw or block, is called once on a reading thread. False, and
  /// never called, when too many wait already or stop() was called.
  bool find_later(const domain::SessionId& id, Answer answer);
  /// Answers those that wait with `dependency_unavailable`, after the reads under way.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Wanted {
    domain::SessionId id;
    Answer answer;
  };

  void start_threads();
  void serve();
  std::vector<Wanted> take();
  void read(const std::vector<Wanted>& wanted) const;

  ReadMany read_many_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Wanted> waiting_;
  int under_way_ = 0;
  Clock::time_point begun_at_{};  ///< of the latest read
  bool called_ = false;           ///< a thread was called, and none has looked since
  bool watched_ = false;          ///< a thread watches whether the latest read hangs
  bool stopping_ = false;
  std::vector<std::thread> threads_;  ///< from the first call on
};

}  // namespace gatehouse::adapters::sql
