#pragma once
// What the audit log says of the service's own machinery: steps of signing keys, and outages of what it depends on.
// Used by composition, which alone sees keys and Vault.
#include <string>
#include <string_view>

#include "domain/identity/key_rotation_policy.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {

/// In the transaction of the step.
Result<> note_key_step(ports::Tx& tx, const Dependencies& deps, const By& who, const RequestInfo& request,
                       domain::RotationStepKind kind, const std::string& kid, Timestamp now);

/// One audit row as an outage of `dependency` begins, however many processes see it: a fact in the store says that it
/// lasts. False when another process noted it.
Result<bool> note_outage_began(const Dependencies& deps, std::string_view dependency, const std::string& cause);
/// One as it ends, with its length; false when none was noted, or another process came first.
Result<bool> note_outage_ended(const Dependencies& deps, std::string_view dependency);

}  // namespace gatehouse::application
