#include "domain/identity/credential_policy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/tests/fixtures.hpp"

namespace gatehouse::domain {
namespace {

using namespace samples;
using V = SignInVerdict;

SignInFacts right(const User& user) {
  SignInFacts facts;
  facts.proof = FirstFactorProof::right;
  facts.user = &user;
  return facts;
}

V verdict(const User& user) { return decide_sign_in(right(user)); }

TEST(CredentialPolicy, a_right_password_signs_in) { EXPECT_EQ(verdict(samples::user()), V::signed_in); }

TEST(CredentialPolicy, a_wrong_password_and_no_account_are_the_same) {
  EXPECT_EQ(decide_sign_in({}), V::invalid_credentials);
  const auto user = samples::user();
  auto facts = right(user);
  facts.proof = FirstFactorProof::wrong;
  EXPECT_EQ(decide_sign_in(facts), V::invalid_credentials);
}

TEST(CredentialPolicy, a_match_with_a_waiting_sign_up_alone_says_unverified) {
  SignInFacts facts;
  facts.proof = FirstFactorProof::right_for_pending;
  EXPECT_EQ(decide_sign_in(facts), V::email_unverified);
}

TEST(CredentialPolicy, disabled_leaving_and_matched_accounts_read_the_same) {
  auto user = samples::user();
  user.status = UserStatus::disabled;
  EXPECT_EQ(verdict(user), V::account_disabled);
  user.status = UserStatus::pending_deletion;
  EXPECT_EQ(verdict(user), V::account_disabled);
  user.status = UserStatus::active;
  user.screening = Screening::confirmed_match;
  EXPECT_EQ(verdict(user), V::account_disabled);
}

TEST(CredentialPolicy, an_exposed_password_still_works_on_a_known_device) {
  auto user = samples::user();
  user.password_exposed = true;
  auto facts = right(user);
  facts.has_second_factor = true;
  EXPECT_EQ(decide_sign_in(facts), V::password_reset_required);
  facts.known_device = true;
  EXPECT_EQ(decide_sign_in(facts), V::mfa_required);
}

TEST(CredentialPolicy, a_void_password_does_not_close_the_way_by_a_provider) {
  auto user = samples::user();
  user.reset_required = true;
  auto facts = right(user);
  facts.known_device = true;
  EXPECT_EQ(decide_sign_in(facts), V::password_reset_required);
  facts.kind = FirstFactorKind::provider;
  EXPECT_EQ(decide_sign_in(facts), V::signed_in);
}

TEST(CredentialPolicy, enrolment_is_asked_only_of_who_has_no_factor) {
  const auto user = samples::user();
  auto facts = right(user);
  facts.requires_second_factor = true;
  EXPECT_EQ(decide_sign_in(facts), V::mfa_enrollment_required);
  facts.has_second_factor = true;
  EXPECT_EQ(decide_sign_in(facts), V::mfa_required);
}

TEST(CredentialPolicy, a_suspicious_sign_in_may_need_a_mailed_code) {
  const auto user = samples::user();
  auto facts = right(user);
  facts.risk = RiskResponse::notify;
  EXPECT_EQ(decide_sign_in(facts), V::signed_in);
  facts.risk = RiskResponse::emailed_code;
  EXPECT_EQ(decide_sign_in(facts), V::emailed_code_required);
}

TEST(CredentialPolicy, refusals_have_codes_and_the_rest_has_none) {
  EXPECT_EQ(error_of(V::invalid_credentials), ErrorCode::invalid_credentials);
  EXPECT_EQ(error_of(V::email_unverified), ErrorCode::email_unverified);
  EXPECT_EQ(error_of(V::account_disabled), ErrorCode::account_disabled);
  EXPECT_EQ(error_of(V::password_reset_required), ErrorCode::password_reset_required);
  for (const auto on : {V::signed_in, V::mfa_required, V::mfa_enrollment_required, V::emailed_code_required}) {
    EXPECT_EQ(error_of(on), std::nullopt);
  }
}

TEST(CredentialPolicy, a_proof_is_void_once_the_account_changed) {
  auto user = samples::user();
  user.credential_version = 4;
  EXPECT_TRUE(check_unchanged(user, 4).has_value());
  EXPECT_EQ(check_unchanged(user, 3).error().code, ErrorCode::invalid_credentials);
  user.status = UserStatus::disabled;
  EXPECT_EQ(check_unchanged(user, 4).error().code, ErrorCode::account_disabled);
}

RC_GTEST_PROP(CredentialPolicy, without_proof_nothing_about_the_account_shows, ()) {
  auto user = samples::user();
  user.status = *rc::gen::element(UserStatus::active, UserStatus::disabled, UserStatus::pending_deletion);
  user.screening = *rc::gen::element(Screening::clear, Screening::confirmed_match);
  user.reset_required = *rc::gen::arbitrary<bool>();
  user.password_exposed = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) user.email_verified_at.reset();
  auto facts = right(user);
  facts.has_second_factor = *rc::gen::arbitrary<bool>();
  facts.known_device = *rc::gen::arbitrary<bool>();
  facts.proof = FirstFactorProof::wrong;
  RC_ASSERT(decide_sign_in(facts) == V::invalid_credentials);
  facts.proof = FirstFactorProof::right;
  if (facts.has_second_factor) RC_ASSERT(decide_sign_in(facts) != V::signed_in);
}

}  // namespace
}  // namespace gatehouse::domain
