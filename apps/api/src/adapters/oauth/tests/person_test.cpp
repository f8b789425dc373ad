#include "adapters/oauth/person.hpp"

#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>

namespace gatehouse::adapters::oauth {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

const PresetClaims& claims_of(const char* preset) { return find_provider_preset(preset)->claims; }

TEST(Person, t03_a_subject_that_is_missing_or_of_another_kind_is_refused) {
  for (const value& id : {value(nullptr), value(""), value(0), value(-5), value(array{}), value(array{583231}),
                          value(object{}), value(true), value("583231"), value(1.5), value(5.83231e5)}) {
    const auto person = read_person({{"id", id}, {"name", "Mona"}}, claims_of("github"));
    ASSERT_FALSE(person.has_value()) << boost::json::serialize(id);
    EXPECT_EQ(person.error().code, ErrorCode::invalid_provider_token);
  }
  EXPECT_FALSE(read_person({{"name", "Mona"}}, claims_of("github")).has_value());
  for (const value& id : {value(nullptr), value(""), value(0), value(80351110224678912), value(array{"1"}),
                          value(std::string(256, '1')), value("1\n2")})
    EXPECT_FALSE(read_person({{"id", id}}, claims_of("discord")).has_value()) << boost::json::serialize(id);
}

TEST(Person, numbers_and_snowflakes_become_text) {
  EXPECT_EQ(read_person({{"id", 583231}}, claims_of("github"))->subject, "583231");
  EXPECT_EQ(read_person({{"id", std::uint64_t(18'446'744'073'709'551'615U)}}, claims_of("github"))->subject,
            "18446744073709551615");
  EXPECT_EQ(read_person({{"id", "80351110224678912"}}, claims_of("discord"))->subject, "80351110224678912");
}

TEST(Person, t01_an_address_is_confirmed_only_by_true_in_the_presets_form) {
  for (const value& said : {value(false), value("true"), value(1), value(nullptr), value(array{true})}) {
    const auto person = read_person({{"id", "1"}, {"email", "a@b.example"}, {"verified", said}}, claims_of("discord"));
    EXPECT_FALSE(person->email_verified) << boost::json::serialize(said);
    EXPECT_EQ(person->email, "a@b.example");
  }
  EXPECT_TRUE(
      read_person({{"id", "1"}, {"email", "a@b.example"}, {"verified", true}}, claims_of("discord"))->email_verified);
  EXPECT_FALSE(
      read_person({{"id", "1"}, {"email", nullptr}, {"verified", true}}, claims_of("discord"))->email_verified);
  EXPECT_FALSE(read_person({{"id", "1"}, {"verified", true}}, claims_of("discord"))->email.has_value());
  const auto apple = [](const value& said) {
    return read_person({{"sub", "1"}, {"email", "a@b.example"}, {"email_verified", said}}, claims_of("apple"))
        ->email_verified;
  };
  EXPECT_TRUE(apple("true"));
  EXPECT_TRUE(apple(true));
  for (const value& said : {value("false"), value("True"), value("1"), value(1), value(nullptr)})
    EXPECT_FALSE(apple(said));
}

TEST(Person, names_fall_back_and_pictures_are_https) {
  const auto discord = read_person({{"id", "42"}, {"global_name", nullptr}, {"username", "ada"}, {"avatar", "a_1f"}},
                                   claims_of("discord"));
  EXPECT_EQ(discord->name, "ada");
  EXPECT_EQ(discord->picture, "https://cdn.discordapp.com/avatars/42/a_1f.png");
  EXPECT_EQ(read_person({{"id", "42"}, {"global_name", "Ada"}, {"username", "ada"}}, claims_of("discord"))->name,
            "Ada");
  for (const value& avatar : {value(nullptr), value(""), value("../../x"), value("a/b"), value(7)})
    EXPECT_FALSE(read_person({{"id", "42"}, {"avatar", avatar}}, claims_of("discord"))->picture.has_value());
  for (const char* picture : {"http://x.example/p", "javascript:alert(1)", "https://x.example/a b",
                              "https://x.example/\"><b", "https://x.example/\xC3\xBC", ""})
    EXPECT_FALSE(read_person({{"sub", "1"}, {"picture", picture}}, claims_of("google"))->picture.has_value())
        << picture;
  EXPECT_EQ(read_person({{"sub", "1"}, {"picture", "https://x.example/p"}}, claims_of("google"))->picture,
            "https://x.example/p");
}

TEST(Person, a_long_name_is_cut_between_characters_and_control_characters_are_refused) {
  std::string umlauts;
  for (int i = 0; i < 150; ++i) umlauts += "\xC3\xBC";
  const auto cut = read_person({{"sub", "1"}, {"name", "x" + umlauts}}, claims_of("google"))->name;
  ASSERT_TRUE(cut.has_value());
  EXPECT_EQ(cut->size(), 199U);
  EXPECT_FALSE(read_person({{"sub", "1"}, {"name", "a\r\nb"}}, claims_of("google"))->name.has_value());
}

TEST(Person, the_user_info_fills_what_the_token_left_out_and_must_be_of_the_same_person) {
  Person token{.subject = "1", .email = {}, .email_verified = false, .name = "Token", .picture = {}, .locale = {}};
  const Person info{.subject = "1",
                    .email = "a@b.example",
                    .email_verified = true,
                    .name = "Info",
                    .picture = "https://x.example/p",
                    .locale = "de"};
  const auto merged = merge_userinfo(token, info);
  EXPECT_EQ(merged->email, "a@b.example");
  EXPECT_TRUE(merged->email_verified);
  EXPECT_EQ(merged->name, "Token");
  EXPECT_EQ(merged->locale, "de");
  token.subject = "2";
  EXPECT_EQ(merge_userinfo(token, info).error().code, ErrorCode::invalid_provider_token);
  // An address that the token calls unconfirmed is never confirmed by another answer.
  token = {.subject = "1", .email = "a@b.example", .email_verified = false, .name = {}, .picture = {}, .locale = {}};
  EXPECT_FALSE(merge_userinfo(token, info)->email_verified);
}

TEST(Addresses, the_primary_one_counts_where_it_is_verified) {
  const auto list = primary_address(R"([{"email":"old@b.example","primary":false,"verified":true},
    {"email":"ada@b.example","primary":true,"verified":true,"visibility":"private"}])");
  ASSERT_TRUE(list.has_value());
  EXPECT_EQ(list->email, "ada@b.example");
  EXPECT_TRUE(list->verified);
  for (const char* said : {"false", "\"true\"", "1", "null"})
    EXPECT_FALSE(
        primary_address(R"([{"email":"a@b.example","primary":true,"verified":)" + std::string(said) + "}]")->verified);
  for (const char* none : {"[]", "{}", "null", "", "[1]", R"([{"email":"a@b.example","verified":true}])",
                           R"([{"email":"a@b.example","primary":"true","verified":true}])",
                           R"([{"email":null,"primary":true,"verified":true}])",
                           R"([{"email":"a@b.example","email":"c@d.example","primary":true,"verified":true}])"})
    EXPECT_FALSE(primary_address(none).has_value()) << none;
}

TEST(AppleForm, gives_the_name_and_never_the_address) {
  EXPECT_EQ(name_from_form(R"({"name":{"firstName":"Ada","lastName":"Ivy"},"email":"evil@b.example"})"), "Ada Ivy");
  EXPECT_EQ(name_from_form(R"({"name":{"lastName":"Ivy"}})"), "Ivy");
  for (const char* none :
       {"", "{}", "null", "[]", R"({"name":"Ada"})", R"({"name":{"firstName":7}})", R"({"email":"a@b.example"})"})
    EXPECT_FALSE(name_from_form(none).has_value()) << none;
}

}  // namespace
}  // namespace gatehouse::adapters::oauth
