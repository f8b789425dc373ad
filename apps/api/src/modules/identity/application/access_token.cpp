#include "modules/identity/application/access_token.hpp"

#include <algorithm>

#include <boost/json/serialize.hpp>

#include "auth/crypto/random.hpp"
#include "auth/jwt.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/step_up.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;

Result<std::string> choose_audience(const Settings& settings, const std::string& client_id,
                                    const std::optional<std::string>& asked) {
  const ClientSettings* client = settings.find_client(client_id);
  const auto& allowed = client != nullptr && !client->audiences.empty() ? client->audiences : settings.audiences;
  if (!asked) return allowed.front();
  if (std::find(allowed.begin(), allowed.end(), *asked) == allowed.end())
    return fail_field(ErrorCode::invalid_target, "audience", "unknown", "the client may not ask for this audience");
  return *asked;
}

Result<AccessToken> sign(const Dependencies& deps, json::object claims, const std::string& audience, Timestamp now,
                         Timestamp expires_at) {
  claims["iss"] = deps.settings.issuer;
  claims["aud"] = audience;
  claims["iat"] = to_unix_seconds(now);
  claims["nbf"] = to_unix_seconds(now);
  claims["exp"] = to_unix_seconds(expires_at);
  claims["jti"] = auth::random_token(16);
  GH_TRY(auto text,
         deps.signer.sign(ports::SigningPurpose::access_token, auth::kAccessTokenType, json::serialize(claims)));
  return AccessToken{
      Secret<std::string>(std::move(text)),
      std::chrono::floor<std::chrono::seconds>(expires_at - std::chrono::floor<std::chrono::seconds>(now))};
}

/// `[token] claims` trims; what RFC 9068 asks for always stays.
void trim(json::object& claims, const std::set<std::string>& wanted) {
  if (wanted.empty()) return;
  static const std::set<std::string> kAlways = {"sub", "sid", "client_id", "auth_time", "acr", "amr"};
  for (auto it = claims.begin(); it != claims.end();) {
    const std::string name(it->key());
    it = wanted.contains(name) || kAlways.contains(name) ? it + 1 : claims.erase(it);
  }
}

}  // namespace

Result<AccessToken> mint_access_token(const Dependencies& deps, const Caller& caller,
                                      const std::optional<std::string>& audience) {
  if (caller.kind() != CallerKind::session)
    return fail(ErrorCode::wrong_token_type, "only the session itself can be exchanged for an access token");
  const domain::Actor& actor = caller.actor();
  // Whoever verifies offline decides by the roles in it.
  GH_CHECK(check_second_factor(deps.settings, actor.roles, actor.acr));
  GH_TRY(const auto aud, choose_audience(deps.settings, actor.client_id, audience));
  json::object claims{{"sub", actor.user_id.str()},
                      {"sid", actor.session_id.str()},
                      {"client_id", actor.client_id},
                      {"auth_time", to_unix_seconds(actor.authenticated_at)},
                      {"acr", domain::to_text(actor.acr)},
                      {"amr", text_array(actor.amr)},
                      {"roles", text_array(actor.roles)},
                      {"permissions", text_array(actor.permissions)},
                      {"email", actor.email},
                      {"email_verified", actor.email_verified},
                      {"identity_verification", domain::to_text(actor.identity_verification)},
                      {"screening", domain::to_text(actor.screening)}};
  trim(claims, deps.settings.token_claims);
  const Timestamp now = deps.clock.now();
  return sign(deps, std::move(claims), aud, now, std::min(now + deps.settings.token_ttl, actor.expires_at));
}

Result<AccessToken> mint_service_token(const Dependencies& deps, const Caller& caller,
                                       const std::optional<std::string>& audience) {
  if (caller.kind() != CallerKind::service)
    return fail(ErrorCode::invalid_service_key, "client_credentials needs a service key");
  const std::string subject = "service:" + caller.name();
  GH_TRY(const auto aud, choose_audience(deps.settings, {}, audience));
  json::object claims{
      {"sub", subject}, {"client_id", subject}, {"permissions", text_array(caller.actor().permissions)}};
  const Timestamp now = deps.clock.now();
  return sign(deps, std::move(claims), aud, now, now + deps.settings.token_ttl);
}

}  // namespace gatehouse::application
