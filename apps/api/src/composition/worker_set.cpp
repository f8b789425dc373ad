#include "composition/worker_set.hpp"

#include "adapters/bus/nats/nats_source.hpp"
#include "composition/event_bus.hpp"
#include "composition/mail_service.hpp"
#include "observability/log.hpp"

namespace gatehouse::composition {
namespace {

using std::chrono::milliseconds;
using workers::Loop;
using workers::More;

// Intervals are for what other processes commit; a commit here wakes those whom it concerns.
constexpr workers::Pace kMailPace{.interval = milliseconds(1'000), .spacing = milliseconds(100)};
constexpr workers::Pace kRelayPace{.interval = milliseconds(50)};
constexpr workers::Pace kConsumerPace{.interval = milliseconds(10)};  ///< it waits at the broker
/// Decision 12: at most 250 ms behind. A transaction for each commit would cost the database more than the commits, and
/// where no relay waits for it, what is only read now and then is sealed ten times a second.
constexpr workers::Pace kSealPace{.interval = milliseconds(25), .spacing = milliseconds(20), .rest = 2};
constexpr workers::Pace kUnhurriedSealPace{.interval = milliseconds(100), .spacing = milliseconds(100), .rest = 2};
constexpr workers::Pace kUpkeepPace{.interval = milliseconds(60'000)};

workers::MailDelivery::Bodies bodies_of(const config::Config& config) {
  // The mailbox shows the rows themselves, so their bodies stay.
  return config.mail.provider.value_or(config::MailProvider::mailbox) == config::MailProvider::mailbox
             ? workers::MailDelivery::Bodies::keep
             : workers::MailDelivery::Bodies::wipe;
}

}  // namespace

Result<std::unique_ptr<WorkerSet>> WorkerSet::start(const config::Config& config, Core& core,
                                                    observability::Metrics& metrics) {
  GH_TRY(auto mail_provider, make_mail_provider(config));
  return std::unique_ptr<WorkerSet>(new WorkerSet(config, core, std::move(mail_provider), metrics));
}

Loop* WorkerSet::add(std::string name, workers::Pace pace, Loop::Step step) {
  loops_.push_back(std::make_unique<Loop>(std::move(name), pace, std::move(step)));
  return loops_.back().get();
}

WorkerSet::WorkerSet(const config::Config& config, Core& core, std::unique_ptr<ports::MailProvider> mail_provider,
                     observability::Metrics& metrics)
    : metrics_(metrics),
      mail_provider_(std::move(mail_provider)),
      mail_(core.deps(), *mail_provider_, bodies_of(config), metrics_),
      janitor_(core.deps(), metrics_),
      checkpointer_(core.deps(), config.audit.anchor_file) {
  mail_loop_ = add("mail", kMailPace, [this] { return mail_.step(); });
  add("janitor", kUpkeepPace, [this] { return janitor_.step(); });
  add("checkpointer", kUpkeepPace, [this] { return checkpointer_.step(); });
  add("keys", kUpkeepPace, [&core]() -> Result<More> {
    if (!core.keyring().unlocked()) return More::no;  // the refresher finishes the start, and ticks
    GH_TRY([[maybe_unused]] const int steps, core.key_manager().tick(core.deps().clock.now()));
    return More::no;
  });
  if (config.events.bus == config::EventBus::nats)
    add_event_workers(config, core);
  else
    observability::log(observability::Level::info, "events_kept",
                       {{"why", "events.bus is none: events wait in the outbox for GET /v1/events"}});
  // Last, since it wakes the relay.
  if (core.store().driver().dialect().is_postgres)
    sealer_loop_ =
        add("sealer", relay_loop_ != nullptr ? kSealPace : kUnhurriedSealPace, [this, &core]() -> Result<More> {
          GH_TRY(const int sealed, core.store().seal());
          if (sealed > 0 && relay_loop_ != nullptr) relay_loop_->wake();
          // What was committed meanwhile has woken it, and waits with the next ones.
          return More::no;
        });
}

void WorkerSet::add_event_workers(const config::Config& config, Core& core) {
  const auto link = make_nats_link(config);
  bus_ = std::make_unique<adapters::bus::NatsBus>(link);
  relay_ = std::make_unique<workers::OutboxRelay>(core.deps(), *bus_, metrics_);
  relay_loop_ = add("relay", kRelayPace, [this] { return relay_->step(); });
  if (!config.events.consume) return;
  adapters::bus::ConsumerSettings wanted;
  wanted.stream = config.events.accounts_stream;
  source_ = std::make_unique<adapters::bus::NatsSource>(make_accounts_link(config), wanted);
  dead_letters_ = std::make_unique<adapters::bus::NatsBus>(link);
  consumer_ = std::make_unique<workers::EventConsumer>(core.deps(), *source_, *dead_letters_, metrics_);
  consumer_loop_ = add("consumer", kConsumerPace, [this] { return consumer_->step(); });
}

WorkerSet::~WorkerSet() {
  // All stop before any goes: one may wake another.
  for (const auto& loop : loops_) loop->stop();
  if (relay_) relay_->give_back_lease();
  if (const auto last = checkpointer_.step(); !last)
    observability::log(observability::Level::warning, "last_checkpoint_failed", {{"cause", last.error().cause}});
}

void WorkerSet::wake() {
  mail_loop_->wake();
  // On PostgreSQL there is nothing to publish before it is sealed, and the sealer wakes the relay.
  if (sealer_loop_ != nullptr)
    sealer_loop_->wake();
  else if (relay_loop_ != nullptr)
    relay_loop_->wake();
}

std::optional<std::string> WorkerSet::broker_trouble() const {
  for (const auto* loop : {relay_loop_, consumer_loop_})
    if (loop != nullptr)
      if (auto trouble = loop->trouble()) return trouble;
  return std::nullopt;
}

std::optional<std::string> WorkerSet::mail_trouble() const { return mail_.trouble(); }

}  // namespace gatehouse::composition
