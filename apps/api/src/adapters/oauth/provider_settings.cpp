#include "adapters/oauth/provider_settings.hpp"

namespace gatehouse::adapters::oauth {
namespace {

bool is_presets_issuer(const ProviderSettings& settings) {
  return settings.issuer.empty() || settings.issuer == settings.preset->issuer;
}

std::string first_of(const std::string& override_, std::string_view preset, bool use_preset) {
  return override_.empty() && use_preset ? std::string(preset) : override_;
}

}  // namespace

std::string issuer_of(const ProviderSettings& settings) {
  return settings.issuer.empty() ? std::string(settings.preset->issuer) : settings.issuer;
}

std::vector<std::string> accepted_issuers(const ProviderSettings& settings) {
  std::vector<std::string> issuers{issuer_of(settings)};
  if (is_presets_issuer(settings))
    issuers.insert(issuers.end(), settings.preset->issuer_aliases.begin(), settings.preset->issuer_aliases.end());
  return issuers;
}

// Endpoints belong to their issuer: with another one, a preset's would send the code to a stranger.
Endpoints known_endpoints(const ProviderSettings& settings) {
  const ProviderPreset& preset = *settings.preset;
  const Endpoints& said = settings.overrides;
  const bool ours = is_presets_issuer(settings);
  Endpoints known;
  known.authorization = first_of(said.authorization, preset.authorization_endpoint, ours);
  known.token = first_of(said.token, preset.token_endpoint, ours);
  known.userinfo = first_of(said.userinfo, preset.userinfo_endpoint, ours);
  known.emails = first_of(said.emails, preset.emails_endpoint, ours);
  known.jwks = first_of(said.jwks, preset.jwks_uri, ours);
  return known;
}

bool needs_discovery(const ProviderSettings& settings) {
  if (!settings.preset->discovery && is_presets_issuer(settings)) return false;
  const Endpoints known = known_endpoints(settings);
  const bool has_person = gives_id_tokens(*settings.preset) ? !known.jwks.empty() : !known.userinfo.empty();
  return known.authorization.empty() || known.token.empty() || !has_person;
}

bool gives_id_tokens(const ProviderPreset& preset) { return preset.person != PersonSource::userinfo; }

}  // namespace gatehouse::adapters::oauth
