#include "adapters/oauth/authorization_url.hpp"

#include "adapters/net/http_client.hpp"

namespace gatehouse::adapters::oauth {
namespace {

template <class Scopes>
std::string joined_scopes(const Scopes& scopes) {
  std::string all;
  for (const auto& scope : scopes) all += (all.empty() ? "" : " ") + std::string(scope);
  return all;
}

}  // namespace

std::string authorization_url(const std::string& endpoint, const ProviderSettings& settings,
                              const ports::AuthorizationRequest& request) {
  const ProviderPreset& preset = *settings.preset;
  std::vector<std::pair<std::string, std::string>> parameters{
      {"response_type", "code"},
      {"client_id", settings.client_id},
      {"redirect_uri", request.redirect_uri},
      {"scope", settings.scopes.empty() ? joined_scopes(preset.scopes) : joined_scopes(settings.scopes)},
      {"state", request.state},
      {"code_challenge", request.code_challenge},
      {"code_challenge_method", "S256"}};
  if (gives_id_tokens(preset)) parameters.emplace_back("nonce", request.nonce);
  if (preset.response_mode == ResponseMode::form_post) parameters.emplace_back("response_mode", "form_post");
  // Only a hint to the provider's page: the claim is what is enforced.
  if (!settings.hosted_domain.empty())
    parameters.emplace_back(std::string(preset.claims.hosted_domain), settings.hosted_domain);
  for (const PresetPair& pair : preset.authorization) parameters.emplace_back(pair.name, pair.value);
  if (request.fresh_login == ports::FreshLogin::required) {
    for (const PresetPair& pair : preset.fresh_login) parameters.emplace_back(pair.name, pair.value);
  }
  return endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") + net::form_encode(parameters);
}

}  // namespace gatehouse::adapters::oauth
