#include "domain/identity/actor.hpp"

#include "domain/identity/session.hpp"
#include "domain/identity/session_policy.hpp"

namespace gatehouse::domain {

Actor make_actor(const User& user, const Session& session, std::vector<std::string> roles,
                 std::vector<std::string> permissions) {
  Actor actor;
  actor.user_id = user.id;
  actor.email = user.email;
  actor.email_verified = user.email_verified();
  actor.name = user.name;
  actor.picture = user.picture;
  actor.locale = user.locale;
  actor.status = user.status;
  actor.roles = std::move(roles);
  actor.permissions = std::move(permissions);
  actor.session_id = session.id;
  actor.client_id = session.client_id;
  actor.acr = session.acr;
  actor.amr = session.amr;
  actor.authenticated_at = session.authenticated_at;
  actor.expires_at = session.expires_at;
  actor.idle_expires_at = idle_end(session);
  actor.identity_verification = user.identity_verification;
  actor.screening = user.screening_public;
  return actor;
}

}  // namespace gatehouse::domain
