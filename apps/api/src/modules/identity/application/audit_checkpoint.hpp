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

/// Where the newest segment's first checkpoint is kept besides.
inline constexpr std::string_view kSegmentFact = "audit_segment";

/// For `gatehouse fence` alone: a checkpoint of the present head which says besides that the log was set back to row
/// `after` and goes on anew from there (decision 18). Errors as above.
Result<domain::AuditCheckpoint> make_segment_checkpoint(const Dependencies& deps, std::int64_t after);

/// The newest of those, proved; nothing where the store was never fenced.
Result<std::optional<domain::AuditCheckpoint>> newest_segment(const Dependencies& deps);

/// Refuses a database that is older than the newest checkpoint known outside of it, or of another history, unless
/// `gatehouse fence` has begun a segment since. Signatures are not looked at, so that it answers while Vault is away:
/// to forge an anchor here is to stop a start; `gatehouse audit verify` proves them. Errors carry one line in `detail`.
Result<> refuse_before_anchor(const Dependencies& deps, std::string_view anchor);

/// What a checkpoint's JWS says, once its signature is proved with the installation's own checkpoint keys.
/// Returns `internal_error` for one that was not signed with them or says something else than a checkpoint.
Result<domain::AuditCheckpoint> read_audit_checkpoint(const Dependencies& deps, std::string_view jws);

}  // namespace gatehouse::application
