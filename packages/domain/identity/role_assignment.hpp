#pragma once
// RoleAssignment: a user has a role, with who gave it, why and until when (the seed's RoleAssignment; table
// `role_assignments`). What a role permits is configuration: roles_and_permissions.hpp.
#include <optional>
#include <string>

#include "domain/identity/audit_entry.hpp"
#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

struct RoleAssignment {
  RoleAssignmentId id;
  UserId user_id;
  std::string role;
  ActorType granted_by_type = ActorType::user;
  std::string granted_by;  ///< user id, service name or operator; empty for the system
  std::optional<std::string> reason;
  std::optional<std::string> source_event_id;  ///< the accounts.user.role_required that caused it
  Timestamp created_at;
  std::optional<Timestamp> expires_at;

  bool is_live(Timestamp now) const { return !expires_at || now < *expires_at; }
};

}  // namespace gatehouse::domain
