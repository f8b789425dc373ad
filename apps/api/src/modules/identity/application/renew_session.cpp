#include "modules/identity/application/renew_session.hpp"

#include "auth/crypto/constant_time.hpp"
#include "auth/token.hpp"
#include "modules/identity/application/authenticate.hpp"
#include "modules/identity/application/end_sessions.hpp"

namespace gatehouse::application {

Result<domain::Session> own_session(ports::Tx& tx, const Caller& caller) {
  GH_TRY(auto session, tx.sessions().find(caller.session_id()));
  if (!session || !auth::equal_in_constant_time(session->token_hash, caller.token_hash()))
    return fail(ErrorCode::no_session);
  return std::move(*session);
}

Result<SignedIn> renew_session(ports::Tx& tx, const Dependencies& deps, const Caller& caller, domain::Session session,
                               const domain::User& user, Timestamp now) {
  session.token_hash = caller.token_hash();
  return renew_proved_session(tx, deps, std::move(session), user, now);
}

Result<SignedIn> renew_proved_session(ports::Tx& tx, const Dependencies& deps, domain::Session session,
                                      const domain::User& user, Timestamp now) {
  const std::string old_hash = std::move(session.token_hash);
  auto token = auth::new_token(auth::TokenKind::session, session.id.str());
  session.token_hash = token.hash;
  session.last_seen_at = now;
  GH_TRY(const bool renewed, tx.sessions().renew(session, old_hash));
  if (!renewed) return fail(ErrorCode::no_session);
  GH_CHECK(note_user_changed(tx, user.id, now));
  GH_TRY(const auto roles, tx.roles().list(user.id, now));
  SignedIn renewed_session;
  renewed_session.actor = actor_of(deps.settings, session, user, roles, now);
  renewed_session.session = std::move(session);
  renewed_session.token = std::move(token.text);
  return renewed_session;
}

}  // namespace gatehouse::application
