#pragma once
// The outbox relay (decision 33): one leader by lease publishes sealed events in their order. An event that was not
// acknowledged holds back later ones of its user, and no others; what was acknowledged is marked, and stays for the
// replay window. Killed between acknowledgement and mark, it publishes again with the same id, which the stream and
// consumers know.
#include <string>

#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/ports/event_bus.hpp"
#include "modules/identity/workers/loop.hpp"

namespace gatehouse::workers {

class OutboxRelay {
 public:
  OutboxRelay(const application::Dependencies& deps, ports::EventBus& bus);

  /// One batch, if this process holds the lease.
  Result<More> step();
  /// At stop: another process need not wait for the lease to run out.
  void give_back_lease();

 private:
  Result<bool> is_leader();

  const application::Dependencies& deps_;
  ports::EventBus& bus_;
  const std::string holder_;
  bool leads_ = false;
};

}  // namespace gatehouse::workers
