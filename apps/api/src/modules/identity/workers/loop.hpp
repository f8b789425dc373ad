#pragma once
// Loop: a worker's thread. It runs one step again and again: at once while a step says there is more, else when it is
// woken or after its interval; after a failure it waits longer, up to 5 s. The first wake is served at once; those that
// follow closely share one step, so that under load a step finds the work of many, and where steps are slow there are
// fewer of them. Several processes may run the same
// worker: each step is safe by its lease or its guarded statements.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "foundation/result.hpp"

namespace gatehouse::workers {

enum class More { no, yes };

struct Pace {
  std::chrono::milliseconds interval;    ///< between steps while nobody wakes it
  std::chrono::milliseconds spacing{0};  ///< two steps that were woken begin at least this far apart
  int rest = 0;                          ///< so many times as long as a step took, at most 100 ms, nothing follows it
};

class Loop {
 public:
  using Step = std::function<Result<More>()>;

  /// Begins at once. `name` is for logs; a failing step is logged once an outage, and its end too.
  Loop(std::string name, Pace pace, Step step);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// There is work now: a step begins after this, within the spacing. From any thread, cheap, and harmless once
  /// stopped.
  void wake();
  /// Lets the step under way finish, and runs no other.
  void stop();
  /// Why the last step failed; nothing while steps succeed. From any thread.
  std::optional<std::string> trouble() const;

 private:
  void run();
  bool rest(std::chrono::milliseconds time);
  std::chrono::milliseconds after_failure(const Error& error);
  std::chrono::milliseconds after_success(More more, std::chrono::steady_clock::duration took);

  const std::string name_;
  const Pace pace_;
  const Step step_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  std::chrono::steady_clock::time_point next_woken_step_{};  ///< of the loop's thread alone
  bool stopping_ = false;
  int failures_ = 0;
  std::optional<std::string> trouble_;
  std::thread thread_;
};

}  // namespace gatehouse::workers
