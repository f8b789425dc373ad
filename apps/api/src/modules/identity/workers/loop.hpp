#pragma once
// Loop: a worker's thread. It runs one step again and again: at once while a step says there is more, else when it is
// woken or after its interval; after a failure it waits longer, up to 5 s. Several processes may run the same
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

class Loop {
 public:
  using Step = std::function<Result<More>()>;

  /// Begins at once. `name` is for logs; a failing step is logged once an outage, and its end too.
  Loop(std::string name, std::chrono::milliseconds interval, Step step);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// There is work now: from any thread, cheap, and harmless once stopped.
  void wake();
  /// Lets the step under way finish, and runs no other.
  void stop();
  /// Why the last step failed; nothing while steps succeed. From any thread.
  std::optional<std::string> trouble() const;

 private:
  void run();
  bool rest(std::chrono::milliseconds time);
  std::chrono::milliseconds after_failure(const Error& error);
  void after_success();

  const std::string name_;
  const std::chrono::milliseconds interval_;
  const Step step_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
  bool stopping_ = false;
  int failures_ = 0;
  std::optional<std::string> trouble_;
  std::thread thread_;
};

}  // namespace gatehouse::workers
