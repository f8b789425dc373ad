#include "domain/identity/token_policy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/identity/deletion_policy.hpp"
#include "domain/tests/fixtures.hpp"

namespace gatehouse::domain {
namespace {

using namespace samples;

constexpr Duration kGrace = 24h * 30;

VerificationToken token(TokenPurpose purpose, Timestamp made, std::string email = "anna@example.com") {
  VerificationToken token;
  token.purpose = purpose;
  token.email = std::move(email);
  token.created_at = made;
  token.expires_at = made + lifetime_of(purpose);
  return token;
}

TEST(TokenPolicy, lifetimes_are_those_promised) {
  EXPECT_EQ(lifetime_of(TokenPurpose::verify_email), Duration(24h));
  EXPECT_EQ(lifetime_of(TokenPurpose::reset_password), Duration(1h));
  EXPECT_EQ(lifetime_of(TokenPurpose::accept_invitation), Duration(48h));
  EXPECT_EQ(lifetime_of(TokenPurpose::undo_email_change), Duration(24h * 7));
  EXPECT_LE(lifetime_of(TokenPurpose::emailed_code), Duration(10min));
  EXPECT_EQ(lifetime_of(TokenPurpose::cancel_deletion), Duration::zero()) << "it ends with the grace period alone";
}

// T16
TEST(TokenPolicy, a_token_is_good_until_its_end_and_for_its_purpose_alone) {
  const auto reset = token(TokenPurpose::reset_password, kNow);
  EXPECT_TRUE(is_live(reset, TokenPurpose::reset_password, kNow + 1h - 1s));
  EXPECT_FALSE(is_live(reset, TokenPurpose::reset_password, kNow + 1h));
  EXPECT_FALSE(is_live(reset, TokenPurpose::verify_email, kNow));
}

TEST(TokenPolicy, a_second_request_within_five_minutes_is_absorbed) {
  const auto reset = token(TokenPurpose::reset_password, kNow);
  EXPECT_FALSE(absorbs_reset(std::nullopt, kNow));
  EXPECT_TRUE(absorbs_reset(reset, kNow + 5min - 1us));
  EXPECT_FALSE(absorbs_reset(reset, kNow + 5min));
}

TEST(EmailChange, undoing_goes_back_to_before_the_first_change_whichever_link_is_clicked) {
  const std::vector<VerificationToken> tokens{token(TokenPurpose::undo_email_change, kNow + 24h, "thief@example.com"),
                                              token(TokenPurpose::undo_email_change, kNow, "anna@example.com")};
  ASSERT_NE(undo_target(tokens, kNow + 48h), nullptr);
  EXPECT_EQ(undo_target(tokens, kNow + 48h)->email, "anna@example.com");
  EXPECT_EQ(undo_target(tokens, kNow + 24h * 7)->email, "thief@example.com") << "the first is over a week old";
  EXPECT_EQ(undo_target(tokens, kNow + 24h * 9), nullptr);
  EXPECT_EQ(undo_target({token(TokenPurpose::reset_password, kNow)}, kNow), nullptr);
}

TEST(EmailChange, for_three_days_after_an_undo_a_reset_needs_a_second_factor) {
  auto user = samples::user();
  EXPECT_FALSE(reset_needs_second_factor(user, kNow));
  user.reset_guard_until = kNow + kResetGuard;
  EXPECT_TRUE(reset_needs_second_factor(user, kNow + 72h - 1us));
  EXPECT_FALSE(reset_needs_second_factor(user, kNow + 72h));
}

TEST(Deletion, waits_for_its_grace_period_and_can_be_taken_back) {
  const auto leaving = request_deletion(samples::user(), kNow, kGrace);
  ASSERT_TRUE(leaving.has_value());
  EXPECT_EQ(leaving->status, UserStatus::pending_deletion);
  EXPECT_EQ(leaving->deletion_due_at, kNow + kGrace);
  EXPECT_FALSE(is_erasure_due(*leaving, kNow + kGrace - 1us));
  EXPECT_TRUE(is_erasure_due(*leaving, kNow + kGrace));
  const auto back = cancel_deletion(*leaving, kNow + 24h);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->status, UserStatus::active);
  EXPECT_FALSE(is_erasure_due(*back, kNow + kGrace + 24h));
}

TEST(Deletion, taking_it_back_does_not_enable_a_disabled_account) {
  auto user = samples::user();
  user.status = UserStatus::disabled;
  EXPECT_EQ(cancel_deletion(*request_deletion(user, kNow, kGrace), kNow)->status, UserStatus::disabled);
  user.status_reason = "fraud";
  EXPECT_EQ(cancel_deletion(*request_deletion(user, kNow, kGrace), kNow)->status_reason, "fraud");
}

TEST(Deletion, is_asked_once_and_taken_back_in_time) {
  const auto leaving = *request_deletion(samples::user(), kNow, kGrace);
  EXPECT_EQ(request_deletion(leaving, kNow, kGrace).error().code, ErrorCode::conflict);
  EXPECT_EQ(cancel_deletion(leaving, kNow + kGrace).error().code, ErrorCode::conflict);
  EXPECT_EQ(cancel_deletion(samples::user(), kNow).error().code, ErrorCode::conflict);
}

TEST(Deletion, a_compliance_hold_keeps_the_evidence) {
  auto leaving = *request_deletion(samples::user(), kNow, kGrace);
  leaving.compliance_hold = true;
  EXPECT_FALSE(is_erasure_due(leaving, kNow + 24h * 100));
}

RC_GTEST_PROP(EmailChange, the_target_is_never_younger_than_any_other_live_link, ()) {
  std::vector<VerificationToken> tokens;
  const auto count = *rc::gen::inRange(0, 6);
  for (int i = 0; i < count; ++i)
    tokens.push_back(token(TokenPurpose::undo_email_change, kNow - std::chrono::hours(*rc::gen::inRange(0, 300))));
  const auto* target = undo_target(tokens, kNow);
  for (const auto& other : tokens) {
    if (!is_live(other, TokenPurpose::undo_email_change, kNow)) continue;
    RC_ASSERT(target != nullptr);
    RC_ASSERT(target->created_at <= other.created_at);
  }
}

}  // namespace
}  // namespace gatehouse::domain
