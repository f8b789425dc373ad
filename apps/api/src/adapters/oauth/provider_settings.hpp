#pragma once
// What one sign-in provider is made of: its preset (contracts/generated/provider_presets.hpp) and what the
// configuration says. Made by composition, never changed after start.
#include <string>
#include <string_view>
#include <vector>

#include "contracts/generated/provider_presets.hpp"
#include "foundation/secret.hpp"

namespace gatehouse::adapters::oauth {

/// Where a provider is asked what. Empty: it has none, or discovery tells it.
struct Endpoints {
  std::string authorization, token, userinfo, emails, jwks;
  /// Its metadata promise `iss` in the callback (RFC 9207).
  bool promises_issuer = false;
};

struct ProviderSettings {
  std::string name;  ///< as in `[oauth.providers.NAME]` and in the paths
  const ProviderPreset* preset = nullptr;
  std::string client_id;
  Secret<std::string> client_secret;
  std::vector<std::string> accepted_audiences;
  std::vector<std::string> scopes;  ///< empty: the preset's
  std::string hosted_domain;
  std::string issuer;     ///< empty: the preset's
  Endpoints overrides{};  ///< what the configuration says
  std::string team_id, key_id;
  Secret<std::string> private_key;  ///< PKCS#8 PEM, as Apple's .p8 file
};

/// The issuer that holds: the configured one, else the preset's. Accounts are kept under it.
std::string issuer_of(const ProviderSettings& settings);
/// Every spelling of `iss` that is taken: the preset's other spellings belong to its own issuer alone.
std::vector<std::string> accepted_issuers(const ProviderSettings& settings);
/// The endpoints known without asking: overrides, then the preset's, unless another issuer is configured.
Endpoints known_endpoints(const ProviderSettings& settings);
/// Whether the discovery document has to be read: it has one, and an endpoint that sign-in needs is not known.
bool needs_discovery(const ProviderSettings& settings);
/// Whether it gives ID tokens, and so is an OpenID provider.
bool gives_id_tokens(const ProviderPreset& preset);
/// Whether endpoints may lie at http or private addresses.
enum class Reach { public_https, anywhere };

}  // namespace gatehouse::adapters::oauth
