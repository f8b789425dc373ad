#pragma once
// Columns and mappers of the nouns that more than one store reads. The column lists are macros, because statements are
// made of literals; each mapper reads them from column `first` on.
#include "adapters/storage/sql/values.hpp"
#include "domain/identity/role_assignment.hpp"
#include "domain/identity/session.hpp"
#include "domain/identity/user.hpp"

#define GH_USER_COLUMNS                                                                                              \
  "users.id, users.email, users.email_canonical, users.email_verified_at, users.name, users.locale, "                \
  "users.picture, users.status, users.status_reason, users.password_hash, users.password_changed_at, "               \
  "users.credential_version, users.password_exposed, users.reset_required, users.identity_verification, "            \
  "users.screening, users.screening_public, users.compliance_hold, users.deletion_due_at, users.reset_guard_until, " \
  "users.mail_undeliverable, users.created_at, users.updated_at, users.last_sign_in_at, users.version"

#define GH_SESSION_COLUMNS                                                                                       \
  "sessions.id, sessions.user_id, sessions.token_hash, sessions.client_id, sessions.created_at, "                \
  "sessions.authenticated_at, sessions.last_seen_at, sessions.expires_at, sessions.idle_timeout, sessions.acr, " \
  "sessions.amr, sessions.ip, sessions.user_agent, sessions.device, sessions.device_id"

#define GH_ROLE_COLUMNS                                                                                      \
  "role_assignments.id, role_assignments.user_id, role_assignments.role, role_assignments.granted_by_type, " \
  "role_assignments.granted_by, role_assignments.reason, role_assignments.source_event_id, "                 \
  "role_assignments.created_at, role_assignments.expires_at"

namespace gatehouse::adapters::sql {

domain::User user_from(const Row& row, std::size_t first = 0);
domain::Session session_from(const Row& row, std::size_t first = 0);
domain::RoleAssignment role_from(const Row& row, std::size_t first = 0);

}  // namespace gatehouse::adapters::sql
