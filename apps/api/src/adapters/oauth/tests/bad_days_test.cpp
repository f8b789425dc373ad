// T08: what a provider may do to us, and what we answer. And what it publishes: cached, and asked for with measure.
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "adapters/oauth/examination.hpp"
#include "adapters/oauth/tests/stub_provider.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::adapters::oauth {
namespace {

using namespace std::chrono_literals;
using boost::json::object;

class BadDaysTest : public ::testing::Test, public StubSetting {
 protected:
  static constexpr const char* kGoogle = "https://accounts.google.com";
  std::string keys_of(std::vector<auth::VerificationKey> keys) { return auth::jwk_set_to_json(keys); }
  std::string token_with(const auth::PrivateKey& key, const std::string& kid) {
    return auth::jwt_sign(key, kid, "JWT", claims(kGoogle));
  }
  ErrorCode verify_native(const std::string& token) {
    const auto native = provider().verify_id_token(Secret<std::string>(token));
    return native ? ErrorCode::not_found : native.error().code;  // not_found: nothing was wrong
  }
};

TEST_F(BadDaysTest, t08_errors_pages_redirects_and_bombs_are_provider_errors) {
  make("github");
  const std::string gzip = "\x1f\x8b\x08" + std::string(1'000, 'x');
  const std::vector<StubResponse> answers{{500, "oops"},
                                          {200, "<!doctype html><title>login</title>"},
                                          {302, "", "Location: http://169.254.169.254/latest/meta-data/\r\n"},
                                          {307, "", "Location: " + stub.url() + "/elsewhere\r\n"},
                                          {200, gzip, "Content-Encoding: gzip\r\nContent-Type: application/json\r\n"},
                                          {200, std::string(600 * 1'024, ' ')},
                                          {200, ""},
                                          {200, "{}", "", true}};
  for (const StubResponse& answer : answers) {
    stub.answer("/token", answer);
    EXPECT_EQ(refusal(), ErrorCode::provider_error) << answer.status << answer.body.substr(0, 20);
    give_access_token();
    stub.answer("/userinfo", answer);
    EXPECT_EQ(refusal(), ErrorCode::provider_error) << answer.status << answer.body.substr(0, 20);
  }
  EXPECT_TRUE(stub.requests("/elsewhere").empty());
}

TEST_F(BadDaysTest, t08_silence_ends_at_one_deadline_for_the_whole_story) {
  make("github", {}, 400ms);
  give_access_token();
  stub.answer("/userinfo", [](const StubRequest&) {
    std::this_thread::sleep_for(250ms);
    return StubResponse{200, R"({"id":1})"};
  });
  stub.answer("/emails", [](const StubRequest&) {
    std::this_thread::sleep_for(2s);
    return StubResponse{200, "[]"};
  });
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(refusal(), ErrorCode::provider_timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1'500ms);
}

TEST_F(BadDaysTest, nobody_there_is_a_timeout) {
  make("github", [](ProviderSettings& settings) { settings.overrides.token = "http://127.0.0.1:1/token"; });
  EXPECT_EQ(refusal(), ErrorCode::provider_timeout);
}

TEST_F(BadDaysTest, after_some_silence_callers_are_refused_at_once) {
  make("github", {}, 50ms);
  std::atomic<int> asked{0};
  stub.answer("/token", [&](const StubRequest&) {
    ++asked;
    std::this_thread::sleep_for(120ms);
    return StubResponse{};
  });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(refusal(), ErrorCode::provider_timeout);
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 500; ++i) EXPECT_EQ(refusal(), ErrorCode::provider_timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  EXPECT_EQ(asked, 5);
}

TEST_F(BadDaysTest, t59_private_addresses_are_refused_where_not_allowed) {
  ProviderSettings settings;
  settings.name = "corp";
  settings.preset = find_provider_preset("oidc");
  settings.client_id = "x";
  settings.issuer = "https://localhost:" + stub.url().substr(stub.url().rfind(':') + 1);
  std::vector<ProviderSettings> all;
  all.push_back(std::move(settings));
  const auto strict = Providers::make(std::move(all), {}, clock);
  const auto url = (*strict)->find("corp")->authorization_url({});
  ASSERT_FALSE(url.has_value());
  EXPECT_EQ(url.error().code, ErrorCode::provider_error);
  EXPECT_NE(url.error().cause.find("private address"), std::string::npos) << url.error().cause;
}

TEST_F(BadDaysTest, keys_are_kept_as_cache_control_says) {
  make("google");
  stub.answer("/jwks",
              StubResponse{200, keys_of({{"k1", stub_key().public_key()}}), "Cache-Control: public, max-age=600\r\n"});
  const std::string token = token_with(stub_key(), "k1");
  EXPECT_EQ(verify_native(token), ErrorCode::not_found);
  clock.advance(599s);
  EXPECT_EQ(verify_native(token_with(stub_key(), "k1")), ErrorCode::not_found);
  EXPECT_EQ(stub.requests("/jwks").size(), 1U);
  clock.advance(2s);
  EXPECT_EQ(verify_native(token_with(stub_key(), "k1")), ErrorCode::not_found);
  EXPECT_EQ(stub.requests("/jwks").size(), 2U);
}

TEST_F(BadDaysTest, a_new_key_is_fetched_and_unknown_kids_cost_one_fetch_in_thirty_seconds) {
  make("google");
  EXPECT_EQ(verify_native(token_with(stub_key(), "k1")), ErrorCode::not_found);
  stub.answer("/jwks",
              StubResponse{200, keys_of({{"k1", stub_key().public_key()}, {"k2", second_stub_key().public_key()}})});
  clock.advance(31s);
  EXPECT_EQ(verify_native(token_with(second_stub_key(), "k2")), ErrorCode::not_found);
  EXPECT_EQ(stub.requests("/jwks").size(), 2U);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(verify_native(token_with(stub_key(), "x" + std::to_string(i))), ErrorCode::invalid_provider_token);
  EXPECT_EQ(stub.requests("/jwks").size(), 2U);
  clock.advance(31s);
  stub.answer("/jwks", StubResponse{500, ""});
  EXPECT_EQ(verify_native(token_with(stub_key(), "y")), ErrorCode::provider_error);
  for (int i = 0; i < 50; ++i) verify_native(token_with(stub_key(), "z"));
  EXPECT_EQ(stub.requests("/jwks").size(), 3U);
  EXPECT_EQ(verify_native(token_with(stub_key(), "k1")), ErrorCode::not_found);  // known keys go on
}

TEST_F(BadDaysTest, sixteen_callers_share_one_fetch_and_its_failure) {
  make("google");
  for (const int status : {200, 503}) {
    clock.advance(std::chrono::hours(25));
    const std::size_t before = stub.requests("/jwks").size();
    stub.answer("/jwks", [this, status](const StubRequest&) {
      std::this_thread::sleep_for(300ms);
      return StubResponse{status, keys_of({{"k1", stub_key().public_key()}})};
    });
    std::vector<std::future<ErrorCode>> callers;
    const std::string token = token_with(stub_key(), "k1");
    for (int i = 0; i < 16; ++i)
      callers.push_back(std::async(std::launch::async, [&] { return verify_native(token); }));
    for (auto& caller : callers)
      EXPECT_EQ(caller.get(), status == 200 ? ErrorCode::not_found : ErrorCode::provider_error);
    EXPECT_EQ(stub.requests("/jwks").size() - before, 1U);
  }
}

TEST_F(BadDaysTest, doctor_sees_keys_credentials_and_the_clock_and_names_the_callback_url) {
  make("google");
  stub.answer("/token", StubResponse{400, R"({"error":"invalid_grant"})", "Date: Fri, 15 Jan 2027 08:00:30 GMT\r\n"});
  const auto found = examine(concrete(), "https://id.example/v1/oauth/google/callback", clock.now());
  ASSERT_EQ(found.size(), 4U);
  for (const Observation& each : found) EXPECT_TRUE(each.ok) << each.what << ": " << each.detail;
  EXPECT_TRUE(found[0].detail.starts_with(
      "https://id.example/v1/oauth/google/callback (register it at https://console.cloud.google.com"));
  EXPECT_EQ(found[1].detail, "1 usable");
  EXPECT_EQ(found[2].detail, "30 s behind its clock");
  EXPECT_TRUE(form_of(stub.requests("/token").back().body)["code"].starts_with("gatehouse-doctor-"));
}

TEST_F(BadDaysTest, doctor_tells_wrong_credentials_a_wrong_clock_and_a_missing_issuer_with_the_mend) {
  make("google");
  stub.answer("/token", StubResponse{401, R"({"error":"invalid_client"})", "Date: Fri, 15 Jan 2027 08:10:00 GMT\r\n"});
  stub.answer("/jwks", StubResponse{500, ""});
  const auto found = examine(concrete(), "https://id.example/cb", clock.now());
  ASSERT_EQ(found.size(), 4U);
  for (std::size_t i = 1; i < found.size(); ++i) {
    EXPECT_FALSE(found[i].ok) << found[i].what;
    EXPECT_FALSE(found[i].mend.empty()) << found[i].what;
  }
  EXPECT_NE(found[3].detail.find("invalid_client"), std::string::npos);
  make("oidc", [](ProviderSettings& settings) { settings.overrides = {}; });
  const auto lost = examine(concrete(), "https://id.example/cb", clock.now());
  ASSERT_EQ(lost.size(), 2U);
  EXPECT_FALSE(lost[1].ok);
  EXPECT_EQ(lost[1].what, "provider oidc discovery");
}

TEST(Providers, are_listed_in_the_order_of_the_presets) {
  const FixedClock clock;
  std::vector<ProviderSettings> all;
  for (const char* name : {"zeta", "github", "google", "alpha"}) {
    ProviderSettings settings;
    settings.name = name;
    settings.preset = find_provider_preset(find_provider_preset(name) == nullptr ? "oidc" : name);
    settings.issuer = find_provider_preset(name) == nullptr ? "https://idp.example" : "";
    all.push_back(std::move(settings));
  }
  const auto providers = Providers::make(std::move(all), {}, clock);
  std::string names;
  for (const auto* provider : (*providers)->list())
    names += provider->facts().name + " " + provider->facts().title + ", ";
  EXPECT_EQ(names, "google Google, github GitHub, alpha alpha, zeta zeta, ");
  EXPECT_EQ((*providers)->find("nobody"), nullptr);
}

}  // namespace
}  // namespace gatehouse::adapters::oauth
