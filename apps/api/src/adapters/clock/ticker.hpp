#pragma once
// Does one small thing again and again on a thread of its own, until it is destroyed. For upkeep that costs next to
// nothing: giving back idle memory, looking whether keys changed. What must not be lost belongs to a worker instead.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace gatehouse::adapters {

class Ticker {
 public:
  /// Calls `work` after each `interval`; `work` must not throw.
  Ticker(std::chrono::milliseconds interval, std::function<void()> work);
  /// Waits for a call under way.
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void run();

  const std::chrono::milliseconds interval_;
  const std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace gatehouse::adapters
