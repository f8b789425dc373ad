#pragma once
// The bus of `[events] bus = "none"`: nothing is published, and it says so. Rows stay in the outbox for GET /v1/events.
// Composition starts no relay with it; whoever publishes all the same is told that nothing left. Thread-safe.
#include <vector>

#include "modules/identity/ports/event_bus.hpp"

namespace gatehouse::adapters::bus {

class NoBus : public ports::EventBus {
 public:
  /// Every message fails with `dependency_unavailable`: none may be marked as published.
  std::vector<Result<>> publish(const std::vector<ports::BusMessage>& messages) override {
    return std::vector<Result<>>(messages.size(), Result<>(unavailable("no event bus is configured")));
  }
  /// Nothing is away where nothing is wanted.
  Result<> check() override { return {}; }
};

}  // namespace gatehouse::adapters::bus
