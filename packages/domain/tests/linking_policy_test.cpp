#include "domain/identity/linking_policy.hpp"

#include <array>

#include <gtest/gtest.h>

namespace gatehouse::domain {
namespace {

using V = LinkVerdict;

constexpr std::array kAddresses = {ProviderAddress::missing, ProviderAddress::unverified, ProviderAddress::verified};
constexpr std::array kLocals = {LocalAddress::none, LocalAddress::unverified, LocalAddress::verified};

LinkFacts facts(ProviderAddress address, LocalAddress local, bool link_verified = false) {
  LinkFacts facts;
  facts.address = address;
  facts.local = local;
  facts.link_verified = link_verified;
  return facts;
}

TEST(LinkingPolicy, a_linked_account_signs_in_whatever_its_address_says_now) {
  for (const auto local : {LocalAddress::none, LocalAddress::unverified, LocalAddress::verified}) {
    auto known = facts(ProviderAddress::unverified, local);
    known.linked_user = UserId("anna");
    EXPECT_EQ(decide_link(known), V::sign_in);
  }
}

TEST(LinkingPolicy, a_signed_in_person_links_what_is_nobody_elses) {
  auto linking = facts(ProviderAddress::unverified, LocalAddress::verified);
  linking.signed_in = UserId("anna");
  EXPECT_EQ(decide_link(linking), V::link);
  linking.linked_user = UserId("anna");
  EXPECT_EQ(decide_link(linking), V::already_linked);
  linking.linked_user = UserId("bert");
  EXPECT_EQ(decide_link(linking), V::linked_elsewhere);
}

// T01
TEST(LinkingPolicy, an_address_alone_never_opens_a_confirmed_account) {
  EXPECT_EQ(decide_link(facts(ProviderAddress::unverified, LocalAddress::verified)), V::sign_in_first);
  EXPECT_EQ(decide_link(facts(ProviderAddress::verified, LocalAddress::verified)), V::sign_in_first);
  EXPECT_EQ(decide_link(facts(ProviderAddress::unverified, LocalAddress::verified, true)), V::sign_in_first);
  EXPECT_EQ(decide_link(facts(ProviderAddress::verified, LocalAddress::verified, true)), V::link_by_address);
}

// T02
TEST(LinkingPolicy, the_arriving_owner_takes_over_an_unconfirmed_registration) {
  EXPECT_EQ(decide_link(facts(ProviderAddress::verified, LocalAddress::unverified)), V::take_over);
  EXPECT_EQ(decide_link(facts(ProviderAddress::unverified, LocalAddress::unverified)), V::address_unverified);
}

TEST(LinkingPolicy, a_new_account_needs_a_confirmed_address) {
  EXPECT_EQ(decide_link(facts(ProviderAddress::verified, LocalAddress::none)), V::create_user);
  EXPECT_EQ(decide_link(facts(ProviderAddress::unverified, LocalAddress::none)), V::address_unverified);
}

TEST(LinkingPolicy, a_provider_that_gives_no_address_makes_no_account_and_tells_nothing_of_others) {
  for (const auto local : kLocals)
    EXPECT_EQ(decide_link(facts(ProviderAddress::missing, local, true)), V::address_missing);
}

/// Every combination of the facts: (provider's word) × (local address) × password × option × linked × signed in.
template <class F>
void for_every_row(F&& check) {
  const std::array<std::optional<UserId>, 3> people = {std::nullopt, UserId("anna"), UserId("bert")};
  for (const auto address : kAddresses)
    for (const auto local : kLocals)
      for (int bits = 0; bits < 4; ++bits)
        for (const auto& linked : people)
          for (const auto& signed_in : people) {
            auto row = facts(address, local, (bits & 1) != 0);
            row.local_has_password = (bits & 2) != 0;
            row.linked_user = linked;
            row.signed_in = signed_in;
            check(row, decide_link(row));
          }
}

TEST(LinkingPolicy, over_the_whole_table_only_both_sides_verified_and_the_option_reach_a_confirmed_account) {
  int rows = 0;
  for_every_row([&](const LinkFacts& row, V verdict) {
    ++rows;
    const bool stranger = !row.linked_user && !row.signed_in;
    const bool verified = row.address == ProviderAddress::verified;
    EXPECT_EQ(verdict == V::link_by_address,
              stranger && verified && row.local == LocalAddress::verified && row.link_verified);
    EXPECT_EQ(verdict == V::take_over, stranger && verified && row.local == LocalAddress::unverified);
    EXPECT_EQ(verdict == V::create_user, stranger && verified && row.local == LocalAddress::none);
    EXPECT_EQ(verdict == V::address_missing, stranger && row.address == ProviderAddress::missing);
    if (stranger && !verified) {
      EXPECT_TRUE(error_of(verdict)) << "an unverified address leads nowhere";
    }
  });
  EXPECT_EQ(rows, 3 * 3 * 4 * 3 * 3);
}

TEST(LinkingPolicy, over_the_whole_table_only_issuer_and_subject_sign_in_and_only_the_signed_in_link) {
  for_every_row([&](const LinkFacts& row, V verdict) {
    EXPECT_EQ(verdict == V::sign_in, row.linked_user && !row.signed_in);
    EXPECT_EQ(verdict == V::link, row.signed_in && !row.linked_user);
    EXPECT_EQ(verdict == V::already_linked, row.signed_in && row.linked_user == row.signed_in);
    EXPECT_EQ(verdict == V::linked_elsewhere, row.signed_in && row.linked_user && row.linked_user != row.signed_in);
  });
}

TEST(LinkingPolicy, a_password_never_changes_who_an_address_belongs_to) {
  for_every_row([&](LinkFacts row, V verdict) {
    row.local_has_password = !row.local_has_password;
    EXPECT_EQ(decide_link(row), verdict);
  });
}

TEST(LinkingPolicy, refusals_have_codes_and_the_rest_has_none) {
  EXPECT_EQ(error_of(V::sign_in_first), ErrorCode::account_exists);
  EXPECT_EQ(error_of(V::linked_elsewhere), ErrorCode::account_linked_elsewhere);
  EXPECT_EQ(error_of(V::address_unverified), ErrorCode::provider_email_unverified);
  EXPECT_EQ(error_of(V::address_missing), ErrorCode::provider_email_missing);
  for (const auto on : {V::sign_in, V::link, V::already_linked, V::link_by_address, V::create_user, V::take_over}) {
    EXPECT_EQ(error_of(on), std::nullopt);
  }
}

TEST(LinkingPolicy, unlinking_never_removes_the_last_way_in) {
  EXPECT_TRUE(check_unlink(true, 0).has_value());
  EXPECT_TRUE(check_unlink(false, 1).has_value());
  EXPECT_EQ(check_unlink(false, 0).error().code, ErrorCode::last_credential);
}

}  // namespace
}  // namespace gatehouse::domain
