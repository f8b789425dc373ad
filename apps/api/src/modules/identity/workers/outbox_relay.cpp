#include "modules/identity/workers/outbox_relay.hpp"

#include <set>

#include <boost/json/serialize.hpp>

#include "auth/crypto/random.hpp"
#include "failpoint/failpoint.hpp"
#include "modules/identity/application/cloud_event.hpp"

namespace gatehouse::workers {
namespace {

constexpr const char* kLeaseName = "outbox-relay";
constexpr Duration kLeaseLasts = std::chrono::seconds(10);
constexpr int kPublishedAtOnce = 500;

std::vector<ports::BusMessage> messages_of(const std::vector<domain::OutboxEvent>& events, const std::string& source) {
  std::vector<ports::BusMessage> messages;
  messages.reserve(events.size());
  for (const auto& event : events)
    messages.push_back(
        {event.event_id.str(), event.topic, boost::json::serialize(application::cloud_event(source, event))});
  return messages;
}

}  // namespace

OutboxRelay::OutboxRelay(const application::Dependencies& deps, ports::EventBus& bus)
    : deps_(deps), bus_(bus), holder_(auth::random_token(16)) {}

Result<bool> OutboxRelay::is_leader() {
  const Timestamp now = deps_.clock.now();
  GH_TRY(leads_, deps_.store.write(
                     [&](ports::Tx& tx) { return tx.machinery().take_lease(kLeaseName, holder_, now, kLeaseLasts); }));
  return leads_;
}

void OutboxRelay::give_back_lease() {
  if (!leads_) return;
  // Best effort: where it fails, the lease runs out by itself.
  static_cast<void>(
      deps_.store.write([&](ports::Tx& tx) { return tx.machinery().give_back_lease(kLeaseName, holder_); }));
  leads_ = false;
}

Result<More> OutboxRelay::step() {
  GH_TRY(const bool leader, is_leader());
  if (!leader) return More::no;
  GH_TRY(const auto events,
         deps_.store.read([&](ports::Tx& tx) { return tx.outbox().list_unpublished(0, kPublishedAtOnce); }));
  if (events.empty()) return More::no;

  // At most one unacknowledged event a user: a batch takes each user's first, and the others wait for the next.
  std::vector<domain::OutboxEvent> batch;
  std::set<std::string> users;
  for (const auto& event : events)
    if (!event.subject || users.insert(event.subject->str()).second) batch.push_back(event);

  const auto outcomes = bus_.publish(messages_of(batch, deps_.settings.issuer));
  std::vector<domain::EventId> published;
  std::optional<Error> failure;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (outcomes[i])
      published.push_back(batch[i].event_id);
    else if (!failure)
      failure = outcomes[i].error();
  }
  const Timestamp now = deps_.clock.now();
  GH_FAILPOINT(after_acknowledgement);
  if (!published.empty())
    GH_CHECK(deps_.store.write([&](ports::Tx& tx) { return tx.outbox().mark_published(published, now); }));
  if (failure) return fail(*failure);
  return More::yes;
}

}  // namespace gatehouse::workers
