#include "domain/identity/factor_policy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/tests/fixtures.hpp"

namespace gatehouse::domain {
namespace {

using namespace samples;

MfaChallenge challenge() {
  MfaChallenge challenge;
  challenge.credential_version = 1;
  challenge.created_at = kNow;
  challenge.expires_at = kNow + kChallengeLifetime;
  return challenge;
}

FactorCounts after(int totp, int backup) {
  FactorCounts counts;
  for (int i = 0; i < totp; ++i) counts = after_wrong_code(counts, FactorKind::totp, 0, true, kNow).counts;
  for (int i = 0; i < backup; ++i) counts = after_wrong_code(counts, FactorKind::backup_code, 0, true, kNow).counts;
  return counts;
}

TEST(FactorPolicy, a_challenge_dies_at_the_fifth_wrong_code) {
  EXPECT_FALSE(after_wrong_code({}, FactorKind::totp, 3, true, kNow).challenge_failed);
  EXPECT_TRUE(after_wrong_code({}, FactorKind::totp, 4, true, kNow).challenge_failed);
  auto spent = challenge();
  spent.wrong_codes = 5;
  EXPECT_FALSE(is_answerable(spent, 1, kNow));
}

TEST(FactorPolicy, a_challenge_is_over_when_expired_answered_or_overtaken) {
  EXPECT_TRUE(is_answerable(challenge(), 1, kNow));
  EXPECT_FALSE(is_answerable(challenge(), 1, kNow + kChallengeLifetime));
  EXPECT_FALSE(is_answerable(challenge(), 2, kNow)) << "the credentials changed";
  for (const auto state : {ChallengeState::verified, ChallengeState::failed}) {
    auto done = challenge();
    done.state = state;
    EXPECT_FALSE(is_answerable(done, 1, kNow));
  }
}

TEST(FactorPolicy, a_step_is_accepted_once_and_only_forwards) {
  TotpSecret secret;
  secret.last_step = 100;
  EXPECT_FALSE(accepts_step(secret, 99));
  EXPECT_FALSE(accepts_step(secret, 100));
  EXPECT_TRUE(accepts_step(secret, 101));
}

TEST(FactorPolicy, the_tenth_wrong_code_of_either_kind_exposes_the_password) {
  EXPECT_FALSE(after_wrong_code(after(8, 0), FactorKind::totp, 0, true, kNow).password_exposed_now);
  EXPECT_TRUE(after_wrong_code(after(9, 0), FactorKind::totp, 0, true, kNow).password_exposed_now);
  EXPECT_TRUE(after_wrong_code(after(5, 4), FactorKind::backup_code, 0, true, kNow).password_exposed_now);
  EXPECT_FALSE(after_wrong_code(after(30, 0), FactorKind::totp, 0, false, kNow).password_exposed_now)
      << "no password was proved";
}

TEST(FactorPolicy, a_factor_locks_at_fifty_and_the_other_stays_open) {
  EXPECT_FALSE(is_locked(after(49, 0).totp));
  const auto last = after_wrong_code(after(49, 0), FactorKind::totp, 0, true, kNow);
  EXPECT_TRUE(last.factor_locked_now);
  EXPECT_EQ(last.counts.totp.locked_at, kNow);
  EXPECT_FALSE(is_locked(last.counts.backup_code));
  EXPECT_FALSE(after_wrong_code(last.counts, FactorKind::totp, 0, true, kNow).factor_locked_now) << "told once";
}

TEST(FactorPolicy, a_right_code_ends_its_own_count_alone) {
  const auto counts = after_right_code(after(7, 8), FactorKind::totp);
  EXPECT_EQ(counts.totp, FactorFailures{});
  EXPECT_EQ(counts.backup_code.failures, 8);
  EXPECT_EQ(after_right_code(after(7, 8), FactorKind::backup_code).totp.failures, 7);
}

TEST(FactorPolicy, a_backup_code_frees_a_locked_authenticator_but_not_the_reverse) {
  EXPECT_FALSE(is_locked(after_right_code(after(50, 0), FactorKind::backup_code).totp));
  EXPECT_TRUE(is_locked(after_right_code(after(0, 50), FactorKind::totp).backup_code));
}

TEST(FactorPolicy, is_required_of_all_or_of_some_roles) {
  EXPECT_TRUE(requires_second_factor(true, {}, {"user"}));
  EXPECT_TRUE(requires_second_factor(false, {"admin", "support"}, {"support", "user"}));
  EXPECT_FALSE(requires_second_factor(false, {"admin"}, {"user"}));
}

RC_GTEST_PROP(FactorPolicy, no_run_of_codes_tries_one_kind_more_than_fifty_times_before_it_locks, ()) {
  FactorCounts counts;
  int since_right = 0;
  for (const bool is_right : *rc::gen::container<std::vector<bool>>(
           200, rc::gen::map(rc::gen::inRange(0, 40), [](int n) { return n == 0; }))) {
    if (is_locked(counts.totp)) break;
    counts = is_right ? after_right_code(counts, FactorKind::totp)
                      : after_wrong_code(counts, FactorKind::totp, 0, true, kNow).counts;
    since_right = is_right ? 0 : since_right + 1;
    RC_ASSERT(counts.totp.failures == since_right);
  }
  RC_ASSERT(since_right <= kFactorLockedAfter);
}

}  // namespace
}  // namespace gatehouse::domain
