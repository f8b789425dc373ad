#include "auth/password_strength.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <sstream>

#include "auth/data/common_passwords.hpp"
#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

const std::vector<std::string> kContext{"ann.smith@example.com", "Ann Smith", "Gatehouse"};

PasswordAssessment assess(const std::string& text, std::size_t min_length = 15) {
  return assess_password(Secret<std::string>(text), kContext, min_length, 256);
}
std::vector<std::string_view> reasons(const std::string& text, std::size_t min_length = 15) {
  return assess(text, min_length).reasons();
}
bool has(const std::string& text, std::string_view reason) {
  const auto all = reasons(text, 8);
  return std::find(all.begin(), all.end(), reason) != all.end();
}

TEST(PasswordStrength, has_nothing_against_a_good_passphrase) {
  for (const char* text :
       {"a quiet river bends twice", "correct horse battery staple", "kW9#vB2!xQ7$mZ4&",
        "\xd0\xbc\xd0\xbe\xd0\xb9 \xd1\x82\xd0\xb8\xd1\x85\xd0\xb8\xd0\xb9 \xd0\xb4\xd0\xbe\xd0\xbc"})
    EXPECT_EQ(reasons(text, 8), std::vector<std::string_view>{}) << text;
  EXPECT_TRUE(assess("a quiet river bends twice").acceptable());
}

TEST(PasswordStrength, t53_counts_code_points) {
  std::string emoji;
  for (int i = 0; i < 15; ++i) emoji += std::string("\xf0\x9f\x98") + static_cast<char>(0x80 + (i * 7) % 48);
  EXPECT_EQ(assess(emoji).length, 15u);
  EXPECT_FALSE(assess(emoji).too_short);
  EXPECT_TRUE(assess(emoji.substr(4)).too_short);
  std::string at_limit;
  while (at_limit.size() < 256) at_limit += "k2v9x7q4 " + std::to_string(at_limit.size() * 7919);
  at_limit.resize(256);
  EXPECT_TRUE(assess(at_limit).acceptable());
  EXPECT_EQ(reasons(at_limit + 'x'), std::vector<std::string_view>{"too_long"});
}

TEST(PasswordStrength, knows_every_entry_of_the_list_in_any_case) {
  std::istringstream list(read_file("packages/auth/data/common_passwords.txt"));
  std::string built, entry;
  std::size_t count = 0;
  while (std::getline(list, entry)) {
    EXPECT_TRUE(is_common_password(entry)) << entry;
    built += entry + '\n';
    ++count;
  }
  EXPECT_GE(count, 3'000u);  // ASVS 5.0, 6.2.4
  EXPECT_TRUE(built == common_passwords()) << "run packages/auth/data/generate_common_passwords.mjs";
  EXPECT_TRUE(is_common_password("PassWord1"));
}

TEST(PasswordStrength, takes_no_part_of_an_entry_for_an_entry) {
  for (const char* text :
       {"", "\n", "passwor", "password1\n", "\npassword1", "a quiet river", "zzzzzzzzzzzzzzzz", "\x7f"})
    EXPECT_FALSE(is_common_password(text)) << text;
}

TEST(PasswordStrength, sees_common_passwords) {
  for (const char* text : {"password1", "PASSWORD1", "iloveyou", "1qaz2wsx3edc4rfv"})
    EXPECT_TRUE(has(text, "common")) << text;
  EXPECT_FALSE(has("a quiet river bends twice", "common"));
}

TEST(PasswordStrength, sees_the_persons_and_the_services_words) {
  for (const char* text : {"annsmith@example", "AnnSmith12345678", "Gatehouse2026!", "gatehouse-gatehouse",
                           "ann.smith@example.com", "smithpassword1", "SMITHannSMITHann"})
    EXPECT_TRUE(has(text, "context")) << text;
  for (const char* text : {"the gatehouse over the quiet river", "ann likes nineteen green doors"})
    EXPECT_FALSE(has(text, "context")) << text;
}

TEST(PasswordStrength, sees_repeats_and_runs) {
  for (const char* text :
       {"aaaaaaaaaaaaaaaa", "abcabcabcabcabca", "abcdefghijklmnop", "1234567812345678", "ponmlkjihgfedcba",
        "aaaabbbbccccdddd", "ABCDEFGHabcdefgh", "12341234123412341234", "x7Q!zx7Q!zx7Q!z"})
    EXPECT_TRUE(has(text, "repetitive")) << text;
  for (const char* text : {"a quiet river bends twice", "kW9#vB2!xQ7$mZ4&", "defer no burnt stuff"})
    EXPECT_FALSE(has(text, "repetitive")) << text;
}

TEST(PasswordStrength, sees_what_is_long_and_guessable_all_the_same) {
  for (const char* text : {"qwertyuiopasdfgh", "passwordpassword1", "P@ssw0rdP@ssw0rd"})
    EXPECT_TRUE(has(text, "too_guessable")) << text;
  EXPECT_GT(assess("a quiet river bends twice").guesses_log10, 12);
}

TEST(PasswordStrength, t53_normalizes_to_nfc_and_changes_nothing_else) {
  const auto normalize = [](const std::string& text) { return normalize_password(Secret<std::string>(text)); };
  EXPECT_EQ(normalize("cafe\xcc\x81")->expose(), "caf\xc3\xa9");
  EXPECT_EQ(normalize("caf\xc3\xa9")->expose(), "caf\xc3\xa9");
  // Compatibility forms stay apart: the ligature is another password than its letters.
  EXPECT_EQ(normalize("\xef\xac\x81")->expose(), "\xef\xac\x81");
  const std::string kept("  Pass\0word\t ", 13);
  EXPECT_EQ(normalize(kept)->expose(), kept);
  EXPECT_EQ(normalize("")->expose(), "");
}

TEST(PasswordStrength, t53_refuses_what_is_not_utf_8_or_beyond_the_cap) {
  for (const char* text : {"\xff", "abc\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "caf\xc3"})
    EXPECT_FALSE(normalize_password(Secret<std::string>(text))) << text;
  EXPECT_TRUE(normalize_password(Secret<std::string>(std::string(kMaxPasswordBytes, 'a'))));
  EXPECT_FALSE(normalize_password(Secret<std::string>(std::string(kMaxPasswordBytes + 1, 'a'))));
}

TEST(PasswordStrength, t53_takes_the_naughty_strings_as_they_are) {
  int seen = 0;
  const boost::json::value vectors = read_vectors("blns/blns.json");
  for (const boost::json::value& naughty : vectors.as_array()) {
    const auto once = normalize_password(Secret<std::string>(std::string(naughty.as_string())));
    if (naughty.as_string().size() > kMaxPasswordBytes) continue;
    ASSERT_TRUE(once.has_value()) << naughty;
    const auto twice = normalize_password(*once);
    EXPECT_EQ(once->expose(), twice->expose()) << naughty;
    const PasswordAssessment found = assess_password(*once, kContext, 15, 256);
    EXPECT_EQ(found.length, count_code_points(once->expose())) << naughty;
    ++seen;
  }
  EXPECT_GT(seen, 400);
}

TEST(PasswordStrength, answers_soon_whatever_the_password) {
  for (const std::string& text : {std::string(256, 'a'), std::string(256, '@'), std::string(1'024, '4')}) {
    const auto begin = std::chrono::steady_clock::now();
    assess(text);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(50)) << text.size();
  }
}

}  // namespace
}  // namespace gatehouse::auth
