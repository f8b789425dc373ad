// Providers of ID tokens: Google, Apple, GitLab and any OpenID issuer, by their presets.
#include <gtest/gtest.h>

#include "adapters/oauth/tests/stub_provider.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::oauth {
namespace {

using boost::json::object;
using boost::json::value;

class OpenIdProviderTest : public ::testing::Test, public StubSetting {
 protected:
  static constexpr const char* kGoogle = "https://accounts.google.com";
  static constexpr const char* kApple = "https://appleid.apple.com";

  object with(object claims, std::string_view name, value changed) {
    claims[name] = std::move(changed);
    return claims;
  }
  object without(object claims, std::string_view name) {
    claims.erase(name);
    return claims;
  }
  void make_apple() {
    make("apple", [](ProviderSettings& settings) {
      settings.client_id = "our-client";
      settings.client_secret = {};
      settings.team_id = "TEAM123456";
      settings.key_id = "KEY1234567";
      const auto der = second_stub_key().to_pkcs8_der();
      settings.private_key = Secret<std::string>("-----BEGIN PRIVATE KEY-----\n" + auth::base64_encode(der.expose()) +
                                                 "\n-----END PRIVATE KEY-----\n");
    });
  }
};

TEST_F(OpenIdProviderTest, google_signs_in_by_its_id_token) {
  make("google");
  give(claims(kGoogle));
  const auto identity = redeem();
  ASSERT_TRUE(identity.has_value()) << identity.error().cause;
  EXPECT_EQ(identity->issuer, kGoogle);
  EXPECT_EQ(identity->subject, "1234");
  EXPECT_EQ(identity->email, "ada@example.com");
  EXPECT_TRUE(identity->email_verified);
  EXPECT_EQ(identity->name, "Ada Ivy");
  EXPECT_EQ(identity->auth_time, clock.now() - std::chrono::seconds(5));
  ASSERT_TRUE(identity->tokens.has_value());
  EXPECT_EQ(identity->tokens->access_token.expose(), "at-1");
  EXPECT_EQ(identity->tokens->expires_at, clock.now() + std::chrono::hours(1));
  EXPECT_TRUE(stub.requests("/userinfo").empty());
}

TEST_F(OpenIdProviderTest, t06_the_code_goes_with_verifier_redirect_uri_and_secret_as_a_form) {
  make("google");
  give(claims(kGoogle));
  ASSERT_TRUE(redeem().has_value());
  const auto request = stub.requests("/token").front();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.headers.at("content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.headers.at("accept"), "application/json");
  EXPECT_TRUE(request.headers.at("user-agent").starts_with("gatehouse/"));
  EXPECT_EQ(form_of(request.body),
            (std::map<std::string, std::string>{{"grant_type", "authorization_code"},
                                                {"code", "c0de"},
                                                {"redirect_uri", "https://id.example/v1/oauth/x/callback"},
                                                {"code_verifier", std::string(43, 'v')},
                                                {"client_id", "our-client"},
                                                {"client_secret", "s3cr:et/+"}}));
}

TEST_F(OpenIdProviderTest, both_spellings_of_an_issuer_are_one_identity) {
  make("google");
  give(claims("accounts.google.com"));
  EXPECT_EQ(redeem()->issuer, kGoogle);
  make_apple();
  give(claims("https://account.apple.com"));
  EXPECT_EQ(redeem()->issuer, kApple);
}

TEST_F(OpenIdProviderTest, t07_refuses_what_is_wrong_with_an_id_token) {
  make("google");
  const object good = claims(kGoogle);
  const std::int64_t now = to_unix_seconds(clock.now());
  for (const object& bad :
       {with(good, "iss", "https://evil.example"), with(good, "aud", "other"),
        with(good, "aud", {"our-client", "other"}), with(good, "azp", "other"), with(good, "exp", now - 61),
        with(good, "iat", now + 3600), with(good, "nbf", now + 3600), without(good, "sub"), with(good, "sub", ""),
        with(good, "nonce", "n2"), without(good, "nonce"), with(good, "at_hash", "AAAA")}) {
    give(bad);
    EXPECT_EQ(refusal(), ErrorCode::invalid_provider_token) << boost::json::serialize(bad);
  }
  const std::string alg_none =
      auth::base64url_encode(R"({"alg":"none"})") + '.' + auth::base64url_encode(boost::json::serialize(good)) + '.';
  const std::string other_key = auth::jwt_sign(second_stub_key(), "k1", "JWT", good);
  for (const std::string& token : {alg_none, other_key, std::string("a.b.c"), std::string()}) {
    stub.answer_json("/token", object{{"access_token", "at"}, {"token_type", "Bearer"}, {"id_token", token}});
    EXPECT_EQ(refusal(), ErrorCode::invalid_provider_token);
  }
}

TEST_F(OpenIdProviderTest, the_access_token_fits_its_hash) {
  make("google");
  const std::string half = auth::base64url_encode(auth::sha256("at-1").substr(0, 16));
  give(with(claims(kGoogle), "at_hash", value(half.c_str())));
  EXPECT_TRUE(redeem().has_value());
}

TEST_F(OpenIdProviderTest, a_hosted_domain_is_enforced_by_the_claim) {
  make("google", [](ProviderSettings& settings) { settings.hosted_domain = "corp.example"; });
  give(claims(kGoogle));
  const auto refused = redeem();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_provider_token);
  EXPECT_NE(refused.error().detail.find("corp.example"), std::string::npos);
  give(with(claims(kGoogle), "hd", "corp.example.evil"));
  EXPECT_EQ(refusal(), ErrorCode::invalid_provider_token);
  give(with(claims(kGoogle), "hd", "corp.example"));
  EXPECT_TRUE(redeem().has_value());
}

TEST_F(OpenIdProviderTest, apple_takes_a_secret_that_we_sign_for_five_minutes) {
  make_apple();
  give(without(claims(kApple), "name"));
  ASSERT_TRUE(redeem().has_value());
  auto form = form_of(stub.requests("/token").front().body);
  EXPECT_EQ(form["client_id"], "our-client");
  auth::JwtExpectations expected;
  expected.issuers = {"TEAM123456"};
  expected.audiences = {kApple};
  expected.typ = {""};
  const auto secret =
      auth::verify_jwt(form["client_secret"], {{"KEY1234567", second_stub_key().public_key()}}, expected, clock.now());
  ASSERT_TRUE(secret.has_value()) << secret.error().cause;
  EXPECT_EQ(secret->subject, "our-client");
  EXPECT_EQ(secret->issued_at, clock.now());
  EXPECT_EQ(secret->expires_at, clock.now() + std::chrono::minutes(5));
  clock.advance(std::chrono::hours(1));
  give(claims(kApple));
  ASSERT_TRUE(redeem().has_value());
  EXPECT_NE(form_of(stub.requests("/token").back().body)["client_secret"], form["client_secret"]);
}

TEST_F(OpenIdProviderTest, apple_gives_the_name_in_the_form_and_booleans_as_text) {
  make_apple();
  give(with(without(claims(kApple), "name"), "email_verified", "true"));
  auto first = redemption();
  first.user = R"({"name":{"firstName":"Ada","lastName":"Ivy"},"email":"evil@b.example"})";
  const auto identity = provider().redeem(first);
  ASSERT_TRUE(identity.has_value()) << identity.error().cause;
  EXPECT_EQ(identity->name, "Ada Ivy");
  EXPECT_EQ(identity->email, "ada@example.com");
  EXPECT_TRUE(identity->email_verified);
  EXPECT_TRUE(provider().facts().uses_form_post);
  // Others don't get a name from anywhere but their own claims.
  make("google");
  give(without(claims(kGoogle), "name"));
  EXPECT_FALSE(provider().redeem(first)->name.has_value());
}

TEST_F(OpenIdProviderTest, a_private_key_that_cannot_be_read_is_told_with_the_mend) {
  try {
    make("apple", [](ProviderSettings& settings) { settings.private_key = Secret<std::string>("nonsense"); });
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("oauth.providers.apple.private_key"), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find("nonsense"), std::string::npos);
  }
}

