#include "modules/identity/application/note_key_change.hpp"

namespace gatehouse::application {

Result<> note_key_change(const Dependencies& deps, const Caller& caller, std::string_view action,
                         const std::string& kid, const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  return deps.store.write([&](ports::Tx& tx) {
    return Record(tx, deps, request, now).audit(by(caller), action, domain::UserId(), {.details = {{"kid", kid}}});
  });
}

}  // namespace gatehouse::application
