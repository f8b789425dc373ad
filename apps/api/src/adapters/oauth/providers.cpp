#include "adapters/oauth/providers.hpp"

#include <algorithm>

namespace gatehouse::adapters::oauth {

net::HttpSettings http_settings(Reach reach) {
  net::HttpSettings settings;
  settings.max_body = 512 * 1'024;
  settings.allow_private = reach == Reach::anywhere;
  settings.allow_http = reach == Reach::anywhere;
  return settings;
}

Result<std::unique_ptr<Providers>> Providers::make(std::vector<ProviderSettings> settings, ProviderLimits limits,
                                                   const ports::Clock& clock) {
  std::sort(settings.begin(), settings.end(), [](const ProviderSettings& a, const ProviderSettings& b) {
    return a.preset != b.preset ? std::less<>()(a.preset, b.preset) : a.name < b.name;
  });
  std::unique_ptr<Providers> providers(new Providers(limits.reach));
  for (ProviderSettings& one : settings) {
    GH_TRY(auto provider, Provider::make(std::move(one), limits, providers->http_, clock));
    providers->providers_.push_back(std::move(provider));
  }
  return providers;
}

ports::IdentityProvider* Providers::find(const std::string& name) {
  const auto found = std::find_if(providers_.begin(), providers_.end(),
                                  [&](const auto& provider) { return provider->facts().name == name; });
  return found == providers_.end() ? nullptr : found->get();
}

std::vector<ports::IdentityProvider*> Providers::list() {
  std::vector<ports::IdentityProvider*> all;
  for (const auto& provider : providers_) all.push_back(provider.get());
  return all;
}

}  // namespace gatehouse::adapters::oauth