TEST_F(OpenIdProviderTest, any_issuer_works_by_discovery_with_basic_authentication) {
  make("oidc", [this](ProviderSettings& settings) {
    settings.overrides = {};
    settings.issuer = stub.url();
  });
  stub.answer_json("/.well-known/openid-configuration",
                   object{{"issuer", stub.url()},
                          {"authorization_endpoint", stub.url() + "/auth?x=1"},
                          {"token_endpoint", stub.url() + "/token"},
                          {"userinfo_endpoint", stub.url() + "/userinfo"},
                          {"jwks_uri", stub.url() + "/jwks"},
                          {"authorization_response_iss_parameter_supported", true}});
  const auto url = provider().authorization_url(
      {"s", "n1", std::string(43, 'c'), "https://id.example/cb", ports::FreshLogin::not_needed});
  ASSERT_TRUE(url.has_value()) << url.error().cause;
  EXPECT_TRUE(url->starts_with(stub.url() + "/auth?x=1&response_type=code"));
  give(claims(stub.url()));
  EXPECT_EQ(refusal(), ErrorCode::invalid_provider_token);  // `iss` is promised and missing
  auto from_us = redemption();
  from_us.issuer = "https://other.example";
  EXPECT_EQ(provider().redeem(from_us).error().code, ErrorCode::invalid_provider_token);
  EXPECT_TRUE(stub.requests("/token").empty());  // the code went nowhere
  from_us.issuer = stub.url();
  const auto identity = provider().redeem(from_us);
  ASSERT_TRUE(identity.has_value()) << identity.error().cause;
  EXPECT_EQ(identity->issuer, stub.url());
  EXPECT_EQ(stub.requests("/token").front().headers.at("authorization"),
            "Basic " + auth::base64_encode("our-client:s3cr%3Aet%2F%2B"));
  EXPECT_FALSE(form_of(stub.requests("/token").front().body).contains("client_secret"));
  EXPECT_EQ(stub.requests("/.well-known/openid-configuration").size(), 1U);
}

