#include "domain/identity/session_policy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/identity/actor.hpp"
#include "domain/tests/fixtures.hpp"

namespace gatehouse::domain {
namespace {

using namespace samples;

Session begun(Timestamp at, SessionLimits limits = {}, std::string id = "s1") {
  auto session = samples::session(std::move(id));
  begin_session(session, limits, at);
  return session;
}

TEST(SessionPolicy, lives_until_the_earlier_of_idle_and_absolute_end_that_instant_excluded) {
  const auto session = begun(kNow, {1h, 10h, 100});
  EXPECT_TRUE(is_live(session, kNow));
  EXPECT_TRUE(is_live(session, kNow + 1h - 1us));
  EXPECT_FALSE(is_live(session, kNow + 1h));
}

TEST(SessionPolicy, use_moves_the_idle_end_but_never_beyond_the_absolute_one) {
  auto session = begun(kNow, {1h, 10h, 100});
  session.last_seen_at = kNow + 9h + 30min;
  EXPECT_EQ(idle_end(session), kNow + 10h);
  EXPECT_FALSE(is_live(session, kNow + 10h));
}

TEST(SessionPolicy, an_idle_timeout_beyond_the_absolute_one_is_cut) {
  EXPECT_EQ(begun(kNow, {100h, 10h, 100}).idle_timeout, Duration(10h));
}

TEST(SessionPolicy, is_touched_at_most_once_a_minute_and_often_enough_for_short_timeouts) {
  const auto usual = begun(kNow);
  EXPECT_FALSE(needs_touch(usual, kNow + 59s));
  EXPECT_TRUE(needs_touch(usual, kNow + 60s));
  const auto brief = begun(kNow, {5min, 10h, 100});
  EXPECT_FALSE(needs_touch(brief, kNow + 14s));
  EXPECT_TRUE(needs_touch(brief, kNow + 15s));
}

TEST(SessionPolicy, the_oldest_make_room_for_one_more) {
  std::vector<Session> sessions;
  for (int i = 0; i < 5; ++i)
    sessions.push_back(begun(kNow + std::chrono::minutes(10 - i), {}, "s" + std::to_string(i)));
  EXPECT_EQ(sessions_to_end(sessions, 4, kNow + 20min), (std::vector<SessionId>{SessionId("s4"), SessionId("s3")}));
  EXPECT_TRUE(sessions_to_end(sessions, 6, kNow + 20min).empty());
  EXPECT_TRUE(sessions_to_end(sessions, 4, kNow + 24h * 40).empty()) << "dead ones take no room";
}

TEST(SessionPolicy, disabled_leaving_and_matched_users_hold_no_sessions) {
  auto user = samples::user();
  EXPECT_TRUE(may_hold_sessions(user));
  user.screening = Screening::possible_match;
  EXPECT_TRUE(may_hold_sessions(user));
  user.screening = Screening::confirmed_match;
  EXPECT_FALSE(may_hold_sessions(user));
  for (const auto status : {UserStatus::disabled, UserStatus::pending_deletion}) {
    user = samples::user();
    user.status = status;
    EXPECT_FALSE(may_hold_sessions(user));
  }
}

TEST(SessionPolicy, an_answer_ends_with_the_first_role_that_does) {
  const auto session = begun(kNow);
  RoleAssignment soon, gone, lasting;
  soon.expires_at = kNow + 5min;
  gone.expires_at = kNow - 5min;
  EXPECT_EQ(answer_ends_at(session, {lasting, gone}, kNow), idle_end(session));
  EXPECT_EQ(answer_ends_at(session, {lasting, soon, gone}, kNow), kNow + 5min);
}

TEST(StepUp, needs_a_proof_of_the_last_fifteen_minutes_at_the_needed_level) {
  EXPECT_TRUE(check_step_up(kNow - 15min, Acr::aal1, Acr::aal1, kNow).has_value());
  EXPECT_TRUE(check_step_up(kNow, Acr::aal2, Acr::aal1, kNow).has_value());
  const auto stale = check_step_up(kNow - 15min - 1us, Acr::aal2, Acr::aal2, kNow);
  ASSERT_FALSE(stale.has_value());
  EXPECT_EQ(stale.error().code, ErrorCode::reauthentication_required);
  ASSERT_TRUE(stale.error().step_up.has_value());
  EXPECT_EQ(stale.error().step_up->max_age, 900s);
  EXPECT_EQ(stale.error().step_up->acr_values, "aal2");
  EXPECT_FALSE(check_step_up(kNow, Acr::aal1, highest_level(true), kNow).has_value());
}

TEST(Authentication, aal2_takes_two_different_kinds_of_proof) {
  EXPECT_EQ(acr_of({"pwd"}), Acr::aal1);
  EXPECT_EQ(acr_of({"otp"}), Acr::aal1);
  EXPECT_EQ(acr_of({"pwd", "fed"}), Acr::aal1);
  EXPECT_EQ(acr_of({"pwd", "mfa"}), Acr::aal1) << "the word alone proves nothing";
  EXPECT_EQ(acr_of({"fed", "otp"}), Acr::aal2);
  EXPECT_EQ(with_method({"pwd"}, amr::kOneTimeCode), (std::vector<std::string>{"pwd", "otp", "mfa"}));
  EXPECT_EQ(with_method({"pwd"}, amr::kPassword), std::vector<std::string>{"pwd"});
}

TEST(Actor, carries_the_public_screening_and_both_ends) {
  auto user = samples::user();
  user.screening = Screening::possible_match;
  user.screening_public = Screening::pending;
  const auto session = begun(kNow);
  const auto actor = make_actor(user, session, {"user"}, {"identity.users.read", "payouts.read"});
  EXPECT_EQ(actor.screening, Screening::pending);
  EXPECT_EQ(actor.expires_at, kNow + 24h * 30);
  EXPECT_EQ(actor.idle_expires_at, kNow + 24h * 14);
  EXPECT_TRUE(actor.email_verified);
  EXPECT_TRUE(actor.has_permission("payouts.read"));
  EXPECT_FALSE(actor.has_permission("identity.users"));
}

RC_GTEST_PROP(SessionPolicy, once_dead_it_never_lives_again, ()) {
  auto session = begun(kNow, {std::chrono::seconds(*rc::gen::inRange(1, 100000)),
                              std::chrono::seconds(*rc::gen::inRange(1, 100000)), 1});
  session.last_seen_at += std::chrono::seconds(*rc::gen::inRange(0, 50000));
  const auto a = kNow + std::chrono::seconds(*rc::gen::inRange(0, 200000));
  const auto b = a + std::chrono::seconds(*rc::gen::inRange(0, 200000));
  RC_ASSERT(is_live(session, a) || !is_live(session, b));
}

RC_GTEST_PROP(SessionPolicy, after_making_room_one_more_fits, ()) {
  const auto count = *rc::gen::inRange(0, 30);
  const auto max = static_cast<std::size_t>(*rc::gen::inRange(1, 20));
  std::vector<Session> sessions;
  for (int i = 0; i < count; ++i)
    sessions.push_back(begun(kNow - std::chrono::seconds(*rc::gen::inRange(0, 1000)), {}, std::to_string(i)));
  const auto ended = sessions_to_end(sessions, max, kNow);
  RC_ASSERT(sessions.size() - ended.size() + 1 <= std::max(max, std::size_t{1}));
  RC_ASSERT(ended.empty() || sessions.size() - ended.size() + 1 == max);
}

}  // namespace
}  // namespace gatehouse::domain
