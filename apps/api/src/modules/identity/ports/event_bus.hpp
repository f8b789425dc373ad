#pragma once
// Where the outbox relay publishes. Blocking, one caller at a time.
//
// Messages with the same order key (a user's events) are sent one after another: each only once the one before it is
// acknowledged (decision 33). After one that fails, the rest of its key is not sent; other keys go on.
#include <string>
#include <vector>

#include "foundation/result.hpp"

namespace gatehouse::ports {

/// A CloudEvents 1.0 event in structured JSON, ready to be published.
struct BusMessage {
  std::string event_id;  ///< also the Nats-Msg-Id
  std::string subject;   ///< the topic
  std::string json;
  bool replay = false;      ///< carries the header Gatehouse-Replay: true
  std::string order_key{};  ///< empty: in no order with others
};

class EventBus {
 public:
  virtual ~EventBus() = default;
  /// Publishes and waits for the acknowledgements; element i tells how message i fared. Bounded in time: what a slow
  /// broker left no time for fails too, and was not sent.
  virtual std::vector<Result<>> publish(const std::vector<BusMessage>& messages) = 0;
  /// Whether the broker answers now; the error's cause says why not.
  virtual Result<> check() = 0;
};

}  // namespace gatehouse::ports
