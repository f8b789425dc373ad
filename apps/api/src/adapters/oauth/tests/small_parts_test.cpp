#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

#include "adapters/oauth/authorization_url.hpp"
#include "adapters/oauth/cache_lifetime.hpp"
#include "adapters/oauth/circuit.hpp"
#include "adapters/oauth/discovery_document.hpp"
#include "adapters/oauth/tests/stub_provider.hpp"

namespace gatehouse::adapters::oauth {
namespace {

using namespace std::chrono_literals;
using boost::json::object;
using boost::json::value;

object good_document() {
  return {{"issuer", "https://idp.example"},
          {"authorization_endpoint", "https://idp.example/auth"},
          {"token_endpoint", "https://idp.example/token"},
          {"jwks_uri", "https://keys.example/jwks"},
          {"userinfo_endpoint", "https://idp.example/me"},
          {"response_types_supported", {"code", "id_token"}},
          {"code_challenge_methods_supported", {"S256"}},
          {"authorization_response_iss_parameter_supported", true}};
}
Result<Endpoints> read(const object& document, Reach reach = Reach::public_https) {
  return parse_discovery(boost::json::serialize(document), "https://idp.example", reach);
}
object document_with(std::string_view name, value changed) {
  object document = good_document();
  document[name] = std::move(changed);
  return document;
}

TEST(Discovery, gives_the_endpoints) {
  const auto endpoints = read(good_document());
  ASSERT_TRUE(endpoints.has_value()) << endpoints.error().cause;
  EXPECT_EQ(endpoints->authorization, "https://idp.example/auth");
  EXPECT_EQ(endpoints->token, "https://idp.example/token");
  EXPECT_EQ(endpoints->jwks, "https://keys.example/jwks");
  EXPECT_EQ(endpoints->userinfo, "https://idp.example/me");
  EXPECT_TRUE(endpoints->promises_issuer);
  object thin = good_document();
  for (const char* name : {"userinfo_endpoint", "response_types_supported", "code_challenge_methods_supported",
                           "authorization_response_iss_parameter_supported"})
    thin.erase(name);
  ASSERT_TRUE(read(thin).has_value());
  EXPECT_FALSE(read(thin)->promises_issuer);
}

TEST(Discovery, the_issuer_is_equal_character_for_character) {
  for (const char* issuer :
       {"https://idp.example/", "https://IDP.example", "http://idp.example", "https://evil.example", ""})
    EXPECT_EQ(read(document_with("issuer", issuer)).error().code, ErrorCode::provider_error) << issuer;
  EXPECT_FALSE(read(document_with("issuer", nullptr)).has_value());
  EXPECT_EQ(discovery_url("https://idp.example/realms/x/"),
            "https://idp.example/realms/x/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://idp.example"), "https://idp.example/.well-known/openid-configuration");
}

TEST(Discovery, endpoints_are_https) {
  for (const char* name : {"authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"}) {
    for (const value& url : {value("http://idp.example/x"), value("file:///etc/passwd"), value(""), value(7),
                             value("https://a b"), value("https://x/\r\nX: y")})
      EXPECT_FALSE(read(document_with(name, url)).has_value()) << name << boost::json::serialize(url);
  }
  EXPECT_TRUE(read(document_with("jwks_uri", "http://127.0.0.1:1/x"), Reach::anywhere).has_value());
}

TEST(Discovery, a_provider_without_code_or_s256_is_refused) {
  EXPECT_FALSE(read(document_with("response_types_supported", {"id_token"})).has_value());
  EXPECT_FALSE(read(document_with("code_challenge_methods_supported", {"plain"})).has_value());
  EXPECT_FALSE(read(document_with("code_challenge_methods_supported", "S256")).has_value());
  for (const char* text :
       {"", "[]", "<html>", "{\"issuer\":\"https://idp.example\",\"issuer\":\"https://idp.example\"}"})
    EXPECT_FALSE(parse_discovery(text, "https://idp.example", Reach::anywhere).has_value());
}

TEST(Endpoints, belong_to_their_issuer) {
  ProviderSettings settings;
  settings.preset = find_provider_preset("apple");
  EXPECT_FALSE(needs_discovery(settings));
  EXPECT_EQ(known_endpoints(settings).token, "https://appleid.apple.com/auth/token");
  EXPECT_EQ(accepted_issuers(settings),
            (std::vector<std::string>{"https://appleid.apple.com", "https://account.apple.com"}));
  settings.issuer = "https://idp.example";
  EXPECT_TRUE(needs_discovery(settings));
  EXPECT_EQ(known_endpoints(settings).token, "");
  EXPECT_EQ(accepted_issuers(settings), std::vector<std::string>{"https://idp.example"});
  settings.preset = find_provider_preset("google");
  settings.issuer.clear();
  EXPECT_TRUE(needs_discovery(settings));
  settings.overrides = {.authorization = "a", .token = "t", .userinfo = {}, .emails = {}, .jwks = "j"};
  EXPECT_FALSE(needs_discovery(settings));
}

TEST(CacheLifetime, follows_cache_control_within_bounds) {
  EXPECT_EQ(cache_lifetime({}), 15min);
  EXPECT_EQ(cache_lifetime("public, max-age=19845, must-revalidate, no-transform"), 19'845s);
  EXPECT_EQ(cache_lifetime("Max-Age=\"300\""), 300s);
  EXPECT_EQ(cache_lifetime("max-age=5"), 1min);
  EXPECT_EQ(cache_lifetime("max-age=99999999999999"), 24h);
  for (const char* text : {"no-store", "max-age=9000, no-cache", "NO-STORE"})
    EXPECT_EQ(cache_lifetime(text), 1min) << text;
  for (const char* text : {"", ",,,", "max-age", "max-age=", "max-age=-1", "max-age=1x", "s-maxage=9"})
    EXPECT_EQ(cache_lifetime(text), 15min) << text;
}

TEST(HttpDate, is_read_in_its_one_form) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), from_unix_seconds(784'111'777));
  for (const char* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET"})
    EXPECT_FALSE(parse_http_date(text).has_value()) << text;
}

