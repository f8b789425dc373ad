#pragma once
// assignRole and its undoing (decisions 11, 18, 21): who gave a role, why, and until when. Nobody hands out what they
// lack, changes their own roles, or acts on somebody who ranks above them. A new role works at the next session check;
// a role that is taken away voids the access tokens that still name it.
#include <optional>
#include <string>
#include <vector>

#include "modules/identity/application/authority.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {

struct RoleGrant {
  std::string role;
  std::optional<Timestamp> expires_at{};
  std::optional<std::string> reason{};
};

/// Giving a role again renews its reason and end. Returns `not_found`, `invalid_request` (unknown role, an end that
/// has passed), `conflict` (the role that everybody has; an account being deleted), `forbidden` and, of people,
/// `reauthentication_required`.
Result<domain::RoleAssignment> assign_role(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                                           const RoleGrant& grant, const RequestInfo& request);

/// Returns `not_found` also where the user hasn't the role, `forbidden`, `last_admin`, `reauthentication_required`.
Result<> revoke_role(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                     const std::string& role, const std::optional<std::string>& reason, const RequestInfo& request);

/// Live assignments of a user, with who gave them and why. Returns `not_found`, `forbidden`.
Result<std::vector<domain::RoleAssignment>> list_user_roles(const Dependencies& deps, const Caller& caller,
                                                            const domain::UserId& user);

/// The assignment with its audit row and event, without asking whether it may be: for the use cases that have. Called
/// inside a write closure.
Result<domain::RoleAssignment> put_role(ports::Tx& tx, Record& record, const By& by, const domain::UserId& user,
                                        const RoleGrant& grant, Timestamp now);

/// Voids the access tokens of a user, which name what is no longer so; sessions go on. Called inside a write closure.
Result<> void_access_tokens(ports::Tx& tx, const Dependencies& deps, const domain::UserId& user, Timestamp now);

/// `RoleAssignment` of the OpenAPI document.
boost::json::object role_assignment_json(const domain::RoleAssignment& assignment);

}  // namespace gatehouse::application
