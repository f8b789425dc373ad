#pragma once
// A sign-in provider for tests, on loopback: answers by path, and keeps what it was asked. ID tokens are signed for
// real.
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/serialize.hpp>

#include "adapters/net/tests/stub_server.hpp"
#include "adapters/oauth/provider.hpp"
#include "adapters/oauth/providers.hpp"
#include "auth/jwk.hpp"
#include "auth/jwt.hpp"
#include "auth/pkce.hpp"

namespace gatehouse::adapters::oauth {

using adapters::testing::StubRequest;
using adapters::testing::StubResponse;
using adapters::testing::StubServer;

class FixedClock : public ports::Clock {
 public:
  Timestamp now() const override { return now_; }
  void advance(Duration by) { now_ += by; }

 private:
  Timestamp now_ = from_unix_seconds(1'800'000'000);
};

class StubProvider {
 public:
  using Answer = std::function<StubResponse(const StubRequest&)>;

  std::string url() const { return server_.url(); }

  void answer(const std::string& path, Answer how) {
    const std::lock_guard lock(mutex_);
    answers_[path] = std::move(how);
  }
  void answer(const std::string& path, StubResponse with) {
    answer(path, [with = std::move(with)](const StubRequest&) { return with; });
  }
  void answer_json(const std::string& path, const boost::json::value& body) {
    answer(path, StubResponse{200, boost::json::serialize(body), "Content-Type: application/json\r\n"});
  }

  std::vector<StubRequest> requests(const std::string& path) {
    const std::lock_guard lock(mutex_);
    return seen_[path];
  }

 private:
  StubResponse handle(const StubRequest& request) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    Answer how;
    {
      const std::lock_guard lock(mutex_);
      seen_[path].push_back(request);
      if (answers_.contains(path)) how = answers_[path];
    }
    return how ? how(request) : StubResponse{404, "{}"};
  }

  std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::map<std::string, std::vector<StubRequest>> seen_;
  StubServer server_{[this](const StubRequest& request) { return handle(request); }};
};

/// The fields of a form.
inline std::map<std::string, std::string> form_of(const std::string& body) {
  std::map<std::string, std::string> fields;
  std::size_t at = 0;
  while (at < body.size()) {
    const auto end = std::min(body.find('&', at), body.size());
    const std::string pair = body.substr(at, end - at);
    std::string value;
    for (std::size_t i = pair.find('=') + 1; i < pair.size(); ++i) {
      if (pair[i] == '%') {
        value += static_cast<char>(std::stoi(pair.substr(i + 1, 2), nullptr, 16));
        i += 2;
      } else {
        value += pair[i];
      }
    }
    fields[pair.substr(0, pair.find('='))] = value;
    at = end + 1;
  }
  return fields;
}

inline const auth::PrivateKey& stub_key() {
  static const auth::PrivateKey key = auth::PrivateKey::generate(auth::SignatureAlgorithm::RS256);
  return key;
}
inline const auth::PrivateKey& second_stub_key() {
  static const auth::PrivateKey key = auth::PrivateKey::generate(auth::SignatureAlgorithm::ES256);
  return key;
}

/// One configured provider over a stub.
struct StubSetting {
  FixedClock clock;
  StubProvider stub;
  std::unique_ptr<Providers> providers;

  ports::IdentityProvider& provider() { return *providers->list().front(); }
  Provider& concrete() { return *providers->all().front(); }

  /// Makes the provider out of the preset, all endpoints at the stub. `edit` changes the settings.
  void make(const std::string& preset, const std::function<void(ProviderSettings&)>& edit = {},
            std::chrono::milliseconds patience = std::chrono::seconds(5)) {
    ProviderSettings settings;
    settings.name = preset;
    settings.preset = find_provider_preset(preset);
    settings.client_id = "our-client";
    settings.client_secret = Secret<std::string>("s3cr:et/+");
    settings.accepted_audiences = {"our-client"};
    settings.overrides.authorization = stub.url() + "/authorize";
    settings.overrides.token = stub.url() + "/token";
    settings.overrides.jwks = stub.url() + "/jwks";
    if (settings.preset->person != PersonSource::id_token) settings.overrides.userinfo = stub.url() + "/userinfo";
    if (!settings.preset->emails_endpoint.empty()) settings.overrides.emails = stub.url() + "/emails";
    if (settings.preset->issuer.empty()) settings.issuer = stub.url();
    if (edit) edit(settings);
    std::vector<ProviderSettings> all;
    all.push_back(std::move(settings));
    auto made = Providers::make(std::move(all), {Reach::anywhere, patience}, clock);
    if (!made) throw std::runtime_error(made.error().detail);
    providers = std::move(*made);
    stub.answer(
        "/jwks",
        StubResponse{200, auth::jwk_set_to_json(std::vector<auth::VerificationKey>{{"k1", stub_key().public_key()}})});
  }

  boost::json::object claims(const std::string& issuer) const {
    const std::int64_t now = to_unix_seconds(clock.now());
    return {{"iss", issuer},     {"sub", "1234"},       {"aud", "our-client"},        {"exp", now + 600},
            {"iat", now - 1},    {"nonce", "n1"},       {"email", "ada@example.com"}, {"email_verified", true},
            {"name", "Ada Ivy"}, {"auth_time", now - 5}};
  }
  std::string id_token(const boost::json::object& claims) const {
    return auth::jwt_sign(stub_key(), "k1", "JWT", claims);
  }

  /// The token endpoint gives these claims as an ID token.
  void give(const boost::json::object& claims) {
    stub.answer_json("/token", boost::json::object{{"access_token", "at-1"},
                                                   {"token_type", "Bearer"},
                                                   {"expires_in", 3600},
                                                   {"scope", "openid email"},
                                                   {"id_token", id_token(claims)}});
  }
  void give_access_token() {
    stub.answer_json("/token", boost::json::object{{"access_token", "at-1"}, {"token_type", "bearer"}, {"scope", "x"}});
  }

  static ports::CodeRedemption redemption() {
    ports::CodeRedemption redemption;
    redemption.code = Secret<std::string>("c0de");
    redemption.code_verifier = Secret<std::string>(std::string(43, 'v'));
    redemption.nonce = "n1";
    redemption.redirect_uri = "https://id.example/v1/oauth/x/callback";
    return redemption;
  }
  Result<ports::ProviderIdentity> redeem() { return provider().redeem(redemption()); }
  ErrorCode refusal() {
    const auto identity = redeem();
    EXPECT_FALSE(identity.has_value());
    return identity ? ErrorCode::internal_error : identity.error().code;
  }
};

}  // namespace gatehouse::adapters::oauth
