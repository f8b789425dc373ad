#include "modules/identity/application/feeds.hpp"

namespace gatehouse::application {

Result<std::vector<ports::Invalidation>> read_revocations(const Dependencies& deps, std::int64_t after, int limit) {
  const Timestamp now = deps.clock.now();
  return deps.store.read([&](ports::Tx& tx) { return tx.invalidations().list_endings(after, now, limit); });
}

Result<std::vector<domain::OutboxEvent>> read_events(const Dependencies& deps, std::int64_t after,
                                                     const std::string& topic, int limit) {
  return deps.store.read([&](ports::Tx& tx) { return tx.outbox().list(after, topic, limit); });
}

boost::json::object revocation_json(const ports::Invalidation& ending) {
  boost::json::object to;
  if (ending.session_id) to["session_id"] = ending.session_id->str();
  if (ending.user_id) to["user_id"] = ending.user_id->str();
  to["before"] = to_rfc3339(ending.before);
  to["expires_at"] = to_rfc3339(ending.expires_at);
  return to;
}

}  // namespace gatehouse::application