TEST(Circuit, opens_after_silence_and_lets_one_through_now_and_then) {
  Circuit circuit({.failures = 3, .pause = 5s, .longest_try = 30s});
  Circuit::Time now{};
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(circuit.admit(now));
    circuit.report(false, now);
  }
  EXPECT_TRUE(circuit.is_open());
  EXPECT_FALSE(circuit.admit(now + 4s));
  EXPECT_TRUE(circuit.admit(now + 5s));
  EXPECT_FALSE(circuit.admit(now + 5s));  // one at a time
  circuit.report(false, now + 6s);
  EXPECT_FALSE(circuit.admit(now + 10s));
  EXPECT_TRUE(circuit.admit(now + 11s));
  circuit.report(true, now + 12s);
  EXPECT_FALSE(circuit.is_open());
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(circuit.admit(now + 12s));
}

TEST(Circuit, an_answer_in_between_keeps_it_closed) {
  Circuit circuit({.failures = 2, .pause = 5s, .longest_try = 30s});
  for (int i = 0; i < 10; ++i) {
    circuit.report(false, {});
    circuit.report(true, {});
  }
  EXPECT_TRUE(circuit.admit({}));
}

ports::AuthorizationRequest request(ports::FreshLogin fresh = ports::FreshLogin::not_needed) {
  return {"st&te", "n1", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "https://id.example/v1/oauth/x/callback",
          fresh};
}
std::map<std::string, std::string> parameters_of(const std::string& preset,
                                                 ports::FreshLogin fresh = ports::FreshLogin::not_needed,
                                                 const std::string& hosted_domain = "") {
  ProviderSettings settings;
  settings.preset = find_provider_preset(preset);
  settings.client_id = "our-client";
  settings.hosted_domain = hosted_domain;
  const std::string url = authorization_url("https://idp.example/auth", settings, request(fresh));
  EXPECT_TRUE(url.starts_with("https://idp.example/auth?"));
  return form_of(url.substr(url.find('?') + 1));
}

TEST(AuthorizationUrl, t06_carries_pkce_and_state_for_every_preset) {
  for (const ProviderPreset& preset : kProviderPresets) {
    auto parameters = parameters_of(std::string(preset.name));
    EXPECT_EQ(parameters["response_type"], "code");
    EXPECT_EQ(parameters["client_id"], "our-client");
    EXPECT_EQ(parameters["redirect_uri"], "https://id.example/v1/oauth/x/callback");
    EXPECT_EQ(parameters["state"], "st&te");
    EXPECT_EQ(parameters["code_challenge_method"], "S256");
    EXPECT_EQ(parameters["code_challenge"].size(), 43U);
    EXPECT_EQ(parameters.contains("nonce"), gives_id_tokens(preset)) << preset.name;
    EXPECT_FALSE(parameters.contains("prompt"));
    EXPECT_FALSE(parameters.contains("max_age"));
  }
}

TEST(AuthorizationUrl, asks_as_the_preset_says) {
  EXPECT_EQ(parameters_of("google")["scope"], "openid email profile");
  EXPECT_EQ(parameters_of("google", ports::FreshLogin::not_needed, "corp.example")["hd"], "corp.example");
  EXPECT_EQ(parameters_of("google", ports::FreshLogin::required)["max_age"], "0");
  EXPECT_EQ(parameters_of("google", ports::FreshLogin::required)["claims"],
            R"({"id_token":{"auth_time":{"essential":true}}})");
  EXPECT_EQ(parameters_of("oidc", ports::FreshLogin::required)["prompt"], "login");
  EXPECT_EQ(parameters_of("apple")["response_mode"], "form_post");
  EXPECT_EQ(parameters_of("apple")["scope"], "name email");
  EXPECT_EQ(parameters_of("github")["scope"], "read:user user:email");
  EXPECT_EQ(parameters_of("discord")["scope"], "identify email");
  ProviderSettings settings;
  settings.preset = find_provider_preset("oidc");
  settings.scopes = {"openid", "groups"};
  const std::string url = authorization_url("https://idp.example/auth?tenant=1", settings, request());
  EXPECT_TRUE(url.starts_with("https://idp.example/auth?tenant=1&response_type=code&")) << url;
  EXPECT_NE(url.find("scope=openid%20groups"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::adapters::oauth
