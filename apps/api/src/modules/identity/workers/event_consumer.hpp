#pragma once
// The event consumer: carries out what other domains ask for. A message is answered only once its effect, or its dead
// letter, is committed; what fails for now comes again with back-off, and never blocks the others.
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/ports/event_bus.hpp"
#include "modules/identity/ports/event_source.hpp"
#include "modules/identity/workers/loop.hpp"
#include "modules/identity/workers/worker_metrics.hpp"

namespace gatehouse::workers {

class EventConsumer {
 public:
  EventConsumer(const application::Dependencies& deps, ports::EventSource& source, ports::EventBus& dead_letters,
                WorkerMetrics& metrics)
      : deps_(deps), source_(source), dead_letters_(dead_letters), metrics_(metrics) {}

  Result<More> step();

 private:
  Result<> handle(const ports::IncomingEvent& event);
  Result<> bury(const ports::IncomingEvent& event, std::string_view reason);

  const application::Dependencies& deps_;
  ports::EventSource& source_;
  ports::EventBus& dead_letters_;
  WorkerMetrics& metrics_;
};

/// How long until the n-th delivery of a message that failed: a second, doubling to ten minutes.
std::chrono::milliseconds redelivery_delay(int deliveries);

}  // namespace gatehouse::workers
