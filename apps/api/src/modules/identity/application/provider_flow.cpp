#include "modules/identity/application/provider_flow.hpp"

#include <boost/json/serialize.hpp>

#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"
#include "auth/strict_json.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/record.hpp"
#include "modules/identity/application/throttle.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;
constexpr std::string_view kFlow = "flow";

std::string context_of(std::string_view kind, const std::string& provider) {
  return "oauth-" + std::string(kind) + '\n' + provider;
}

std::optional<std::string> text_of(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return std::string(found->get_string());
}

std::optional<ProviderFlow> read_flow(const json::object& from) {
  const auto intent = domain::from_text<domain::OAuthIntent>(text_of(from, "intent").value_or(""));
  const auto* started = from.if_contains("started_at");
  if (!intent || started == nullptr || !started->is_int64()) return std::nullopt;
  ProviderFlow flow;
  flow.state = text_of(from, "state").value_or("");
  flow.nonce = text_of(from, "nonce").value_or("");
  flow.code_verifier = Secret<std::string>(text_of(from, "code_verifier").value_or(""));
  flow.redirect_to = text_of(from, "redirect_to").value_or("");
  flow.client_id = text_of(from, "client_id").value_or("");
  flow.intent = *intent;
  if (auto session = text_of(from, "session_id")) flow.session_id = domain::SessionId(std::move(*session));
  flow.code_challenge = text_of(from, "code_challenge");
  flow.device_token = text_of(from, "device_token");
  flow.started_at = from_unix_micros(started->get_int64());
  return flow;
}

}  // namespace

Result<std::string> seal_for(const Dependencies& deps, std::string_view kind, const std::string& provider,
                             std::string_view plaintext) {
  return deps.cipher.seal(ports::DataPurpose::provider_token, context_of(kind, provider), plaintext);
}

Result<Secret<std::string>> open_for(const Dependencies& deps, std::string_view kind, const std::string& provider,
                                     std::string_view sealed) {
  return deps.cipher.open(ports::DataPurpose::provider_token, context_of(kind, provider), sealed);
}

Result<Secret<std::string>> seal_flow(const Dependencies& deps, const std::string& provider, const ProviderFlow& flow) {
  const json::object plain{{"state", flow.state},
                           {"nonce", flow.nonce},
                           {"code_verifier", flow.code_verifier.expose()},
                           {"redirect_to", flow.redirect_to},
                           {"client_id", flow.client_id},
                           {"intent", domain::to_text(flow.intent)},
                           {"session_id", flow.session_id ? json::value(flow.session_id->str()) : json::value(nullptr)},
                           {"code_challenge", text_or_null(flow.code_challenge)},
                           {"device_token", text_or_null(flow.device_token)},
                           {"started_at", to_unix_micros(flow.started_at)}};
  const Secret<std::string> text(json::serialize(plain));
  GH_TRY(const auto sealed, seal_for(deps, kFlow, provider, text.expose()));
  return Secret<std::string>(auth::base64url_encode(sealed));
}

Result<std::optional<ProviderFlow>> open_flow(const Dependencies& deps, const std::string& provider,
                                              const std::optional<std::string>& cookie) {
  const auto sealed = cookie ? auth::base64url_decode(*cookie) : std::nullopt;
  if (!sealed) return std::optional<ProviderFlow>();
  const auto plain = open_for(deps, kFlow, provider, *sealed);
  if (!plain && plain.error().code == ErrorCode::dependency_unavailable) return Failure(plain.error());
  if (!plain) return std::optional<ProviderFlow>();
  const auto object = auth::parse_strict_object(plain->expose());
  return object ? read_flow(*object) : std::nullopt;
}

Result<ports::IdentityProvider*> find_provider(const Dependencies& deps, const std::string& name) {
  auto* provider = deps.providers.find(name);
  if (provider == nullptr) return fail(ErrorCode::unknown_provider);
  return provider;
}

Result<const ClientSettings*> get_client(const Dependencies& deps, const std::string& client_id) {
  const auto* client = deps.settings.find_client(client_id);
  if (client == nullptr) return fail_field(ErrorCode::invalid_client, "client_id", "unknown", "no such client");
  return client;
}

std::string callback_uri(const Settings& settings, const std::string& provider) {
  return settings.public_url + "/v1/oauth/" + provider + "/callback";
}

std::string ticket_hash(std::string_view value) { return auth::sha256(value); }

domain::OAuthTicket make_ticket(domain::OAuthTicketKind kind, std::string_view value, std::string provider,
                                std::string client_id, Timestamp now) {
  domain::OAuthTicket ticket;
  ticket.id = domain::OAuthTicketId(new_id(now));
  ticket.kind = kind;
  ticket.token_hash = ticket_hash(value);
  ticket.provider = std::move(provider);
  ticket.client_id = std::move(client_id);
  ticket.created_at = now;
  ticket.expires_at = now + domain::lifetime_of(kind);
  return ticket;
}

Result<> spend_flow(ports::Tx& tx, const Dependencies& deps, const RequestInfo& request, Timestamp now) {
  GH_TRY([[maybe_unused]] const auto spent,
         reserve_try(tx, deps, {domain::BudgetKind::provider_flow}, {{}, request.ip, {}}, now));
  return {};
}

std::string with_parameter(const std::string& uri, std::string_view name, std::string_view value) {
  // Registered targets carry no fragment, and the values are codes of ours: nothing is to be escaped.
  return uri + (uri.find('?') == std::string::npos ? '?' : '&') + std::string(name) + '=' + std::string(value);
}

std::string with_error(const std::string& uri, ErrorCode code) {
  return with_parameter(uri, "error", error_info(code).code);
}

}  // namespace gatehouse::application
