#pragma once
// One sign-in provider behind the port: the exchange of a code and the reading of who has signed in, as data says.
// Blocking, on the upstream lane; thread-safe. See the port for the errors.
#include <memory>
#include <string>
#include <string_view>

#include "adapters/oauth/client_authentication.hpp"
#include "adapters/oauth/person.hpp"
#include "adapters/oauth/provider_settings.hpp"
#include "adapters/oauth/published.hpp"
#include "adapters/oauth/token_answer.hpp"
#include "adapters/oauth/upstream.hpp"
#include "auth/id_token.hpp"
#include "modules/identity/ports/clock.hpp"
#include "modules/identity/ports/identity_provider.hpp"

namespace gatehouse::adapters::oauth {

/// How far a provider is trusted with our time and network.
struct ProviderLimits {
  Reach reach = Reach::public_https;
  std::chrono::milliseconds patience{10'000};  ///< for all calls of one redemption together
};

class Provider : public ports::IdentityProvider {
 public:
  /// Returns `dependency_unavailable`, the mend in `detail`, when Apple's private key can't be read.
  static Result<std::unique_ptr<Provider>> make(ProviderSettings settings, ProviderLimits limits, net::HttpClient& http,
                                                const ports::Clock& clock);

  const ports::ProviderFacts& facts() const override { return facts_; }
  Result<std::string> authorization_url(const ports::AuthorizationRequest& request) override;
  Result<ports::ProviderIdentity> redeem(const ports::CodeRedemption& redemption) override;
  Result<ports::NativeIdentity> verify_id_token(const Secret<std::string>& id_token) override;

  /// Whether it has answered of late, as far as anybody asked: for the health page.
  bool answers() const { return upstream_.answers(); }

  // What `gatehouse doctor` looks at besides (examination.hpp).
  const ProviderSettings& settings() const { return settings_; }
  const ProviderLimits& limits() const { return limits_; }
  Published& published() { return published_; }
  /// The token endpoint's answer to a code, unread.
  Result<net::HttpResponse> present_code(const ports::CodeRedemption& redemption, const Endpoints& endpoints,
                                         const Deadline& deadline);

 private:
  Provider(ProviderSettings settings, ProviderLimits limits, net::HttpClient& http, const ports::Clock& clock);

  Result<> check_callback_issuer(const std::optional<std::string>& issuer, const Endpoints& endpoints) const;
  Result<Person> person_of_answer(const TokenAnswer& tokens, const ports::CodeRedemption& redemption,
                                  const Endpoints& endpoints, const Deadline& deadline,
                                  std::optional<Timestamp>& auth_time);
  Result<Person> person_of_id_token(const auth::IdToken& token) const;
  Result<Person> person_of_userinfo(const std::string& access_token, const Endpoints& endpoints,
                                    const Deadline& deadline);
  Result<> add_primary_address(Person& person, const std::string& access_token, const Endpoints& endpoints,
                               const Deadline& deadline);
  Result<auth::IdToken> verify(const Secret<std::string>& token, auth::IdTokenExpectations expectations,
                               const Deadline& deadline);
  ports::ProviderIdentity identity_of(Person person) const;

  const ProviderSettings settings_;
  const ProviderLimits limits_;
  const ports::Clock& clock_;
  const ports::ProviderFacts facts_;
  Upstream upstream_;
  Published published_;
  std::optional<ClientAuthentication> authentication_;
};

}  // namespace gatehouse::adapters::oauth
