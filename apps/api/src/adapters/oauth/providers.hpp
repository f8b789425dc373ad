#pragma once
// The configured sign-in providers, behind the port. Made once at start; thread-safe.
#include <memory>
#include <string>
#include <vector>

#include "adapters/net/http_client.hpp"
#include "adapters/oauth/provider.hpp"
#include "modules/identity/ports/identity_provider.hpp"

namespace gatehouse::adapters::oauth {

/// The HTTP client's settings for providers: no answer of theirs is long.
net::HttpSettings http_settings(Reach reach);

class Providers : public ports::IdentityProviders {
 public:
  /// Returns what Provider::make() does. Providers are listed in the order of the presets, those of one preset by name.
  static Result<std::unique_ptr<Providers>> make(std::vector<ProviderSettings> settings, ProviderLimits limits,
                                                 const ports::Clock& clock);

  ports::IdentityProvider* find(const std::string& name) override;
  std::vector<ports::IdentityProvider*> list() override;
  const std::vector<std::unique_ptr<Provider>>& all() const { return providers_; }

 private:
  explicit Providers(Reach reach) : http_(http_settings(reach)) {}

  net::HttpClient http_;
  std::vector<std::unique_ptr<Provider>> providers_;
};

}  // namespace gatehouse::adapters::oauth
