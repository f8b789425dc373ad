#include "modules/identity/application/authenticate.hpp"

#include <algorithm>
#include <exception>

#include <boost/json/serialize.hpp>

#include "auth/crypto/constant_time.hpp"
#include "auth/jwk.hpp"
#include "auth/jwt.hpp"
#include "auth/token.hpp"
#include "domain/identity/session_policy.hpp"
#include "modules/identity/application/actor_json.hpp"

namespace gatehouse::application {
namespace {

bool answers_to(const domain::Session& session, const std::string& token_hash) {
  return auth::equal_in_constant_time(token_hash, session.token_hash);
}
bool is_live(const ports::SessionAndUser& found, Timestamp now) {
  return domain::is_live(found.session, now) && domain::may_hold_sessions(found.user);
}

}  // namespace

domain::Actor actor_of(const Settings& settings, const domain::Session& session, const domain::User& user,
                       const std::vector<domain::RoleAssignment>& roles, Timestamp now) {
  auto names = domain::live_roles(roles, now);
  auto permissions = settings.roles.effective_permissions(names);
  return domain::make_actor(user, session, std::move(names), std::move(permissions));
}

std::shared_ptr<const ports::SessionSnapshot> Authenticator::find_cached(std::string_view token) const {
  const auto parsed = auth::parse_token(token, auth::TokenKind::session);
  if (!parsed) return nullptr;
  const Timestamp now = deps_.clock.now();
  auto snapshot = deps_.session_map.find(parsed->hash, now);
  return snapshot && now < snapshot->touch_after ? snapshot : nullptr;
}

Result<std::shared_ptr<const ports::SessionSnapshot>> Authenticator::snapshot(std::string_view token) const {
  if (auto cached = find_cached(token)) return cached;
  GH_TRY(const auto parsed, auth::parse_token(token, auth::TokenKind::session));
  return load(domain::SessionId(parsed.id), parsed.hash);
}

bool Authenticator::snapshot_later(std::string_view token, SnapshotAnswer answer) const {
  const auto parsed = auth::parse_token(token, auth::TokenKind::session);
  if (!parsed) return false;
  auto take = [this, asked = ask(), hash = parsed->hash,
               answer = std::move(answer)](const Result<std::optional<ports::SessionAndUser>>& found) {
    if (!found) return answer(Failure(found.error()));
    if (!*found || !answers_to((*found)->session, hash) || !is_live(**found, asked.now))
      return answer(fail(ErrorCode::no_session));
    if (domain::needs_touch((*found)->session, asked.now)) return answer(nullptr);
    std::shared_ptr<const ports::SessionSnapshot> snapshot;
    try {
      snapshot = remember(**found, asked);
    } catch (const std::exception& error) {
      return answer(fail(ErrorCode::internal_error, {}, error.what()));
    }
    answer(std::move(snapshot));
  };
  return deps_.store.find_session_later(domain::SessionId(parsed->id), std::move(take));
}

Result<std::shared_ptr<const ports::SessionSnapshot>> Authenticator::load(
    const domain::SessionId& id, const std::optional<std::string>& token_hash) const {
  const Asked asked = ask();
  GH_TRY(auto found, deps_.store.find_session(id));
  if (!found) return fail(ErrorCode::no_session);
  if (token_hash && !answers_to(found->session, *token_hash)) return fail(ErrorCode::no_session);
  if (!is_live(*found, asked.now)) return fail(ErrorCode::no_session);
  if (domain::needs_touch(found->session, asked.now)) {
    GH_CHECK(deps_.store.write([&](ports::Tx& tx) { return tx.sessions().touch(id, asked.now); }));
    found->session.last_seen_at = asked.now;
  }
  return remember(*found, asked);
}

// Before the store is asked: an invalidation from now on keeps the answer out of the map.
Authenticator::Asked Authenticator::ask() const {
  return {deps_.session_map.generation(), std::chrono::steady_clock::now(), deps_.clock.now()};
}

std::shared_ptr<const ports::SessionSnapshot> Authenticator::remember(const ports::SessionAndUser& found,
                                                                      const Asked& asked) const {
  auto snapshot = std::make_shared<ports::SessionSnapshot>();
  snapshot->actor = actor_of(deps_.settings, found.session, found.user, found.roles, asked.now);
  snapshot->actor_json = std::make_shared<const std::string>(boost::json::serialize(actor_json(snapshot->actor)));
  snapshot->client_id = found.session.client_id;
  snapshot->asked_at = asked.at;
  snapshot->touch_after = domain::touch_due_at(found.session);
  snapshot->ends_at = domain::answer_ends_at(found.session, found.roles, asked.now);
  deps_.session_map.put(found.session.token_hash, snapshot, asked.generation);
  return snapshot;
}

Result<Caller> Authenticator::session(std::string_view token) const {
  GH_TRY(const auto found, snapshot(token));
  return Caller(CallerKind::session, found->actor, {}, auth::token_hash(token));
}

Result<Caller> Authenticator::access_token(std::string_view jwt) const {
  const Timestamp now = deps_.clock.now();
  const auto keys = auth::parse_jwk_set(deps_.signer.jwks_json(now));
  if (!keys) return fail(ErrorCode::internal_error, {}, "our own key set can't be read");
  auth::JwtExpectations expected;
  expected.issuers = {deps_.settings.issuer};
  expected.audiences = {"identity"};
  GH_TRY(const auto claims, auth::verify_jwt(jwt, *keys, expected, now));
  const auto session_id = claims.text("sid");
  if (!session_id || !is_id_text(*session_id))
    return fail(ErrorCode::no_session, "an access token without a session can't be used here");
  GH_TRY(const auto found, load(domain::SessionId(*session_id), std::nullopt));
  if (found->actor.user_id.str() != claims.subject) return fail(ErrorCode::no_session);
  return Caller(CallerKind::access_token, found->actor, {}, {});
}

Result<Caller> Authenticator::service(std::string_view key) const {
  GH_TRY(const auto parsed, auth::parse_token(key, auth::TokenKind::service));
  const Timestamp now = deps_.clock.now();
  const domain::ServiceKeyId id(parsed.id);
  GH_TRY(const auto found, deps_.store.read([&](ports::Tx& tx) { return tx.services().find(id); }));
  if (!found || !auth::equal_in_constant_time(parsed.hash, found->key_hash) || !found->is_live(now))
    return fail(ErrorCode::invalid_service_key);
  // Last use is shown to operators by the minute; a write a call would tell them no more.
  if (!found->last_used_at || now - *found->last_used_at > std::chrono::minutes(1))
    GH_CHECK(deps_.store.write([&](ports::Tx& tx) { return tx.services().note_use(id, now); }));
  domain::Actor actor;
  actor.permissions = found->permissions;
  std::sort(actor.permissions.begin(), actor.permissions.end());
  return Caller(CallerKind::service, std::move(actor), found->service, {});
}

}  // namespace gatehouse::application
