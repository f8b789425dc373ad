#include "modules/identity/application/note_machinery.hpp"

namespace gatehouse::application {
namespace {

std::string outage_fact(std::string_view dependency) { return "outage." + std::string(dependency); }

std::string_view action_of(domain::RotationStepKind kind) {
  switch (kind) {
    case domain::RotationStepKind::create:
      return domain::audit_actions::kSigningKeyCreated;
    case domain::RotationStepKind::activate:
      return domain::audit_actions::kSigningKeyActivated;
    case domain::RotationStepKind::retire:
      return domain::audit_actions::kSigningKeyRetired;
    case domain::RotationStepKind::withdraw:
      break;
  }
  return domain::audit_actions::kSigningKeyWithdrawn;
}

}  // namespace

Result<> note_key_step(ports::Tx& tx, const Dependencies& deps, const By& who, const RequestInfo& request,
                       domain::RotationStepKind kind, const std::string& kid, Timestamp now) {
  return Record(tx, deps, request, now).audit(who, action_of(kind), domain::UserId(), {.details = {{"kid", kid}}});
}

Result<bool> note_outage_began(const Dependencies& deps, std::string_view dependency, const std::string& cause) {
  const Timestamp now = deps.clock.now();
  // Two processes may begin in the same microsecond: the id tells whose fact stands.
  const std::string ours = to_rfc3339(now) + " " + new_id(now);
  const RequestInfo nowhere;
  return deps.store.write([&](ports::Tx& tx) -> Result<bool> {
    GH_TRY(const std::string stands, tx.machinery().settle_fact(outage_fact(dependency), ours));
    if (stands != ours) return false;
    GH_CHECK(Record(tx, deps, nowhere, now)
                 .audit(by_system(), domain::audit_actions::kOutageBegan, domain::UserId(),
                        {.outcome = domain::AuditOutcome::failure,
                         .reason = "dependency_unavailable",
                         .details = {{"dependency", dependency}, {"cause", cause}}}));
    return true;
  });
}

Result<bool> note_outage_ended(const Dependencies& deps, std::string_view dependency) {
  const Timestamp now = deps.clock.now();
  const RequestInfo nowhere;
  return deps.store.write([&](ports::Tx& tx) -> Result<bool> {
    GH_TRY(const auto stands, tx.machinery().find_fact(outage_fact(dependency)));
    if (!stands) return false;
    GH_TRY(const bool ours, tx.machinery().consume_fact(outage_fact(dependency)));
    if (!ours) return false;
    boost::json::object details{{"dependency", dependency}};
    if (const auto began = from_rfc3339(stands->substr(0, stands->find(' ')))) {
      details["began_at"] = to_rfc3339(*began);
      details["seconds"] = std::chrono::floor<std::chrono::seconds>(now - *began).count();
    }
    GH_CHECK(Record(tx, deps, nowhere, now)
                 .audit(by_system(), domain::audit_actions::kOutageEnded, domain::UserId(),
                        {.details = std::move(details)}));
    return true;
  });
}

}  // namespace gatehouse::application
