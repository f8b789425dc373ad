#pragma once
// WorkerSet: the long-runners of one process (ADR-0001), in `serve` or apart in `worker`: mail, the outbox relay, the
// event consumer, the janitor, the checkpointer, key rotation, and on PostgreSQL the sealer. Several processes may run
// one each.
#include <memory>
#include <vector>

#include "adapters/bus/nats/nats_bus.hpp"
#include "composition/core.hpp"
#include "modules/identity/ports/mail_provider.hpp"
#include "modules/identity/workers/checkpointer.hpp"
#include "modules/identity/workers/event_consumer.hpp"
#include "modules/identity/workers/janitor.hpp"
#include "modules/identity/workers/loop.hpp"
#include "modules/identity/workers/mail_delivery.hpp"
#include "modules/identity/workers/outbox_relay.hpp"

namespace gatehouse::composition {

class WorkerSet {
 public:
  /// Starts them. Returns `invalid_request` where the mail configuration is wrong.
  static Result<std::unique_ptr<WorkerSet>> start(const config::Config& config, Core& core,
                                                  observability::Metrics& metrics);
  /// Lets each finish its step, signs a last checkpoint, and gives leases back.
  ~WorkerSet();
  WorkerSet(const WorkerSet&) = delete;
  WorkerSet& operator=(const WorkerSet&) = delete;

  /// A commit left work.
  void wake();
  /// Why the broker or the mail provider is of no use now, as the workers here have met it.
  std::optional<std::string> broker_trouble() const;
  std::optional<std::string> mail_trouble() const;

 private:
  WorkerSet(const config::Config& config, Core& core, std::unique_ptr<ports::MailProvider> mail_provider,
            observability::Metrics& metrics);
  workers::Loop* add(std::string name, workers::Pace pace, workers::Loop::Step step);
  void add_event_workers(const config::Config& config, Core& core);

  workers::WorkerMetrics metrics_;
  std::unique_ptr<ports::MailProvider> mail_provider_;
  std::unique_ptr<ports::EventBus> bus_;
  workers::MailDelivery mail_;
  workers::Janitor janitor_;
  workers::Checkpointer checkpointer_;
  std::unique_ptr<workers::OutboxRelay> relay_;
  std::unique_ptr<ports::EventSource> source_;
  std::unique_ptr<ports::EventBus> dead_letters_;
  std::unique_ptr<workers::EventConsumer> consumer_;
  std::vector<std::unique_ptr<workers::Loop>> loops_;
  workers::Loop* mail_loop_ = nullptr;
  workers::Loop* relay_loop_ = nullptr;
  workers::Loop* consumer_loop_ = nullptr;
  workers::Loop* sealer_loop_ = nullptr;
};

}  // namespace gatehouse::composition
