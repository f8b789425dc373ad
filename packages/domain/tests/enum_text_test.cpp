#include "domain/identity/enum_text.hpp"

#include <gtest/gtest.h>

#include <set>

#include "domain/identity/audit_actions.hpp"
#include "domain/identity/audit_entry.hpp"
#include "domain/identity/login_attempt.hpp"
#include "domain/identity/mail.hpp"
#include "domain/identity/mfa.hpp"
#include "domain/identity/oauth_ticket.hpp"
#include "domain/identity/permissions.hpp"
#include "domain/identity/service.hpp"
#include "domain/identity/session.hpp"
#include "domain/identity/signing_key.hpp"
#include "domain/identity/throttle.hpp"
#include "domain/identity/topics.hpp"
#include "domain/identity/user.hpp"
#include "domain/identity/verification_token.hpp"

namespace gatehouse::domain {
namespace {

template <class E>
class EnumText : public testing::Test {};

using Enums = testing::Types<UserStatus, IdentityVerification, Screening, Acr, RevocationReason, TokenPurpose,
                             FactorKind, ChallengeState, ActorType, AuditOutcome, AttemptOutcome, AttemptFactor,
                             RiskLevel, MailState, ServiceKeySource, SigningAlgorithm, SigningPurpose, SigningKeyState,
                             SigningKeyProvider, BudgetKind, OAuthTicketKind, OAuthIntent>;
TYPED_TEST_SUITE(EnumText, Enums);

TYPED_TEST(EnumText, every_name_reads_back_as_its_enumerator_and_is_there_once) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < EnumNames<TypeParam>::kNames.size(); ++i) {
    const auto value = static_cast<TypeParam>(i);
    EXPECT_EQ(from_text<TypeParam>(to_text(value)), value);
    EXPECT_TRUE(seen.insert(to_text(value)).second) << to_text(value);
  }
  EXPECT_EQ(from_text<TypeParam>("no such name"), std::nullopt);
}

TEST(EnumNames, the_last_enumerator_of_each_has_the_last_name) {
  EXPECT_EQ(to_text(UserStatus::pending_deletion), "pending_deletion");
  EXPECT_EQ(to_text(IdentityVerification::expired), "expired");
  EXPECT_EQ(to_text(Screening::confirmed_match), "confirmed_match");
  EXPECT_EQ(to_text(RevocationReason::screening), "screening");
  EXPECT_EQ(to_text(TokenPurpose::emailed_code), "emailed_code");
  EXPECT_EQ(to_text(ChallengeState::failed), "failed");
  EXPECT_EQ(to_text(ActorType::operator_), "operator");
  EXPECT_EQ(to_text(AttemptFactor::oauth), "oauth");
  EXPECT_EQ(to_text(MailState::failed), "failed");
  EXPECT_EQ(to_text(SigningKeyState::gone), "gone");
  EXPECT_EQ(to_text(BudgetKind::sign_up), "sign_up");
  EXPECT_EQ(to_text(OAuthTicketKind::spent_id_token), "spent_id_token");
}

template <class Names>
void expect_unique(const Names& names) {
  EXPECT_EQ(std::set<std::string_view>(names.begin(), names.end()).size(), names.size());
}

TEST(Constants, no_permission_topic_or_action_is_named_twice) {
  expect_unique(permissions::kAll);
  expect_unique(topics::kProduced);
  expect_unique(audit_actions::kAll);
}

TEST(Constants, permissions_and_topics_are_of_identity) {
  for (const auto name : permissions::kAll) EXPECT_TRUE(name.starts_with(permissions::kIdentityPrefix)) << name;
  for (const auto name : topics::kProduced) EXPECT_TRUE(name.starts_with("identity.")) << name;
}

}  // namespace
}  // namespace gatehouse::domain
