#pragma once
// An installation with sign-in providers that a test plays itself: they keep to the port's promises (a code is good for
// the request with its challenge, nonce and redirect URI), and say of whom comes what the test wants.
#include <map>
#include <mutex>

#include "composition/tests/fixture.hpp"
#include "modules/identity/application/exchange_provider_code.hpp"
#include "modules/identity/application/finish_provider_flow.hpp"
#include "modules/identity/application/native_sign_in.hpp"
#include "modules/identity/application/start_provider_flow.hpp"

namespace gatehouse::composition::testing {

inline const std::string kWebReturn = "https://app.example/in";
inline const std::string kAppReturn = "com.example.app:/in";
inline const std::string kVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

class PlayedProvider final : public ports::IdentityProvider {
 public:
  explicit PlayedProvider(ports::ProviderFacts facts) : facts_(std::move(facts)) {}

  const ports::ProviderFacts& facts() const override { return facts_; }
  Result<std::string> authorization_url(const ports::AuthorizationRequest& request) override;
  Result<ports::ProviderIdentity> redeem(const ports::CodeRedemption& redemption) override;
  Result<ports::NativeIdentity> verify_id_token(const Secret<std::string>& id_token) override;

  /// What it says of whoever brings this code; any other code is spent, as far as it knows.
  std::map<std::string, ports::ProviderIdentity> people;
  std::map<std::string, ports::NativeIdentity> native;  ///< by ID token
  std::optional<ErrorCode> trouble;                     ///< every call fails with it
  ports::AuthorizationRequest last;
  std::optional<std::string> last_user;

 private:
  ports::ProviderFacts facts_;
  std::mutex mutex_;
  std::map<std::string, ports::AuthorizationRequest> asked_;  ///< by nonce
};

class PlayedProviders final : public ports::IdentityProviders {
 public:
  PlayedProviders();
  ports::IdentityProvider* find(const std::string& name) override;
  std::vector<ports::IdentityProvider*> list() override;

  PlayedProvider google, github, apple;
  std::string disabled;  ///< a provider that the configuration has lost
};

/// Whom a provider speaks of.
ports::ProviderIdentity somebody(const std::string& subject, const std::string& email, bool verified = true,
                                 const std::string& issuer = "https://accounts.google.com");

class ProviderWorld : public World {
 public:
  explicit ProviderWorld(const Configure& configure = {});

  /// The world's own, but with the played providers.
  const application::Dependencies& deps() { return deps_; }

  struct Begun {
    std::string state;
    std::optional<std::string> cookie;
  };
  /// A cookie client's way out.
  Begun begin(const std::string& provider = "google", const std::string& client = "web",
              const std::string& redirect = kWebReturn);
  /// A bearer client's, or a session's.
  Begun begin_for(domain::OAuthIntent intent, const Caller* caller, const std::string& provider = "google");
  Begun open_link(const std::string& url, const std::string& provider);
  /// And back.
  Result<application::FlowFinished> finish(const Begun& flow, const std::string& code,
                                           const std::string& provider = "google");
  /// There and back for a cookie client; the location says what came of it.
  application::FlowFinished arrive(const ports::ProviderIdentity& who, const std::string& provider = "google");
  /// A session out of it; the test fails where there is none.
  SignedIn enter(const ports::ProviderIdentity& who, const std::string& provider = "google");
  /// There and back for a bearer client: the code, empty where the location carries none.
  std::string code_for(const ports::ProviderIdentity& who, domain::OAuthIntent intent = domain::OAuthIntent::sign_in,
                       const Caller* caller = nullptr, const std::string& provider = "google");
  Result<application::ExchangeOutcome> exchange(const std::string& code, const Caller* caller = nullptr,
                                                const std::string& verifier = kVerifier);
  Caller caller_of(const SignedIn& signed_in);
  std::size_t count_accounts(const domain::UserId& user);
  std::size_t count_users();
  /// Audit rows of an action that failed.
  int count_refusals(std::string_view action);

  PlayedProviders providers;

 private:
  application::Dependencies deps_;
};

/// `error=…` of a location, or nothing.
std::string error_in(const std::string& location);
std::string parameter_of(const std::string& location, const std::string& name);

}  // namespace gatehouse::composition::testing
