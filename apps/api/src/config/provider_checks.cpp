// The checks of [oauth.providers.NAME], by what its preset needs: no provider is named here.
#include <algorithm>

#include "config/checks.hpp"
#include "config/url.hpp"
#include "contracts/generated/provider_presets.hpp"

namespace gatehouse::config {
namespace {

constexpr std::string_view kSection = "oauth.providers";

struct Fault {
  std::string key, what, mend;
};

void check_credentials(const OAuthProviderConfig& p, const ProviderPreset& preset, std::vector<Fault>& faults) {
  if (p.client_id.empty())
    faults.push_back(
        {"client_id", "must be set",
         "set it to the id registered at " + (preset.issuer.empty() ? "the provider" : std::string(preset.title))});
  const std::string name(preset.name);
  if (preset.client_auth == ClientAuth::apple_jwt) {
    if (p.team_id.empty() || p.key_id.empty() || p.private_key.empty())
      faults.push_back({"private_key", "and team_id, key_id must be set for preset = \"" + name + "\"",
                        "set team_id, key_id, and private_key or private_key_file to the .p8 file's text"});
    if (!p.client_secret.empty())
      faults.push_back({"client_secret", "is not used by preset = \"" + name + "\"",
                        "remove it; the secret is made from the private key"});
    return;
  }
  if (p.client_secret.empty())
    faults.push_back({"client_secret", "must be set", "set client_secret or client_secret_file"});
  const std::pair<const char*, bool> of_others[] = {
      {"team_id", !p.team_id.empty()}, {"key_id", !p.key_id.empty()}, {"private_key", !p.private_key.empty()}};
  for (const auto& [key, is_set] : of_others)
    if (is_set) faults.push_back({key, "is not used by preset = \"" + name + "\"", "remove it"});
}

/// OpenID Connect Discovery 1.0 section 2: no query and no fragment; and `iss` is compared character for character.
void check_issuer(const OAuthProviderConfig& p, const ProviderPreset& preset, std::vector<Fault>& faults) {
  if (p.issuer.empty() && preset.issuer.empty()) {
    faults.push_back(
        {"issuer", "must be set for preset = \"" + std::string(preset.name) + "\"", "set it to the provider's issuer"});
  }
  const auto parts = parse_url(p.issuer);
  if (parts && (parts->has_query || parts->has_fragment || parts->has_user))
    faults.push_back({"issuer", "has a query, a fragment or a user", "leave scheme, host and path"});
}

void check_rest(const OAuthProviderConfig& p, const ProviderPreset& preset, std::vector<Fault>& faults) {
  const auto asks_for = [](const auto& scopes, std::string_view scope) {
    return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
  };
  if (!p.scopes.empty() && asks_for(preset.scopes, "openid") && !asks_for(p.scopes, "openid"))
    faults.push_back({"scopes", "lacks \"openid\", without which there is no ID token", "add it"});
  if (!p.hosted_domain.empty() && preset.claims.hosted_domain.empty())
    faults.push_back({"hosted_domain", "is not used by preset = \"" + std::string(preset.name) + "\"", "remove it"});
  if (!p.emails_endpoint.empty() && preset.emails_endpoint.empty())
    faults.push_back({"emails_endpoint", "is not used by preset = \"" + std::string(preset.name) + "\"", "remove it"});
}

}  // namespace

void Checks::oauth() {
  for (const auto& [name, p] : config_.oauth.providers) {
    const ProviderPreset* preset = find_provider_preset(p.preset);
    if (preset == nullptr) continue;  // the binder has said so, with the nearest name
    std::vector<Fault> faults;
    check_credentials(p, *preset, faults);
    check_issuer(p, *preset, faults);
    check_rest(p, *preset, faults);
    for (Fault& fault : faults)
      add({std::string(kSection), name, fault.key}, std::move(fault.what), std::move(fault.mend));
    const std::pair<const char*, const Text*> urls[] = {{"issuer", &p.issuer},
                                                        {"authorization_endpoint", &p.authorization_endpoint},
                                                        {"token_endpoint", &p.token_endpoint},
                                                        {"userinfo_endpoint", &p.userinfo_endpoint},
                                                        {"emails_endpoint", &p.emails_endpoint},
                                                        {"jwks_uri", &p.jwks_uri}};
    for (const auto& [key, value] : urls) url({std::string(kSection), name, key}, *value, {"https", "http"});
  }
}

}  // namespace gatehouse::config
