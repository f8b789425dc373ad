#include "adapters/storage/sql/stores/rows.hpp"

#include "adapters/storage/sql/stores/mapping.hpp"

namespace gatehouse::adapters::sql {

domain::User user_from(const Row& row, std::size_t first) {
  std::size_t at = first;
  domain::User user;
  user.id = row.id<domain::UserId>(at++);
  user.email = row.text(at++);
  user.email_canonical = row.text(at++);
  user.email_verified_at = row.optional_time(at++);
  user.name = row.optional_text(at++);
  user.locale = row.optional_text(at++);
  user.picture = row.optional_text(at++);
  user.status = enum_at<domain::UserStatus>(row, at++);
  user.status_reason = row.optional_text(at++);
  user.password_hash = row.optional_text(at++);
  user.password_changed_at = row.optional_time(at++);
  user.credential_version = row.integer(at++);
  user.password_exposed = row.boolean(at++);
  user.reset_required = row.boolean(at++);
  user.identity_verification = enum_at<domain::IdentityVerification>(row, at++);
  user.screening = enum_at<domain::Screening>(row, at++);
  user.screening_public = enum_at<domain::Screening>(row, at++);
  user.compliance_hold = row.boolean(at++);
  user.deletion_due_at = row.optional_time(at++);
  user.reset_guard_until = row.optional_time(at++);
  user.mail_undeliverable = row.boolean(at++);
  user.created_at = row.time(at++);
  user.updated_at = row.time(at++);
  user.last_sign_in_at = row.optional_time(at++);
  user.version = row.integer(at);
  return user;
}

domain::Session session_from(const Row& row, std::size_t first) {
  std::size_t at = first;
  domain::Session session;
  session.id = row.id<domain::SessionId>(at++);
  session.user_id = row.id<domain::UserId>(at++);
  session.token_hash = row.blob(at++);
  session.client_id = row.text(at++);
  session.created_at = row.time(at++);
  session.authenticated_at = row.time(at++);
  session.last_seen_at = row.time(at++);
  session.expires_at = row.time(at++);
  session.idle_timeout = Duration(row.integer(at++));
  session.acr = enum_at<domain::Acr>(row, at++);
  session.amr = words_at(row, at++);
  session.ip = row.text(at++);
  session.user_agent = row.text(at++);
  session.device = row.text(at++);
  session.device_id = row.optional_id<domain::DeviceId>(at);
  return session;
}

domain::RoleAssignment role_from(const Row& row, std::size_t first) {
  std::size_t at = first;
  domain::RoleAssignment role;
  role.id = row.id<domain::RoleAssignmentId>(at++);
  role.user_id = row.id<domain::UserId>(at++);
  role.role = row.text(at++);
  role.granted_by_type = enum_at<domain::ActorType>(row, at++);
  role.granted_by = row.text(at++);
  role.reason = row.optional_text(at++);
  role.source_event_id = row.optional_text(at++);
  role.created_at = row.time(at++);
  role.expires_at = row.optional_time(at);
  return role;
}

}  // namespace gatehouse::adapters::sql
