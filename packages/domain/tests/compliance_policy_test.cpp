#include "domain/identity/compliance_policy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/tests/fixtures.hpp"

namespace gatehouse::domain {
namespace {

using S = Screening;
using V = IdentityVerification;

ComplianceRequest screening(S to) { return {std::nullopt, to, "case-1", "checked"}; }
ComplianceRequest verification(V to) { return {to, std::nullopt, "case-1", "checked"}; }

User apply(User user, const ComplianceChange& change) {
  user.identity_verification = change.identity_verification;
  user.screening = change.screening;
  user.screening_public = change.screening_public;
  user.compliance_hold = change.compliance_hold;
  return user;
}

User walk(const std::vector<S>& steps) {
  auto user = samples::user();
  for (const auto step : steps) {
    const auto change = change_compliance(user, screening(step));
    EXPECT_TRUE(change.has_value()) << to_text(user.screening) << " to " << to_text(step);
    if (change) user = apply(user, *change);
  }
  return user;
}

TEST(Compliance, takes_legal_steps) {
  auto user = samples::user();
  user = apply(user, *change_compliance(user, verification(V::pending)));
  user = apply(user, *change_compliance(user, verification(V::verified)));
  EXPECT_EQ(user.identity_verification, V::verified);
  EXPECT_EQ(walk({S::pending, S::clear}).screening_public, S::clear);
}

TEST(Compliance, refuses_steps_that_skip_or_stand_still) {
  const auto refusal = [](const ComplianceRequest& request) {
    return change_compliance(samples::user(), request).error().code;
  };
  EXPECT_EQ(refusal(verification(V::verified)), ErrorCode::illegal_transition);
  EXPECT_EQ(refusal(verification(V::unverified)), ErrorCode::illegal_transition);
  EXPECT_EQ(refusal(screening(S::clear)), ErrorCode::illegal_transition);
  EXPECT_EQ(refusal(screening(S::confirmed_match)), ErrorCode::illegal_transition);
}

TEST(Compliance, a_request_is_taken_whole_or_not_at_all) {
  const auto change = change_compliance(samples::user(), {V::pending, S::clear, "case-1", "checked"});
  EXPECT_EQ(change.error().code, ErrorCode::illegal_transition);
  EXPECT_EQ(change_compliance(samples::user(), {V::pending, S::pending, "case-1", "checked"})->screening, S::pending);
}

TEST(Compliance, needs_a_change_a_reference_and_a_reason) {
  const auto refused = [](const ComplianceRequest& request) {
    const auto change = change_compliance(samples::user(), request);
    return !change && change.error().code == ErrorCode::invalid_request;
  };
  EXPECT_TRUE(refused({std::nullopt, std::nullopt, "case-1", "checked"}));
  EXPECT_TRUE(refused({V::pending, std::nullopt, "", "checked"}));
  EXPECT_TRUE(refused({V::pending, std::nullopt, "case-1", ""}));
  EXPECT_TRUE(refused({V::pending, std::nullopt, "case\n1", "checked"}));
  const std::string long_text(501, 'x');
  EXPECT_TRUE(refused({V::pending, std::nullopt, "case-1", long_text}));
}

TEST(Compliance, a_possible_match_never_shows) {
  EXPECT_EQ(walk({S::pending, S::possible_match}).screening_public, S::pending);
  EXPECT_EQ(walk({S::pending, S::clear, S::possible_match}).screening_public, S::clear);
}

TEST(Compliance, a_confirmed_match_ends_sessions_and_reads_pending) {
  const auto user = walk({S::pending, S::clear, S::possible_match});
  const auto change = change_compliance(user, screening(S::confirmed_match));
  ASSERT_TRUE(change.has_value());
  EXPECT_TRUE(change->ends_sessions);
  EXPECT_EQ(change->screening_public, S::pending);
}

TEST(Compliance, evidence_is_held_from_a_possible_match_until_it_is_cleared) {
  EXPECT_FALSE(walk({S::pending}).compliance_hold);
  EXPECT_TRUE(walk({S::pending, S::possible_match}).compliance_hold);
  EXPECT_TRUE(walk({S::pending, S::possible_match, S::confirmed_match, S::possible_match}).compliance_hold);
  EXPECT_FALSE(walk({S::pending, S::possible_match, S::clear}).compliance_hold);
}

RC_GTEST_PROP(Compliance, on_every_walk_the_public_form_never_tells_of_a_match, ()) {
  auto user = samples::user();
  for (int i = 0; i < 30; ++i) {
    const auto to = *rc::gen::element(S::unscreened, S::pending, S::clear, S::possible_match, S::confirmed_match);
    const auto shown_before = user.screening_public;
    const auto change = change_compliance(user, screening(to));
    RC_ASSERT(change.has_value() == is_legal_step(user.screening, to));
    if (!change) continue;
    user = apply(user, *change);
    RC_ASSERT(user.screening_public <= S::clear);
    if (to == S::possible_match) RC_ASSERT(user.screening_public == shown_before);
  }
}

}  // namespace
}  // namespace gatehouse::domain
