#pragma once
// What a provider publishes about itself: its endpoints by discovery, and its keys. Cached as its headers say, fetched
// by one caller at a time, and keys once more for a `kid` that is not known, at a limited rate. Thread-safe.
#include <string>
#include <string_view>

#include "adapters/oauth/provider_settings.hpp"
#include "adapters/oauth/refreshed.hpp"
#include "adapters/oauth/upstream.hpp"
#include "auth/jwk.hpp"
#include "foundation/result.hpp"

namespace gatehouse::adapters::oauth {

class Published {
 public:
  /// Forced fetches of the keys, for an unknown kid, are at least this far apart.
  static constexpr Duration kKeySpacing = std::chrono::seconds(30);

  Published(const ProviderSettings& settings, Reach reach, Upstream& upstream);

  /// Overrides, preset and discovery together; none that sign-in needs is missing. Returns `provider_error` or
  /// `provider_timeout`.
  Result<Endpoints> endpoints(Timestamp now, const Deadline& deadline);

  /// The keys, fetched anew where none has the token's kid. Returns `provider_error` or `provider_timeout`; a kid that
  /// stays unknown is for the verifier to refuse.
  Result<auth::KeySet> keys_for(std::string_view token, Timestamp now, const Deadline& deadline);

 private:
  Result<Refreshed<Endpoints>::Fetched> discover(const Deadline& deadline);
  Result<Refreshed<auth::KeySet>::Fetched> fetch_keys(Timestamp now, const Deadline& deadline);

  const ProviderSettings& settings_;
  const Reach reach_;
  Upstream& upstream_;
  Refreshed<Endpoints> discovered_;
  Refreshed<auth::KeySet> keys_;
};

}  // namespace gatehouse::adapters::oauth
