#pragma once
// How much work waits for the workers, and for how long, in the store that all processes share: looked at no more than
// once a second, whoever asks. For readiness and for metrics, in `serve` and in `worker` alike. Thread-safe.
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "composition/core.hpp"
#include "observability/metrics.hpp"

namespace gatehouse::composition {

class Backlog {
 public:
  struct State {
    std::int64_t events = 0;  ///< none is ever due where there is no bus
    Duration oldest_event{};
    std::int64_t mails = 0;
    Duration mail_overdue{};  ///< of the mail that waits longest for a worker
  };

  explicit Backlog(Core& core) : core_(core) {}
  /// Nothing while the store can't be asked.
  std::optional<State> look();
  /// Offers it as gauges; both live as long as this.
  void expose(observability::Metrics& metrics);

 private:
  Result<State> ask();

  Core& core_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point asked_at_{};
  std::optional<State> state_;
};

}  // namespace gatehouse::composition
