#pragma once
// Actor: who is calling and what they may do, as the rest of the platform sees it: the answer to a session check, the
// source of a JWT's claims. Made from a live session, its user and the user's live roles; immutable afterwards.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/identity/authentication.hpp"
#include "domain/identity/ids.hpp"
#include "domain/identity/user.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

struct Actor {
  UserId user_id;
  std::string email;
  bool email_verified = false;
  std::optional<std::string> name;
  std::optional<std::string> picture;
  std::optional<std::string> locale;
  UserStatus status = UserStatus::active;
  std::vector<std::string> roles;        ///< as assigned, sorted
  std::vector<std::string> permissions;  ///< effective after inheritance, sorted
  SessionId session_id;
  std::string client_id;
  Acr acr = Acr::aal1;
  std::vector<std::string> amr;
  Timestamp authenticated_at;
  Timestamp expires_at;
  Timestamp idle_expires_at;
  IdentityVerification identity_verification = IdentityVerification::unverified;
  Screening screening = Screening::unscreened;  ///< the public form alone

  bool has_permission(std::string_view permission) const {
    return std::binary_search(permissions.begin(), permissions.end(), permission);
  }
};

struct Session;

/// The actor of a live session. `roles` and `permissions` as live_roles and RoleCatalog::effective_permissions give
/// them. Says nothing about whether the session is live or the user active: see session_policy.hpp.
Actor make_actor(const User& user, const Session& session, std::vector<std::string> roles,
                 std::vector<std::string> permissions);

}  // namespace gatehouse::domain
