#include "domain/identity/profile_policy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gatehouse::domain {
namespace {

TEST(Profile, names_of_all_scripts_are_fine_up_to_200_characters) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "ü";
  for (const auto& good :
       {std::string("Anna O'Neill-Müller"), std::string("山田 太郎"), std::string("👩‍🚀"), name}) {
    EXPECT_TRUE(check_name(good).has_value()) << good;
  }
  EXPECT_EQ(check_name(name + "ü").error().fields[0].code, "too_long");
}

TEST(Profile, names_that_would_act_on_a_log_or_mail_are_refused) {
  for (const auto* bad : {"", "   ", "\xC2\xA0", "Anna\nBcc: x@example.com", "Anna\x1B[31m", "Anna\xE2\x80\xAE",
                          "Anna\x7F", "\xFF", "A\xC2\x85"}) {
    const auto result = check_name(bad);
    ASSERT_FALSE(result.has_value()) << bad;
    EXPECT_EQ(result.error().fields[0].field, "name");
  }
  EXPECT_FALSE(check_name(std::string_view("A\0B", 3)).has_value());
}

TEST(Profile, locales_are_language_tags) {
  for (const auto* good : {"de", "en-GB", "zh-Hant-TW", "sr-Latn-RS", "gsw", "de-CH-1996"})
    EXPECT_TRUE(check_locale(good).has_value()) << good;
  for (const auto* bad :
       {"", "d", "german", "de_DE", "de-", "-de", "de--CH", "12", "de-verylongsubtag", "de;q=1", "../de"}) {
    EXPECT_FALSE(check_locale(bad).has_value()) << bad;
  }
}

TEST(Profile, pictures_are_https_urls) {
  EXPECT_TRUE(check_picture("https://img.example.com/a.png?s=96").has_value());
  for (const auto* bad : {"", "https://", "http://img.example.com/a.png", "javascript:alert(1)",
                          "https://x/\"onload=", "https://x/ y", "data:image/png;base64,"}) {
    EXPECT_FALSE(check_picture(bad).has_value()) << bad;
  }
  EXPECT_FALSE(check_picture("https://x/" + std::string(2048, 'a')).has_value());
}

RC_GTEST_PROP(Profile, no_accepted_name_holds_a_control_character, (const std::string& name)) {
  if (!check_name(name)) return;
  for (const char c : name) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
}

}  // namespace
}  // namespace gatehouse::domain
