#pragma once
// How to reach NATS, and the streams that must be there (docs/events.md gives their settings and why).
#include <chrono>
#include <string>
#include <vector>

#include "foundation/secret.hpp"

namespace gatehouse::adapters::bus {

/// A stream in file storage with acknowledgements, that refuses new messages when it is full rather than dropping old
/// ones, and remembers message ids for ten minutes.
struct StreamSettings {
  std::string name;
  std::string subject;  ///< what it must hold, e.g. "identity.>"
  std::chrono::hours max_age{24 * 30};
};

struct NatsSettings {
  Secret<std::string> urls;        ///< nats:// or tls://, several with commas; may hold credentials
  std::string credentials_file{};  ///< a .creds file
  std::string ca_file{};           ///< PEM
  std::vector<StreamSettings> streams{{"IDENTITY", "identity.>"}, {"IDENTITY_DEAD", "dead.>"}};
  bool create_streams = true;
  int replicas = 1;  ///< of streams that are created
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds ack_timeout{5'000};
};

}  // namespace gatehouse::adapters::bus
