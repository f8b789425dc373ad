#include "domain/identity/risk_assessment.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gatehouse::domain {
namespace {

constexpr Timestamp kSomeTime = Timestamp(Duration(1'800'000'123'456'789));

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

TEST(RiskSpread, an_address_counts_while_it_failed_once_or_twice_within_the_hour) {
  EXPECT_EQ(spread_change(0), 1);
  EXPECT_EQ(spread_change(1), 0);
  EXPECT_EQ(spread_change(2), -1) << "whoever fails a third time is no sprayed address";
  EXPECT_EQ(spread_change(3), 0);
}

TEST(RiskSpread, the_last_sixty_minutes_are_held_against_an_ordinary_hour) {
  using std::chrono::hours;
  using std::chrono::minutes;
  const Timestamp hour = hour_of(kSomeTime);
  EXPECT_EQ(hour_of(hour + minutes(59)), hour);
  EXPECT_EQ(hour_of(hour - std::chrono::microseconds(1)), hour - hours(1));

  RiskSignals signals;
  set_spread(signals, {{hour, 30}, {hour - hours(1), 40}}, hour + minutes(15));
  EXPECT_EQ(signals.spread_accounts_failed, 60) << "45 of the 60 minutes lie in the hour before";
  EXPECT_EQ(signals.spread_accounts_usual, 0);

  std::vector<SpreadHour> day;
  for (int i = 2; i < 26; ++i) day.push_back({hour - hours(i), i < 8 ? 1000 : 20});
  set_spread(signals, day, hour);
  EXPECT_EQ(signals.spread_accounts_failed, 0);
  EXPECT_EQ(signals.spread_accounts_usual, 20) << "an attack of six hours doesn't become ordinary";
  EXPECT_EQ(spread_since(hour + minutes(30)), hour - hours(25));
  set_spread(signals, {{hour - hours(30), 999}, {hour + hours(1), 999}}, hour);
  EXPECT_EQ(signals.spread_accounts_failed + signals.spread_accounts_usual, 0) << "other hours don't count";
}

}  // namespace
}  // namespace gatehouse::domain
