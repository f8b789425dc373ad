#pragma once
// OutboxEvent: a fact for other domains, written in the transaction of its cause (table `outbox_events`). The sealer
// gives it its place, the relay publishes it as a CloudEvent. Names: topics.hpp; shapes: packages/contracts/events.
#include <cstdint>
#include <optional>
#include <string>

#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

struct OutboxEvent {
  EventId event_id;  ///< CloudEvents `id` and `Nats-Msg-Id`
  std::string topic;
  std::optional<UserId> subject;  ///< absent where no user is concerned
  std::string data = "{}";        ///< JSON object as the topic's schema says
  Timestamp occurred_at;
  std::string traceparent;                  ///< W3C; empty where nothing was traced
  std::optional<std::int64_t> sequence;     ///< global; set by the sealer
  std::optional<std::int64_t> userversion;  ///< counts up by one per subject; set by the sealer
  std::optional<Timestamp> published_at;    ///< set by the relay once acknowledged
};

}  // namespace gatehouse::domain
