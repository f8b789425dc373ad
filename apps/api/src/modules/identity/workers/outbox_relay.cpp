#include "modules/identity/workers/outbox_relay.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/serialize.hpp>

#include "auth/crypto/random.hpp"
#include "failpoint/failpoint.hpp"
#include "modules/identity/application/cloud_event.hpp"
#include "observability/log.hpp"

namespace gatehouse::workers {
namespace {

constexpr const char* kLeaseName = "outbox-relay";
// A batch takes 7 s at the very most (2 s of sending, 5 s of waiting), so a lease that was renewed 2 s before it began
// still holds when it ends.
constexpr Duration kLeaseLasts = std::chrono::seconds(10);
constexpr auto kRenewAfter = std::chrono::seconds(2);
constexpr auto kAskAgainAfter = std::chrono::seconds(1);
constexpr auto kLookAtBusAfter = std::chrono::seconds(5);
constexpr auto kSearchAllAfter = std::chrono::minutes(1);
constexpr auto kNoteAgainAfter = std::chrono::minutes(1);
constexpr int kPublishedAtOnce = 1'000;

std::vector<ports::BusMessage> messages_of(const std::vector<domain::OutboxEvent>& events, const std::string& source) {
  std::vector<ports::BusMessage> messages;
  messages.reserve(events.size());
  for (const auto& event : events)
    messages.push_back({.event_id = event.event_id.str(),
                        .subject = event.topic,
                        .json = boost::json::serialize(application::cloud_event(source, event)),
                        .order_key = event.subject ? event.subject->str() : std::string()});
  return messages;
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

OutboxRelay::OutboxRelay(const application::Dependencies& deps, ports::EventBus& bus, WorkerMetrics& metrics)
    : deps_(deps), bus_(bus), metrics_(metrics), holder_(auth::random_token(16)) {}

Result<bool> OutboxRelay::is_leader(Instant now) {
  if (now < asked_for_lease_ + (leads_ ? kRenewAfter : kAskAgainAfter)) return leads_;
  const Timestamp wall = deps_.clock.now();
  const bool led = std::exchange(leads_, false);
  GH_TRY(leads_, deps_.store.write(
                     [&](ports::Tx& tx) { return tx.machinery().take_lease(kLeaseName, holder_, wall, kLeaseLasts); }));
  asked_for_lease_ = now;
  if (!led) done_up_to_ = 0;
  return leads_;
}

void OutboxRelay::give_back_lease() {
  if (!leads_) return;
  // Best effort: where it fails, the lease runs out by itself.
  static_cast<void>(
      deps_.store.write([&](ports::Tx& tx) { return tx.machinery().give_back_lease(kLeaseName, holder_); }));
  leads_ = false;
}

/// So that readiness tells of a broker that is away before the first event is late, and the streams are there (or
/// missed) from the start.
Result<> OutboxRelay::look_after_bus(Instant now) {
  if (now < looked_at_bus_ + kLookAtBusAfter) return {};
  GH_CHECK(bus_.check());
  looked_at_bus_ = now;
  return {};
}

Result<More> OutboxRelay::step() {
  const Instant now = std::chrono::steady_clock::now();
  GH_CHECK(look_after_bus(now));
  GH_TRY(const bool leader, is_leader(now));
  if (!leader) return More::no;
  GH_TRY(const auto events, next_events(now));
  if (events.empty()) return More::no;
  return publish(events);
}

Result<std::vector<domain::OutboxEvent>> OutboxRelay::next_events(Instant now) {
  // Sequences only grow, so nothing can appear behind the mark; looking there now and then costs little all the same.
  if (now >= searched_all_ + kSearchAllAfter) {
    searched_all_ = now;
    done_up_to_ = 0;
  }
  return deps_.store.read([&](ports::Tx& tx) { return tx.outbox().list_unpublished(done_up_to_, kPublishedAtOnce); });
}

Result<More> OutboxRelay::publish(const std::vector<domain::OutboxEvent>& batch) {
  const auto outcomes = bus_.publish(messages_of(batch, deps_.settings.issuer));
  const Timestamp now = deps_.clock.now();
  std::vector<domain::EventId> published;
  std::optional<Error> failure;
  std::int64_t first_left = batch.back().sequence.value_or(0) + 1;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (outcomes[i]) {
      published.push_back(batch[i].event_id);
      metrics_.publish_lag.observe(seconds(now - batch[i].occurred_at));
    } else if (!failure) {
      failure = outcomes[i].error();
      first_left = batch[i].sequence.value_or(0);
    }
  }
  GH_FAILPOINT(after_acknowledgement);
  metrics_.published.add(static_cast<double>(published.size()));
  metrics_.publish_failed.add(static_cast<double>(batch.size() - published.size()));
  if (!published.empty())
    GH_CHECK(deps_.store.write([&](ports::Tx& tx) { return tx.outbox().mark_published(published, now); }));
  done_up_to_ = std::max(done_up_to_, first_left - 1);
  if (!failure) return More::yes;
  if (published.empty()) return fail(*failure);
  // The others must not wait for those; how long they wait is told by readiness and metrics.
  note_refused(batch.size() - published.size(), *failure);
  return More::no;
}

void OutboxRelay::note_refused(std::size_t count, const Error& error) {
  const auto now = std::chrono::steady_clock::now();
  if (now < noted_refusal_ + kNoteAgainAfter) return;
  noted_refusal_ = now;
  observability::log(observability::Level::warning, "events_refused", {{"count", count}, {"cause", error.cause}});
}

}  // namespace gatehouse::workers
