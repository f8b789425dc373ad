#pragma once
// Tells of the keys' state: the age of the signing key as a gauge, and Vault's outages (vault_outage.hpp), each once,
// by a log line and an audit row as it begins and as it ends. The metrics are those of runbooks/vault-sealed.md and
// key-too-old.md. A thread of its own, since whoever notices an outage may hold the store's writer.
#include <deque>
#include <optional>

#include "adapters/clock/ticker.hpp"
#include "composition/core.hpp"
#include "observability/metrics.hpp"

namespace gatehouse::composition {

class KeyWatch {
 public:
  explicit KeyWatch(Core& core);
  void publish(observability::Metrics& metrics);

 private:
  void look();
  void publish_age(observability::Metrics& metrics);
  bool note(const adapters::keys::VaultChange& change);

  Core& core_;
  adapters::keys::VaultClient* const vault_;
  bool greeted_ = false;  ///< an outage that ended while no process ran is noted as ended
  std::deque<adapters::keys::VaultChange> to_note_;
  std::optional<adapters::Ticker> ticker_;
};

}  // namespace gatehouse::composition
