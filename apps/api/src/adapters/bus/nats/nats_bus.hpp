#pragma once
// Publishes to NATS JetStream: a whole batch on its way at once, each message with its Nats-Msg-Id, and the
// acknowledgements awaited together; those of one order key one after another. Used by the outbox relay, one caller at
// a time.
#include <cstdint>
#include <memory>
#include <vector>

#include "adapters/bus/nats/nats_link.hpp"
#include "modules/identity/ports/event_bus.hpp"

namespace gatehouse::adapters::bus {

class NatsBus : public ports::EventBus {
 public:
  explicit NatsBus(std::shared_ptr<NatsLink> link);
  ~NatsBus() override;

  /// `dependency_unavailable` for a message that was not acknowledged: broker away, stream full, credentials refused.
  std::vector<Result<>> publish(const std::vector<ports::BusMessage>& messages) override;
  Result<> check() override;

 private:
  void send(const ports::BusMessage& message);

  struct Impl;
  std::shared_ptr<NatsLink> link_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gatehouse::adapters::bus
