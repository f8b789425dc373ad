#include "modules/identity/application/introspect.hpp"

#include <optional>

#include "auth/crypto/constant_time.hpp"
#include "auth/jwk.hpp"
#include "auth/jwt.hpp"
#include "auth/token.hpp"
#include "domain/identity/permissions.hpp"
#include "domain/identity/session_policy.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/authenticate.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;
using Found = std::optional<ports::SessionAndUser>;

json::object inactive() { return {{"active", false}}; }

/// The session, if it is live and its user may have one.
Result<Found> find_live(const Dependencies& deps, const domain::SessionId& id, Timestamp now) {
  GH_TRY(auto found, deps.store.find_session(id));
  if (!found || !domain::is_live(found->session, now) || !domain::may_hold_sessions(found->user)) return Found();
  return found;
}

json::object about_person(const Dependencies& deps, const Caller& caller, const ports::SessionAndUser& found,
                          Timestamp now) {
  const domain::Actor actor = actor_of(deps.settings, found.session, found.user, found.roles, now);
  const bool in_full = caller.has_permission(domain::permissions::kComplianceRead);
  return {{"active", true},
          {"sub", actor.user_id.str()},
          {"iss", deps.settings.issuer},
          {"sid", actor.session_id.str()},
          {"client_id", actor.client_id},
          {"username", actor.email},
          {"auth_time", to_unix_seconds(actor.authenticated_at)},
          {"acr", domain::to_text(actor.acr)},
          {"amr", text_array(actor.amr)},
          {"roles", text_array(actor.roles)},
          {"permissions", text_array(actor.permissions)},
          {"email", actor.email},
          {"email_verified", actor.email_verified},
          {"identity_verification", domain::to_text(actor.identity_verification)},
          {"screening", domain::to_text(in_full ? found.user.screening : actor.screening)}};
}

Result<json::object> session_token(const Dependencies& deps, const Caller& caller, const auth::ParsedToken& token,
                                   Timestamp now) {
  GH_TRY(const auto found, find_live(deps, domain::SessionId(token.id), now));
  if (!found || !auth::equal_in_constant_time(token.hash, found->session.token_hash)) return inactive();
  // A service that asks on a person's behalf is that person's activity.
  if (domain::needs_touch(found->session, now))
    GH_CHECK(deps.store.write([&](ports::Tx& tx) { return tx.sessions().touch(found->session.id, now); }));
  auto answer = about_person(deps, caller, *found, now);
  answer["token_type"] = "session";
  answer["iat"] = to_unix_seconds(found->session.created_at);
  answer["exp"] = to_unix_seconds(std::min(domain::idle_end(found->session), found->session.expires_at));
  return answer;
}

Result<bool> has_live_key(const Dependencies& deps, std::string_view service, Timestamp now) {
  GH_TRY(const auto keys, deps.store.read([&](ports::Tx& tx) { return tx.services().list(); }));
  return std::any_of(keys.begin(), keys.end(),
                     [&](const domain::ServiceKey& key) { return key.service == service && key.is_live(now); });
}

Result<json::object> access_token(const Dependencies& deps, const Caller& caller, std::string_view token,
                                  Timestamp now) {
  const auto keys = auth::parse_jwk_set(deps.signer.jwks_json(now));
  if (!keys) return fail(ErrorCode::internal_error, {}, "our own key set can't be read");
  auth::JwtExpectations expected;
  expected.issuers = {deps.settings.issuer};
  const auto claims = auth::verify_jwt(token, *keys, expected, now);
  if (!claims) return inactive();
  json::object answer;
  constexpr std::string_view kService = "service:";
  if (const auto sid = claims->text("sid"); sid && is_id_text(*sid)) {
    GH_TRY(const auto found, find_live(deps, domain::SessionId(*sid), now));
    if (!found || found->user.id.str() != claims->subject) return inactive();
    answer = about_person(deps, caller, *found, now);
  } else if (claims->subject.starts_with(kService)) {
    GH_TRY(const bool live, has_live_key(deps, std::string_view(claims->subject).substr(kService.size()), now));
    if (!live) return inactive();
    answer = claims->all;
    answer["active"] = true;
  } else {
    return inactive();
  }
  answer["token_type"] = "access_token";
  for (const char* name : {"aud", "exp", "iat", "nbf", "jti"})
    if (const auto* claim = claims->all.if_contains(name)) answer[name] = *claim;
  return answer;
}

Result<json::object> service_key(const Dependencies& deps, const auth::ParsedToken& token, Timestamp now) {
  GH_TRY(const auto found,
         deps.store.read([&](ports::Tx& tx) { return tx.services().find(domain::ServiceKeyId(token.id)); }));
  if (!found || !auth::equal_in_constant_time(token.hash, found->key_hash) || !found->is_live(now)) return inactive();
  json::object answer{{"active", true},
                      {"token_type", "service_key"},
                      {"sub", "service:" + found->service},
                      {"client_id", "service:" + found->service},
                      {"iss", deps.settings.issuer},
                      {"iat", to_unix_seconds(found->created_at)},
                      {"permissions", text_array(found->permissions)}};
  if (found->expires_at) answer["exp"] = to_unix_seconds(*found->expires_at);
  return answer;
}

}  // namespace

Result<json::object> introspect(const Dependencies& deps, const Caller& caller, std::string_view token) {
  const Timestamp now = deps.clock.now();
  if (!auth::token_kind(token)) return access_token(deps, caller, token, now);
  const auto parsed = auth::parse_token(token);
  if (!parsed) return inactive();
  if (parsed->kind == auth::TokenKind::session) return session_token(deps, caller, *parsed, now);
  if (parsed->kind == auth::TokenKind::service) return service_key(deps, *parsed, now);
  return inactive();
}

}  // namespace gatehouse::application
