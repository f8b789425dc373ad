#include "domain/identity/risk_assessment.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gatehouse::domain {
namespace {

using Reasons = std::vector<std::string>;

RiskSignals familiar() {
  RiskSignals signals;
  signals.known_device = true;
  signals.known_network = true;
  return signals;
}

TEST(RiskAssessment, a_known_device_at_home_is_nothing_to_speak_of) {
  const auto assessment = assess_risk(familiar());
  EXPECT_EQ(assessment.score, 0);
  EXPECT_FALSE(assessment.suspicious());
  EXPECT_TRUE(assessment.reasons.empty());
}

TEST(RiskAssessment, a_known_device_on_the_road_is_not_suspicious) {
  auto signals = familiar();
  signals.known_network = false;
  EXPECT_EQ(assess_risk(signals).reasons, Reasons{"new_network"});
  EXPECT_EQ(assess_risk(signals).level, RiskLevel::low);
}

TEST(RiskAssessment, a_new_device_in_a_new_network_is_suspicious) {
  const auto assessment = assess_risk({});
  EXPECT_EQ(assessment.level, RiskLevel::medium);
  EXPECT_EQ(assessment.reasons, (Reasons{"new_device", "new_network"}));
}

TEST(RiskAssessment, guessing_before_a_new_device_gets_in_is_high) {
  RiskSignals signals;
  signals.account_failures = 5;
  EXPECT_EQ(assess_risk(signals).level, RiskLevel::high);
  EXPECT_EQ(assess_risk(signals).reasons, (Reasons{"new_device", "new_network", "failure_burst"}));
}

TEST(RiskAssessment, spraying_is_seen_from_one_network_and_across_many) {
  RiskSignals one;
  one.network_accounts_failed = 5;
  EXPECT_EQ(assess_risk(one).reasons.back(), "password_spraying");
  RiskSignals many;
  many.spread_accounts_failed = 200;
  many.spread_accounts_usual = 50;
  EXPECT_EQ(assess_risk(many).reasons.back(), "password_spraying");
  many.spread_accounts_usual = 60;
  EXPECT_EQ(assess_risk(many).reasons.back(), "new_network") << "a busy hour is not an attack";
}

TEST(RiskAssessment, a_first_sign_in_is_not_called_new) {
  RiskSignals signals;
  signals.first_sign_in = true;
  EXPECT_EQ(assess_risk(signals).level, RiskLevel::low);
  EXPECT_TRUE(assess_risk(signals).reasons.empty());
}

TEST(RiskAssessment, the_configured_answer_never_weakens_a_second_factor) {
  const auto suspicious = assess_risk({});
  EXPECT_EQ(respond_to_risk(assess_risk(familiar()), OnSuspicious::challenge, false), RiskResponse::none);
  EXPECT_EQ(respond_to_risk(suspicious, OnSuspicious::notify, false), RiskResponse::notify);
  EXPECT_EQ(respond_to_risk(suspicious, OnSuspicious::challenge, false), RiskResponse::emailed_code);
  EXPECT_EQ(respond_to_risk(suspicious, OnSuspicious::challenge, true), RiskResponse::notify);
}

RiskSignals any_signals() {
  const auto count = rc::gen::inRange<std::int64_t>(0, 300);
  return {*rc::gen::arbitrary<bool>(),
          *rc::gen::arbitrary<bool>(),
          *rc::gen::arbitrary<bool>(),
          *count,
          *count,
          *count,
          *count};
}

RC_GTEST_PROP(RiskAssessment, more_failures_never_lower_the_score_and_others_failures_never_touch_a_known_device, ()) {
  auto signals = any_signals();
  const auto before = assess_risk(signals);
  RC_ASSERT(before.score >= 0 && before.score <= 100);
  RC_ASSERT((before.score > 0) == !before.reasons.empty());
  signals.account_failures += 100;
  signals.network_accounts_failed += 100;
  const auto after = assess_risk(signals);
  RC_ASSERT(after.score >= before.score);
  if (signals.known_device) RC_ASSERT(after.score == before.score);
}

}  // namespace
}  // namespace gatehouse::domain
