#pragma once
// The outbox relay (decision 33): one leader by lease publishes sealed events in their order. An event that was not
// acknowledged holds back later ones of its user, and no others; what was acknowledged is marked, and stays for the
// replay window. Killed between acknowledgement and mark, it publishes again with the same id, which the stream and
// consumers know.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/ports/event_bus.hpp"
#include "modules/identity/workers/loop.hpp"
#include "modules/identity/workers/worker_metrics.hpp"

namespace gatehouse::workers {

class OutboxRelay {
 public:
  OutboxRelay(const application::Dependencies& deps, ports::EventBus& bus, WorkerMetrics& metrics);

  /// One batch, if this process holds the lease. Leader or not, it fails while the broker can't be used.
  Result<More> step();
  /// At stop: another process need not wait for the lease to run out.
  void give_back_lease();

 private:
  using Instant = std::chrono::steady_clock::time_point;

  Result<> look_after_bus(Instant now);
  Result<bool> is_leader(Instant now);
  Result<std::vector<domain::OutboxEvent>> next_events(Instant now);
  Result<More> publish(const std::vector<domain::OutboxEvent>& batch);
  void note_refused(std::size_t count, const Error& error);

  const application::Dependencies& deps_;
  ports::EventBus& bus_;
  WorkerMetrics& metrics_;
  const std::string holder_;
  bool leads_ = false;
  Instant asked_for_lease_{};
  Instant looked_at_bus_{};
  Instant noted_refusal_{};
  /// No event up to this one waits: the search begins here, not among the many that are published already.
  std::int64_t done_up_to_ = 0;
  Instant searched_all_{};
};

}  // namespace gatehouse::workers
