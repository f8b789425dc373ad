#pragma once
// The columns of an audit row that its hash covers, for the log and the sealer; personal data is not among them.
#include "adapters/storage/sql/stores/mapping.hpp"
#include "domain/identity/audit_entry.hpp"

#define GH_AUDIT_COLUMNS                                                                                         \
  "auth_audit_log.id, auth_audit_log.occurred_at, auth_audit_log.actor_type, auth_audit_log.actor_id, "          \
  "auth_audit_log.subject_id, auth_audit_log.action, auth_audit_log.outcome, auth_audit_log.reason, "            \
  "auth_audit_log.request_id, auth_audit_log.details, auth_audit_log.personal_digest, auth_audit_log.sequence, " \
  "auth_audit_log.previous_hash, auth_audit_log.hash"

namespace gatehouse::adapters::sql {

inline constexpr std::size_t kAuditWidth = 14;

/// The entry without its personal part.
inline domain::AuditEntry audit_from(const Row& row) {
  domain::AuditEntry entry;
  entry.id = row.id<domain::AuditId>(0);
  entry.occurred_at = row.time(1);
  entry.actor_type = enum_at<domain::ActorType>(row, 2);
  entry.actor_id = row.text(3);
  entry.subject_id = row.text(4);
  entry.action = row.text(5);
  entry.outcome = enum_at<domain::AuditOutcome>(row, 6);
  entry.reason = row.text(7);
  entry.request_id = row.text(8);
  entry.details = row.text(9);
  entry.personal.clear();
  entry.personal_digest = row.blob(10);
  entry.sequence = row.optional_integer(11);
  entry.previous_hash = row.optional_blob(12).value_or("");
  entry.hash = row.optional_blob(13).value_or("");
  return entry;
}

}  // namespace gatehouse::adapters::sql
