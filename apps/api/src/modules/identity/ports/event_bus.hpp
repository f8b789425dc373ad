#pragma once
// Where the outbox relay publishes. Blocking, one caller at a time.
#include <string>
#include <vector>

#include "foundation/result.hpp"

namespace gatehouse::ports {

/// A CloudEvents 1.0 event in structured JSON, ready to be published.
struct BusMessage {
  std::string event_id;  ///< also the Nats-Msg-Id
  std::string subject;   ///< the topic
  std::string json;
  bool replay = false;  ///< carries the header Gatehouse-Replay: true
};

class EventBus {
 public:
  virtual ~EventBus() = default;
  /// Publishes in order and waits for the acknowledgements; element i tells how message i fared.
  virtual std::vector<Result<>> publish(const std::vector<BusMessage>& messages) = 0;
  /// Whether the broker answers now; the error's cause says why not.
  virtual Result<> check() = 0;
};

}  // namespace gatehouse::ports