TEST_F(OpenIdProviderTest, a_thin_token_is_filled_from_the_user_info_of_the_same_person) {
  make("gitlab");
  object thin = without(without(claims("https://gitlab.com"), "email"), "email_verified");
  give(thin);
  stub.answer_json("/userinfo", object{{"sub", "1234"}, {"email", "ada@example.com"}, {"email_verified", true}});
  const auto identity = redeem();
  ASSERT_TRUE(identity.has_value()) << identity.error().cause;
  EXPECT_EQ(identity->email, "ada@example.com");
  EXPECT_TRUE(identity->email_verified);
  EXPECT_EQ(stub.requests("/userinfo").front().headers.at("authorization"), "Bearer at-1");
  stub.answer_json("/userinfo", object{{"sub", "4321"}, {"email", "evil@example.com"}, {"email_verified", true}});
  EXPECT_EQ(refusal(), ErrorCode::invalid_provider_token);
}

TEST_F(OpenIdProviderTest, native_sheets_bring_a_recent_token_for_an_accepted_audience_with_a_nonce) {
  make("google", [](ProviderSettings& settings) { settings.accepted_audiences = {"our-ios", "our-android"}; });
  EXPECT_TRUE(provider().facts().takes_native_id_tokens);
  const object good = with(claims(kGoogle), "aud", "our-ios");
  const auto verify = [&](const object& said) {
    return provider().verify_id_token(Secret<std::string>(id_token(said)));
  };
  const auto native = verify(good);
  ASSERT_TRUE(native.has_value()) << native.error().cause;
  EXPECT_EQ(native->nonce, "n1");
  EXPECT_EQ(native->identity.subject, "1234");
  EXPECT_EQ(native->expires_at, clock.now() + std::chrono::minutes(10));
  EXPECT_FALSE(native->identity.tokens.has_value());
  const std::int64_t now = to_unix_seconds(clock.now());
  for (const object& bad :
       {with(good, "aud", "our-client"), with(good, "aud", {"our-ios", "our-android"}), with(good, "iat", now - 661),
        without(good, "iat"), without(good, "nonce"), with(good, "nonce", ""), with(good, "nonce", 5)}) {
    const auto refused = verify(bad);
    ASSERT_FALSE(refused.has_value()) << boost::json::serialize(bad);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_provider_token);
  }
}

}  // namespace
}  // namespace gatehouse::adapters::oauth
