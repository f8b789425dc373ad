#include "adapters/oauth/published.hpp"

#include <algorithm>

#include "adapters/oauth/cache_lifetime.hpp"
#include "adapters/oauth/discovery_document.hpp"
#include "auth/jws.hpp"

namespace gatehouse::adapters::oauth {
namespace {

/// Endpoints hardly ever change, whatever the document's own headers say of it.
constexpr Duration kMetadataLifetime = std::chrono::hours(1);

Result<> expect_ok(const net::HttpResponse& response, std::string_view what) {
  if (response.status == 200) return {};
  return fail(ErrorCode::provider_error, {}, std::string(what) + " answered " + std::to_string(response.status));
}

void prefer(std::string& target, const std::string& override_) {
  if (!override_.empty()) target = override_;
}

}  // namespace

Published::Published(const ProviderSettings& settings, Reach reach, Upstream& upstream)
    : settings_(settings),
      reach_(reach),
      upstream_(upstream),
      discovered_([this](Timestamp, const Deadline& deadline) { return discover(deadline); }),
      keys_([this](Timestamp now, const Deadline& deadline) { return fetch_keys(now, deadline); }) {}

Result<Endpoints> Published::endpoints(Timestamp now, const Deadline& deadline) {
  const Endpoints known = known_endpoints(settings_);
  if (!needs_discovery(settings_)) return known;
  GH_TRY(const auto discovered, discovered_.get(now, deadline));
  Endpoints all = *discovered;
  prefer(all.authorization, known.authorization);
  prefer(all.token, known.token);
  prefer(all.userinfo, known.userinfo);
  prefer(all.emails, known.emails);
  prefer(all.jwks, known.jwks);
  return all;
}

Result<auth::KeySet> Published::keys_for(std::string_view token, Timestamp now, const Deadline& deadline) {
  GH_TRY(auto keys, keys_.get(now, deadline));
  const auto kid = auth::unverified_kid(token);
  const auto has_kid = [&](const auth::VerificationKey& key) { return key.kid == *kid; };
  if (kid && std::none_of(keys->begin(), keys->end(), has_kid)) {
    GH_TRY(keys, keys_.get_newer(keys, kKeySpacing, now, deadline));
  }
  return *keys;
}

Result<Refreshed<Endpoints>::Fetched> Published::discover(const Deadline& deadline) {
  const std::string issuer = issuer_of(settings_);
  GH_TRY(const auto response, upstream_.get(discovery_url(issuer), {}, deadline));
  GH_CHECK(expect_ok(response, "discovery"));
  GH_TRY(auto endpoints, parse_discovery(response.body, issuer, reach_));
  return Refreshed<Endpoints>::Fetched{std::move(endpoints), kMetadataLifetime};
}

Result<Refreshed<auth::KeySet>::Fetched> Published::fetch_keys(Timestamp now, const Deadline& deadline) {
  GH_TRY(const auto where, endpoints(now, deadline));
  GH_TRY(const auto response, upstream_.get(where.jwks, {}, deadline));
  GH_CHECK(expect_ok(response, "the key set"));
  auto keys = auth::parse_jwk_set(response.body);
  if (!keys || keys->empty()) return fail(ErrorCode::provider_error, {}, "the key set holds no usable key");
  return Refreshed<auth::KeySet>::Fetched{std::move(*keys), cache_lifetime(response.header("cache-control"))};
}

}  // namespace gatehouse::adapters::oauth
