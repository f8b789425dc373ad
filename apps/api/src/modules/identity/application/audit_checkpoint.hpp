#pragma once
// Checkpoints of the audit log (decision 13): the head of the chain, signed with a key of its own purpose, so that it
// can be shown later that no row was changed, removed or reordered, nor the tail cut. Made each minute under change and
// at stop by the worker, which also puts them outside the store (log line, anchor file); the event leaves by itself.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/identity/audit_checkpoint.hpp"
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

inline constexpr std::string_view kCheckpointType = "audit-checkpoint+jws";

/// A checkpoint of the present head, stored and produced as identity.audit.checkpoint; nothing where the newest one
/// covers the head already. Returns `dependency_unavailable` when the key can't be used now.
Result<std::optional<domain::AuditCheckpoint>> make_audit_checkpoint(const Dependencies& deps);

/// What a checkpoint's JWS says, once its signature is proved with the installation's own checkpoint keys.
/// Returns `internal_error` for one that was not signed with them or says something else than a checkpoint.
Result<domain::AuditCheckpoint> read_audit_checkpoint(const Dependencies& deps, std::string_view jws);

}  // namespace gatehouse::application
