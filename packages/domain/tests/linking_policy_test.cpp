#include "domain/identity/linking_policy.hpp"

#include <gtest/gtest.h>

namespace gatehouse::domain {
namespace {

using V = LinkVerdict;

LinkFacts facts(bool provider_verified, LocalAddress local, bool link_verified = false) {
  LinkFacts facts;
  facts.provider_verified = provider_verified;
  facts.local = local;
  facts.link_verified = link_verified;
  return facts;
}

TEST(LinkingPolicy, a_linked_account_signs_in_whatever_its_address_says_now) {
  for (const auto local : {LocalAddress::none, LocalAddress::unverified, LocalAddress::verified}) {
    auto known = facts(false, local);
    known.linked_user = UserId("anna");
    EXPECT_EQ(decide_link(known), V::sign_in);
  }
}

TEST(LinkingPolicy, a_signed_in_person_links_what_is_nobody_elses) {
  auto linking = facts(false, LocalAddress::verified);
  linking.signed_in = UserId("anna");
  EXPECT_EQ(decide_link(linking), V::link);
  linking.linked_user = UserId("anna");
  EXPECT_EQ(decide_link(linking), V::already_linked);
  linking.linked_user = UserId("bert");
  EXPECT_EQ(decide_link(linking), V::linked_elsewhere);
}

// T01
TEST(LinkingPolicy, an_address_alone_never_opens_a_confirmed_account) {
  EXPECT_EQ(decide_link(facts(false, LocalAddress::verified)), V::sign_in_first);
  EXPECT_EQ(decide_link(facts(true, LocalAddress::verified)), V::sign_in_first);
  EXPECT_EQ(decide_link(facts(false, LocalAddress::verified, true)), V::sign_in_first);
  EXPECT_EQ(decide_link(facts(true, LocalAddress::verified, true)), V::link_by_address);
}

// T02
TEST(LinkingPolicy, the_arriving_owner_takes_over_an_unconfirmed_registration) {
  EXPECT_EQ(decide_link(facts(true, LocalAddress::unverified)), V::take_over);
  EXPECT_EQ(decide_link(facts(false, LocalAddress::unverified)), V::address_unverified);
}

TEST(LinkingPolicy, a_new_account_needs_a_confirmed_address) {
  EXPECT_EQ(decide_link(facts(true, LocalAddress::none)), V::create_user);
  EXPECT_EQ(decide_link(facts(false, LocalAddress::none)), V::address_unverified);
}

TEST(LinkingPolicy, over_the_whole_table_only_both_sides_verified_and_the_option_reach_a_confirmed_account) {
  for (int bits = 0; bits < 8; ++bits) {
    for (const auto local : {LocalAddress::none, LocalAddress::unverified, LocalAddress::verified}) {
      auto row = facts((bits & 1) != 0, local, (bits & 2) != 0);
      row.local_has_password = (bits & 4) != 0;
      const auto verdict = decide_link(row);
      EXPECT_EQ(verdict == V::link_by_address,
                local == LocalAddress::verified && row.provider_verified && row.link_verified);
      EXPECT_EQ(verdict == V::take_over, local == LocalAddress::unverified && row.provider_verified);
      EXPECT_NE(verdict, V::sign_in) << "there is no link";
      EXPECT_TRUE(row.provider_verified || error_of(verdict)) << "an unverified address leads nowhere";
      row.local_has_password = !row.local_has_password;
      EXPECT_EQ(decide_link(row), verdict) << "a password never changes who an address belongs to";
    }
  }
}

TEST(LinkingPolicy, refusals_have_codes_and_the_rest_has_none) {
  EXPECT_EQ(error_of(V::sign_in_first), ErrorCode::account_exists);
  EXPECT_EQ(error_of(V::linked_elsewhere), ErrorCode::account_linked_elsewhere);
  EXPECT_EQ(error_of(V::address_unverified), ErrorCode::provider_email_unverified);
  for (const auto on : {V::sign_in, V::link, V::already_linked, V::link_by_address, V::create_user, V::take_over}) {
    EXPECT_EQ(error_of(on), std::nullopt);
  }
}

TEST(LinkingPolicy, unlinking_never_removes_the_last_way_in) {
  EXPECT_TRUE(check_unlink(true, 1).has_value());
  EXPECT_TRUE(check_unlink(false, 2).has_value());
  EXPECT_EQ(check_unlink(false, 1).error().code, ErrorCode::last_credential);
}

}  // namespace
}  // namespace gatehouse::domain
