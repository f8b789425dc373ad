// Providers without ID tokens: GitHub and Discord, by their presets.
#include <gtest/gtest.h>

#include "adapters/oauth/tests/stub_provider.hpp"

namespace gatehouse::adapters::oauth {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

class OAuth2ProviderTest : public ::testing::Test, public StubSetting {
 protected:
  void make_github() {
    make("github");
    give_access_token();
    stub.answer_json("/userinfo", object{{"id", 583231},
                                         {"login", "octocat"},
                                         {"name", nullptr},
                                         {"email", "public@b.example"},
                                         {"avatar_url", "https://avatars.example/u/583231"}});
    stub.answer_json("/emails", array{object{{"email", "ada@example.com"}, {"primary", true}, {"verified", true}}});
  }
  void make_discord(const object& user) {
    make("discord");
    give_access_token();
    stub.answer_json("/userinfo", user);
  }
};

TEST_F(OAuth2ProviderTest, github_signs_in_by_its_numeric_id_and_its_primary_verified_address) {
  make_github();
  const auto identity = redeem();
  ASSERT_TRUE(identity.has_value()) << identity.error().cause;
  EXPECT_EQ(identity->issuer, "https://github.com");
  EXPECT_EQ(identity->subject, "583231");
  EXPECT_EQ(identity->email, "ada@example.com");  // never the public one
  EXPECT_TRUE(identity->email_verified);
  EXPECT_EQ(identity->name, "octocat");
  EXPECT_EQ(identity->picture, "https://avatars.example/u/583231");
  EXPECT_FALSE(identity->auth_time.has_value());
  const auto& facts = provider().facts();
  EXPECT_FALSE(facts.gives_auth_time);
  EXPECT_FALSE(facts.takes_native_id_tokens);
  const auto user = stub.requests("/userinfo").front(), emails = stub.requests("/emails").front();
  EXPECT_EQ(user.headers.at("authorization"), "Bearer at-1");
  EXPECT_EQ(user.headers.at("accept"), "application/json");
  EXPECT_EQ(user.headers.at("x-github-api-version"), "2022-11-28");
  EXPECT_EQ(emails.target, "/emails?per_page=100");
  EXPECT_EQ(stub.requests("/token").front().headers.at("accept"), "application/json");
}

TEST_F(OAuth2ProviderTest, github_errors_come_under_http_200) {
  make_github();
  stub.answer_json("/token", object{{"error", "bad_verification_code"}});
  EXPECT_EQ(refusal(), ErrorCode::invalid_state);
  stub.answer_json("/token", object{{"error", "incorrect_client_credentials"}});
  EXPECT_EQ(refusal(), ErrorCode::provider_error);
  EXPECT_TRUE(stub.requests("/userinfo").empty());
}

TEST_F(OAuth2ProviderTest, t03_a_user_without_a_proper_id_is_nobody) {
  make_github();
  for (const value& id : {value(nullptr), value(""), value(0), value(array{1}), value("583231"), value(true)}) {
    stub.answer_json("/userinfo", object{{"id", id}, {"login", "x"}});
    EXPECT_EQ(refusal(), ErrorCode::invalid_provider_token) << boost::json::serialize(id);
  }
  stub.answer_json("/userinfo", object{{"login", "x"}});
  EXPECT_EQ(refusal(), ErrorCode::invalid_provider_token);
}

TEST_F(OAuth2ProviderTest, an_address_list_that_may_not_be_read_is_none) {
  make_github();
  for (const int status : {403, 404}) {
    stub.answer("/emails", StubResponse{status, R"({"message":"Not Found"})"});
    const auto identity = redeem();
    ASSERT_TRUE(identity.has_value());
    EXPECT_FALSE(identity->email.has_value());
    EXPECT_FALSE(identity->email_verified);
  }
  stub.answer("/emails", StubResponse{500, "{}"});
  EXPECT_EQ(refusal(), ErrorCode::provider_error);
  stub.answer_json("/emails", array{object{{"email", "a@b.example"}, {"primary", true}, {"verified", false}}});
  EXPECT_FALSE(redeem()->email_verified);
}

TEST_F(OAuth2ProviderTest, discord_speaks_forms_and_snowflakes) {
  make_discord({{"id", "80351110224678912"},
                {"username", "nelly"},
                {"global_name", nullptr},
                {"avatar", "8342729096ea3675442027381ff50dfe"},
                {"email", "nelly@example.com"},
                {"verified", true},
                {"locale", "de"},
                {"discriminator", "0"}});
  const auto identity = redeem();
  ASSERT_TRUE(identity.has_value()) << identity.error().cause;
  EXPECT_EQ(identity->issuer, "https://discord.com");
  EXPECT_EQ(identity->subject, "80351110224678912");
  EXPECT_EQ(identity->name, "nelly");
  EXPECT_TRUE(identity->email_verified);
  EXPECT_EQ(identity->locale, "de");
  EXPECT_EQ(stub.requests("/token").front().headers.at("content-type"), "application/x-www-form-urlencoded");
}

TEST_F(OAuth2ProviderTest, t01_discord_confirms_an_address_only_by_true) {
  for (const value& verified : {value(false), value("true"), value(1), value(nullptr)}) {
    make_discord({{"id", "1"}, {"email", "a@b.example"}, {"verified", verified}});
    EXPECT_FALSE(redeem()->email_verified) << boost::json::serialize(verified);
  }
  make_discord({{"id", "1"}, {"email", nullptr}, {"verified", true}});
  EXPECT_FALSE(redeem()->email.has_value());
  make_discord({{"id", 80351110224678912}});
  EXPECT_EQ(refusal(), ErrorCode::invalid_provider_token);
}

TEST_F(OAuth2ProviderTest, native_id_tokens_are_refused_where_there_are_none) {
  make_github();
  EXPECT_EQ(provider().verify_id_token(Secret<std::string>("a.b.c")).error().code, ErrorCode::invalid_provider_token);
}

}  // namespace
}  // namespace gatehouse::adapters::oauth
