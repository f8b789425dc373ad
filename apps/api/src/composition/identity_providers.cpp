#include "composition/identity_providers.hpp"

namespace gatehouse::composition {
namespace {

namespace oauth = adapters::oauth;

oauth::ProviderSettings provider_settings(const std::string& name, const config::OAuthProviderConfig& from) {
  oauth::ProviderSettings to;
  to.name = name;
  to.preset = find_provider_preset(from.preset);
  to.client_id = from.client_id;
  to.client_secret = from.client_secret;
  to.accepted_audiences = from.accepted_audiences;
  to.scopes = from.scopes;
  to.hosted_domain = from.hosted_domain;
  to.issuer = from.issuer;
  to.overrides = {.authorization = from.authorization_endpoint,
                  .token = from.token_endpoint,
                  .userinfo = from.userinfo_endpoint,
                  .emails = from.emails_endpoint,
                  .jwks = from.jwks_uri};
  to.team_id = from.team_id;
  to.key_id = from.key_id;
  to.private_key = from.private_key;
  return to;
}

}  // namespace

Result<std::unique_ptr<oauth::Providers>> make_identity_providers(const config::Config& config,
                                                                  const ports::Clock& clock) {
  std::vector<oauth::ProviderSettings> settings;
  for (const auto& [name, provider] : config.oauth.providers) settings.push_back(provider_settings(name, provider));
  oauth::ProviderLimits limits;
  limits.reach = config.oauth.allow_private_endpoints ? oauth::Reach::anywhere : oauth::Reach::public_https;
  return oauth::Providers::make(std::move(settings), limits, clock);
}

}  // namespace gatehouse::composition
