#include "domain/identity/throttle_policy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/tests/fixtures.hpp"

namespace gatehouse::domain {
namespace {

using namespace samples;

const BudgetLimits kLimits{3, 30s, 10min, 8, 24h, 1h};

Reservation try_once(const BudgetState& state, Timestamp at, BudgetKind kind = BudgetKind::account) {
  return reserve({{kind, state, kLimits}}, at);
}

BudgetState failed(int times, Timestamp at) { return {times, at, at}; }

TEST(ThrottlePolicy, free_tries_come_without_delay_and_the_next_must_wait) {
  BudgetState state;
  for (int i = 0; i < 3; ++i) {
    const auto reservation = try_once(state, kNow);
    ASSERT_TRUE(reservation.admitted);
    state = reservation.states[0];
  }
  const auto refused = try_once(state, kNow);
  EXPECT_FALSE(refused.admitted);
  EXPECT_EQ(refused.retry_after, Duration(30s));
  EXPECT_TRUE(refused.states.empty());
  EXPECT_TRUE(try_once(state, kNow + 30s).admitted);
}

TEST(ThrottlePolicy, delays_double_up_to_the_longest_and_close_at_the_ceiling) {
  EXPECT_EQ(delay_after(kLimits, 2), Duration(0s));
  EXPECT_EQ(delay_after(kLimits, 3), Duration(30s));
  EXPECT_EQ(delay_after(kLimits, 4), Duration(60s));
  EXPECT_EQ(delay_after(kLimits, 7), Duration(8min));
  EXPECT_EQ(delay_after(kLimits, 8), Duration(24h));
  EXPECT_EQ(delay_after({1, 30s, 10min, 1000, 24h, 1h}, 999), Duration(10min));
}

TEST(ThrottlePolicy, a_closed_budget_stays_closed_for_its_whole_time) {
  const auto closed = failed(8, kNow);
  EXPECT_EQ(wait_of(closed, kLimits, kNow + 23h), Duration(1h)) << "nothing is forgiven while it waits";
  EXPECT_TRUE(try_once(closed, kNow + 24h).admitted);
}

TEST(ThrottlePolicy, time_forgives_one_failure_each_step_and_in_the_end_all) {
  const auto state = failed(3, kNow);
  EXPECT_EQ(forgiven(state, kLimits, kNow + 30s + 59min).failures, 3);
  EXPECT_EQ(forgiven(state, kLimits, kNow + 30s + 1h).failures, 2);
  EXPECT_EQ(forgiven(state, kLimits, kNow + 30s + 3h), BudgetState{});
  EXPECT_FALSE(is_forgotten(state, kLimits, kNow + 2h));
  EXPECT_TRUE(is_forgotten(state, kLimits, kNow + 4h));
}

TEST(ThrottlePolicy, refuses_in_all_budgets_when_one_refuses_and_names_the_longest_wait) {
  const auto reservation = reserve({{BudgetKind::account, failed(3, kNow), kLimits},
                                    {BudgetKind::network, {}, kLimits},
                                    {BudgetKind::pair, failed(4, kNow), kLimits}},
                                   kNow);
  EXPECT_FALSE(reservation.admitted);
  EXPECT_TRUE(reservation.states.empty());
  EXPECT_EQ(reservation.retry_after, Duration(60s));
}

TEST(ThrottlePolicy, a_success_delays_no_one) {
  const auto before = failed(4, kNow - 60s);
  const auto reservation = try_once(before, kNow);
  ASSERT_TRUE(reservation.admitted);
  const auto after = settle(reservation.states[0], reservation.receipts[0], TryOutcome::success);
  EXPECT_EQ(after.failures, before.failures);
  EXPECT_EQ(wait_of(after, kLimits, kNow), Duration(0s));
}

TEST(ThrottlePolicy, a_success_clears_a_device_but_not_what_others_share) {
  const auto receipt = [](BudgetKind kind) { return BudgetReceipt{kind, kNow, kNow - 1h}; };
  const auto state = failed(3, kNow);
  EXPECT_EQ(settle(state, receipt(BudgetKind::device), TryOutcome::success), BudgetState{});
  EXPECT_EQ(settle(state, receipt(BudgetKind::pair), TryOutcome::success), BudgetState{});
  EXPECT_EQ(settle(state, receipt(BudgetKind::account), TryOutcome::success).failures, 2);
  EXPECT_EQ(settle(state, receipt(BudgetKind::network), TryOutcome::success).failures, 2);
}

TEST(ThrottlePolicy, an_unjudged_try_is_given_back_and_clears_nothing) {
  const BudgetReceipt receipt{BudgetKind::device, kNow, kNow - 1h};
  EXPECT_EQ(settle(failed(3, kNow), receipt, TryOutcome::unjudged).failures, 2);
  EXPECT_EQ(settle(failed(3, kNow), receipt, TryOutcome::failure), failed(3, kNow));
}

TEST(ThrottlePolicy, a_known_device_spends_only_its_own_budget) {
  EXPECT_EQ(sign_in_budgets(true), std::vector<BudgetKind>{BudgetKind::device});
  EXPECT_EQ(sign_in_budgets(false),
            (std::vector<BudgetKind>{BudgetKind::account, BudgetKind::network, BudgetKind::pair}));
  EXPECT_EQ(mail_budgets(true), std::vector<BudgetKind>{BudgetKind::mail_device});
  EXPECT_EQ(mail_budgets(false), (std::vector<BudgetKind>{BudgetKind::mail_address, BudgetKind::mail_network}));
}

TEST(ThrottlePolicy, every_kind_has_sane_default_limits) {
  const ThrottleLimits limits;
  for (const auto kind :
       {BudgetKind::account, BudgetKind::network, BudgetKind::pair, BudgetKind::device, BudgetKind::mail_address,
        BudgetKind::mail_device, BudgetKind::mail_network, BudgetKind::sign_up}) {
    const auto& of = limits.of(kind);
    EXPECT_GT(of.free, 0) << to_text(kind);
    EXPECT_GT(of.ceiling, of.free) << to_text(kind);
    EXPECT_GE(of.max_delay, of.base_delay) << to_text(kind);
  }
  EXPECT_LE(limits.account.ceiling, 100) << "NIST's bound";
}

RC_GTEST_PROP(ThrottlePolicy, parallel_failures_never_get_more_than_the_free_tries, ()) {
  BudgetState state = failed(*rc::gen::inRange(0, 12), kNow - std::chrono::seconds(*rc::gen::inRange(0, 200000)));
  int admitted = 0;
  for (int i = 0; i < 100; ++i) {
    const auto reservation = try_once(state, kNow);
    if (!reservation.admitted) continue;
    ++admitted;
    state = reservation.states[0];
  }
  RC_ASSERT(admitted <= 3);
}

RC_GTEST_PROP(ThrottlePolicy, an_attacker_who_always_waits_stays_within_the_bound_of_a_day, ()) {
  BudgetState state;
  Timestamp at = kNow;
  int tries = 0;
  const auto eager = std::chrono::seconds(*rc::gen::inRange(0, 3600));
  while (at < kNow + 24h) {
    const auto reservation = try_once(state, at);
    if (reservation.admitted) {
      state = reservation.states[0];
      ++tries;
      at += eager;
    } else {
      at += reservation.retry_after;
    }
    if (tries > 1000) break;
    at += 1us;
  }
  RC_ASSERT(tries <= 3 + 24 * 6);
}

RC_GTEST_PROP(ThrottlePolicy, giving_back_every_try_leaves_the_count_as_it_was, ()) {
  const auto before = failed(*rc::gen::inRange(1, 3), kNow - 10s);
  const auto reservation = try_once(before, kNow);
  RC_ASSERT(reservation.admitted);
  RC_ASSERT(settle(reservation.states[0], reservation.receipts[0], TryOutcome::unjudged) == before);
}

}  // namespace
}  // namespace gatehouse::domain
