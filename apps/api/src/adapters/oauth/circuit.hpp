#pragma once
// A circuit breaker, so that a provider that hangs costs a time-out to a few callers and nothing to the rest: after
// some time-outs in a row calls fail at once, and now and then one is let through to see. Thread-safe; time is an
// argument, on the monotonic clock.
#include <chrono>
#include <mutex>

namespace gatehouse::adapters::oauth {

class Circuit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Rules {
    int failures = 5;                               ///< in a row
    std::chrono::milliseconds pause{5'000};         ///< between two tries
    std::chrono::milliseconds longest_try{30'000};  ///< a try that never reports is given up after this
  };

  Circuit() = default;
  explicit Circuit(Rules rules) : rules_(rules) {}

  /// Whether to call. While the circuit is open only one caller a pause may; it must report.
  bool admit(Time now);
  /// What became of an admitted call: whether it was answered at all.
  void report(bool answered, Time now);
  /// Whether it is open: for the health page.
  bool is_open() const;

 private:
  const Rules rules_{};
  mutable std::mutex mutex_;
  int failures_ = 0;
  Time next_try_{};
};

}  // namespace gatehouse::adapters::oauth
