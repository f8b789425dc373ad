#include "modules/identity/workers/event_consumer.hpp"

#include <algorithm>

#include "failpoint/failpoint.hpp"
#include "modules/identity/application/require_role.hpp"
#include "observability/log.hpp"

namespace gatehouse::workers {
namespace {

constexpr int kConsumedAtOnce = 50;
constexpr std::chrono::milliseconds kWait{1'000};
constexpr int kMostDeliveries = 20;  ///< with the delays below: about two hours

}  // namespace

std::chrono::milliseconds redelivery_delay(int deliveries) {
  const auto doubled = std::chrono::seconds(1) * (1LL << std::clamp(deliveries - 1, 0, 20));
  return std::min<std::chrono::milliseconds>(doubled, std::chrono::minutes(10));
}

Result<More> EventConsumer::step() {
  GH_TRY(const auto events, source_.fetch(kConsumedAtOnce, kWait));
  // One that can't even be answered comes again by itself; the others don't wait for it.
  Result<> first_failure;
  for (const auto& event : events)
    if (auto done = handle(event); !done && first_failure) first_failure = std::move(done);
  GH_CHECK(first_failure);
  return events.empty() ? More::no : More::yes;
}

Result<> EventConsumer::handle(const ports::IncomingEvent& event) {
  const auto outcome = application::require_role(deps_, event.body);
  if (!outcome) {
    if (event.deliveries >= kMostDeliveries) return bury(event, "failed");
    observability::log(
        observability::Level::warning, "event_postponed",
        {{"subject", event.subject}, {"deliveries", event.deliveries}, {"cause", outcome.error().cause}});
    metrics_.postponed.add();
    return source_.try_later(event, redelivery_delay(event.deliveries));
  }
  if (*outcome) return bury(event, domain::to_text(**outcome));
  GH_FAILPOINT(after_effect);
  metrics_.consumed.add();
  return source_.accept(event);
}

/// The letter is acknowledged by the stream before the original is: in between it may come twice, never not at all.
Result<> EventConsumer::bury(const ports::IncomingEvent& event, std::string_view reason) {
  const auto letter = application::make_dead_event(deps_, event.subject, event.body, reason);
  for (const auto& published : dead_letters_.publish({{letter.id, letter.topic, letter.json}})) GH_CHECK(published);
  metrics_.dead.add();
  observability::log(observability::Level::warning, "event_undeliverable",
                     {{"subject", event.subject}, {"reason", reason}});
  GH_FAILPOINT(after_dead_letter);
  return source_.accept(event);
}

}  // namespace gatehouse::workers
