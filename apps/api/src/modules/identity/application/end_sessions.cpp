#include "modules/identity/application/end_sessions.hpp"

#include "domain/identity/session_policy.hpp"
#include "domain/identity/topics.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;

/// When the last access token of what ends now has expired.
Timestamp forgotten_at(const Dependencies& deps, Timestamp now) { return now + deps.settings.token_ttl; }

Result<> tell(Record& record, const domain::Session& session, const Ending& ending, Timestamp expires_at) {
  if (!ending.reason) return {};
  return record.event(
      domain::topics::kSessionRevoked, session.user_id,
      {{"user_id", session.user_id.str()},
       {"session_id", session.id.str()},
       {"by", ending.by.id.empty() ? json::value(domain::to_text(ending.by.type)) : json::value(ending.by.id)},
       {"reason", domain::to_text(*ending.reason)},
       {"expires_at", to_rfc3339(expires_at)}});
}

Result<> put_into_feed(ports::Tx& tx, const domain::SessionId& session, Timestamp now, Timestamp expires_at) {
  ports::Invalidation invalidation;
  invalidation.session_id = session;
  invalidation.before = now;
  invalidation.expires_at = expires_at;
  return tx.invalidations().add(invalidation);
}

}  // namespace

Result<bool> end_session(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::SessionId& id,
                         const Ending& ending, Timestamp now) {
  GH_TRY(const auto removed, tx.sessions().remove(id));
  if (!removed) return false;
  const Timestamp expires_at = forgotten_at(deps, now);
  GH_CHECK(put_into_feed(tx, id, now, expires_at));
  GH_CHECK(tell(record, *removed, ending, expires_at));
  return true;
}

Result<int> end_all_sessions(ports::Tx& tx, Record& record, const Dependencies& deps, const domain::UserId& user,
                             const std::optional<domain::SessionId>& except, const Ending& ending, Timestamp now) {
  GH_TRY(const auto removed, tx.sessions().remove_all(user, except));
  const Timestamp expires_at = forgotten_at(deps, now);
  if (!except) {
    ports::Invalidation all;
    all.user_id = user;
    all.before = now;
    all.expires_at = expires_at;
    GH_CHECK(tx.invalidations().add(all));
  }
  int ended = 0;
  for (const auto& session : removed) {
    if (!domain::is_live(session, now)) continue;  // it ended by itself, and its row was only kept
    ++ended;
    if (except) GH_CHECK(put_into_feed(tx, session.id, now, expires_at));
    GH_CHECK(tell(record, session, ending, expires_at));
  }
  return ended;
}

Result<> note_user_changed(ports::Tx& tx, const domain::UserId& user, Timestamp now) {
  ports::Invalidation changed;
  changed.user_id = user;
  changed.before = now;
  changed.expires_at = now;
  changed.ending = false;
  return tx.invalidations().add(changed);
}

}  // namespace gatehouse::application
