#include "domain/identity/password_policy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace gatehouse::domain {
namespace {

PasswordAssessment good() { return {20, false, 20, false, 60.0}; }

std::vector<std::string> codes(const PasswordAssessment& assessment, const PasswordRules& rules = {}) {
  std::vector<std::string> codes;
  for (const auto& reason : judge_password(rules, assessment)) codes.push_back(reason.code);
  return codes;
}

TEST(PasswordPolicy, accepts_a_long_password_without_asking_for_symbols) {
  EXPECT_TRUE(codes(good()).empty());
  EXPECT_TRUE(check_password({}, good()).has_value());
}

TEST(PasswordPolicy, length_bounds_are_inclusive_and_told) {
  auto assessment = good();
  assessment.length = 15;
  EXPECT_TRUE(codes(assessment).empty());
  assessment.length = 256;
  EXPECT_TRUE(codes(assessment).empty());
  assessment.length = 257;
  EXPECT_EQ(codes(assessment), std::vector<std::string>{"too_long"});
  assessment.length = 14;
  const auto reasons = judge_password({}, assessment, "new_password");
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reasons[0].field, "new_password");
  EXPECT_EQ(reasons[0].pointer, "/new_password");
  EXPECT_EQ(reasons[0].code, "too_short");
  EXPECT_EQ(reasons[0].params, (std::vector<std::pair<std::string, std::string>>{{"min", "15"}}));
}

TEST(PasswordPolicy, names_every_reason_at_once) {
  EXPECT_EQ(codes({3, true, 0, true, 1.0}),
            (std::vector<std::string>{"too_short", "common", "personal", "repetitive", "guessable"}));
}

TEST(PasswordPolicy, says_only_that_it_is_no_text_when_it_is_none) {
  EXPECT_EQ(codes({std::nullopt, true, 0, true, 0.0}), std::vector<std::string>{"invalid_text"});
}

TEST(PasswordPolicy, a_refusal_carries_the_code_and_all_fields) {
  auto assessment = good();
  assessment.common = true;
  const auto result = check_password({}, assessment);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::password_rejected);
  EXPECT_EQ(result.error().fields.size(), 1U);
}

TEST(PasswordPolicy, a_lower_minimum_asks_less_beyond_the_context_words) {
  auto assessment = good();
  assessment.beyond_context = 4;
  EXPECT_EQ(codes(assessment), std::vector<std::string>{"personal"});
  PasswordRules rules;
  rules.min_length = 8;
  EXPECT_TRUE(codes(assessment, rules).empty());
}

TEST(ContextWords, are_the_parts_of_address_name_and_brand_of_four_characters_or_more) {
  EXPECT_EQ(context_words("anna.maria@Example.com", "Anna Maria de Souza", "Gatehouse"),
            (std::vector<std::string>{"gatehouse", "example", "maria", "souza", "anna"}));
  EXPECT_TRUE(context_words("a@b.de", std::nullopt, "").empty());
}

TEST(ContextWords, what_remains_without_them_counts_in_any_case) {
  const auto words = context_words("anna@example.com", std::nullopt, "Gatehouse");
  EXPECT_EQ(length_beyond_context("AnnaGATEHOUSE2026", words), 4U);
  EXPECT_EQ(length_beyond_context("anannana", words), 0U) << "a word that appears by taking one out goes too";
  EXPECT_EQ(length_beyond_context("correct horse", words), 13U);
}

TEST(Repetition, is_seen_in_short_units_and_runs) {
  for (const auto* bad : {"aaaaaaaaaaaaaaaa", "abababababababa", "AbcdabcdABCDabc", "abcdefghijklmnop",
                          "1234567890123456", "9876543210987654"}) {
    EXPECT_TRUE(is_repetitive(bad)) << bad;
  }
  for (const auto* fine : {"correct horse battery", "abcabd", "", "x", "tr0ub4dor&3tr0ub4dor&4"}) {
    EXPECT_FALSE(is_repetitive(fine)) << fine;
  }
}

RC_GTEST_PROP(PasswordPolicy, is_accepted_exactly_when_no_reason_is_given,
              (std::size_t length, bool common, bool repetitive)) {
  const PasswordAssessment assessment{length % 300, common, length % 300, repetitive, 40.0};
  RC_ASSERT(check_password({}, assessment).has_value() == judge_password({}, assessment).empty());
}

RC_GTEST_PROP(ContextWords, taking_words_out_never_lengthens,
              (const std::string& password, const std::vector<std::string>& words)) {
  RC_ASSERT(length_beyond_context(password, words) <= password.size());
}

}  // namespace
}  // namespace gatehouse::domain
