#pragma once
// Where other domains' events come from: a durable pull consumer of `accounts.user.role_required`, and the letters that
// could not be carried out. At least once: the consumer's inbox makes the effect exactly once. Blocking; one caller at
// a time, the event consumer's thread. Several processes may share one durable consumer.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "foundation/result.hpp"

namespace gatehouse::ports {

/// A message as it came in. Answer each with exactly one of accept(), try_later() and drop().
struct IncomingEvent {
  std::uint64_t handle = 0;  ///< names the message to this source until it is answered
  std::string subject;
  std::string body;    ///< untrusted bytes; a CloudEvent in structured JSON if all is well
  int deliveries = 1;  ///< how often it was handed out, this time included
};

class EventSource {
 public:
  virtual ~EventSource() = default;
  /// Up to `max` messages; waits up to `wait` for the first. Empty when there are none.
  /// Returns `dependency_unavailable` when the broker is away.
  virtual Result<std::vector<IncomingEvent>> fetch(int max, std::chrono::milliseconds wait) = 0;
  /// Its effect, or its dead letter, is committed.
  virtual Result<> accept(const IncomingEvent& event) = 0;
  /// Deliver it again after the delay.
  virtual Result<> try_later(const IncomingEvent& event, std::chrono::milliseconds delay) = 0;
  /// Never deliver it again.
  virtual Result<> drop(const IncomingEvent& event) = 0;
};

/// A dead letter: the CloudEvent `dead.<subject>` with {reason, subject, original_base64}.
struct DeadLetter {
  std::uint64_t sequence = 0;  ///< its place in the dead-letter stream
  std::string subject;
  std::string json;
};

/// The dead-letter stream, for `gatehouse events dead list|retry`. Letters get there through EventBus::publish().
class DeadLetters {
 public:
  virtual ~DeadLetters() = default;
  /// Oldest first, after `after`.
  virtual Result<std::vector<DeadLetter>> list(std::uint64_t after, int limit) = 0;
  /// Publishes the original again under its old subject, and removes the letter. Returns `not_found`.
  virtual Result<> retry(std::uint64_t sequence) = 0;
};

}  // namespace gatehouse::ports
