#include "modules/identity/application/note_denied.hpp"

#include "modules/identity/application/record.hpp"

namespace gatehouse::application {

Result<> note_denied(const Dependencies& deps, const Caller& caller, const std::string& what, const Error& why,
                     const RequestInfo& request) {
  const Timestamp now = deps.clock.now();
  return deps.store.write([&](ports::Tx& tx) {
    return Record(tx, deps, request, now)
        .audit(by(caller), domain::audit_actions::kAccessDenied, domain::UserId(),
               {.outcome = domain::AuditOutcome::denied,
                .reason = std::string(error_info(why.code).code),
                .details = {{"call", what}, {"why", why.detail}}});
  });
}

}  // namespace gatehouse::application
