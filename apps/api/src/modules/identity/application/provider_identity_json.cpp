#include "modules/identity/application/provider_identity_json.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "auth/encoding.hpp"
#include "auth/strict_json.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/provider_flow.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;
constexpr std::string_view kCode = "code";

json::value micros_or_null(const std::optional<Timestamp>& time) {
  return time ? json::value(to_unix_micros(*time)) : json::value(nullptr);
}

/// Members of a sealed object that we wrote ourselves; what is not there is empty.
class Members {
 public:
  explicit Members(const json::object& from) : from_(from) {}
  std::optional<std::string> text(std::string_view name) const {
    const auto* found = from_.if_contains(name);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    return std::string(found->get_string());
  }
  std::optional<Timestamp> time(std::string_view name) const {
    const auto* found = from_.if_contains(name);
    if (found == nullptr || !found->is_int64()) return std::nullopt;
    return from_unix_micros(found->get_int64());
  }
  bool truth(std::string_view name) const {
    const auto* found = from_.if_contains(name);
    return found != nullptr && found->is_bool() && found->get_bool();
  }

 private:
  const json::object& from_;
};

std::optional<std::string> as_text(const std::optional<std::string>& bytes) {
  return bytes ? std::optional(auth::base64url_encode(*bytes)) : std::nullopt;
}

json::value exposed(const std::optional<Secret<std::string>>& secret) {
  return secret ? json::value(secret->expose()) : json::value(nullptr);
}

}  // namespace

Result<std::string> seal_proved(const Dependencies& deps, const std::string& provider, const ProvedIdentity& proved) {
  const auto& identity = proved.identity;
  const json::object plain{{"issuer", identity.issuer},
                           {"subject", identity.subject},
                           {"email", text_or_null(identity.email)},
                           {"email_verified", identity.email_verified},
                           {"name", text_or_null(identity.name)},
                           {"picture", text_or_null(identity.picture)},
                           {"locale", text_or_null(identity.locale)},
                           {"auth_time", micros_or_null(identity.auth_time)},
                           {"tokens", text_or_null(as_text(proved.sealed_tokens))},
                           {"redirect_to", proved.redirect_to},
                           {"code_challenge", text_or_null(proved.code_challenge)},
                           {"started_at", to_unix_micros(proved.started_at)}};
  return seal_for(deps, kCode, provider, json::serialize(plain));
}

Result<ProvedIdentity> open_proved(const Dependencies& deps, const std::string& provider, std::string_view payload) {
  const auto plain = open_for(deps, kCode, provider, payload);
  if (!plain && plain.error().code == ErrorCode::dependency_unavailable) return Failure(plain.error());
  const auto object = plain ? auth::parse_strict_object(plain->expose()) : std::nullopt;
  if (!object) return fail(ErrorCode::invalid_state, {}, "the code's payload can't be opened");
  const Members members(*object);
  ProvedIdentity proved;
  auto& identity = proved.identity;
  identity.issuer = members.text("issuer").value_or("");
  identity.subject = members.text("subject").value_or("");
  identity.email = members.text("email");
  identity.email_verified = members.truth("email_verified");
  identity.name = members.text("name");
  identity.picture = members.text("picture");
  identity.locale = members.text("locale");
  identity.auth_time = members.time("auth_time");
  if (const auto tokens = members.text("tokens")) proved.sealed_tokens = auth::base64url_decode(*tokens);
  proved.redirect_to = members.text("redirect_to").value_or("");
  proved.code_challenge = members.text("code_challenge");
  proved.started_at = members.time("started_at").value_or(Timestamp());
  if (identity.issuer.empty() || identity.subject.empty())
    return fail(ErrorCode::invalid_state, {}, "the code's payload names nobody");
  return proved;
}

Result<std::optional<std::string>> seal_tokens(const Dependencies& deps, const ports::ProviderIdentity& identity) {
  if (!deps.settings.store_provider_tokens || !identity.tokens) return std::optional<std::string>();
  const auto& tokens = *identity.tokens;
  const json::object plain{{"access_token", tokens.access_token.expose()},
                           {"refresh_token", exposed(tokens.refresh_token)},
                           {"id_token", exposed(tokens.id_token)},
                           {"scope", tokens.scope},
                           {"expires_at", micros_or_null(tokens.expires_at)}};
  GH_TRY(auto sealed, deps.cipher.seal(ports::DataPurpose::provider_token,
                                       std::string(kAccountTokensContext) + identity.issuer + '\n' + identity.subject,
                                       json::serialize(plain)));
  return std::optional(std::move(sealed));
}

}  // namespace gatehouse::application
