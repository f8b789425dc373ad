#include "domain/identity/roles_and_permissions.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "domain/identity/permissions.hpp"
#include "domain/tests/fixtures.hpp"

namespace gatehouse::domain {
namespace {

using namespace samples;
using Names = std::vector<std::string>;

RoleCatalog catalog(const std::vector<RoleDeclaration>& declared) {
  auto made = RoleCatalog::make(declared);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().detail);
  return made ? *made : RoleCatalog();
}

std::string fault(const std::vector<RoleDeclaration>& declared) {
  const auto made = RoleCatalog::make(declared);
  return made ? "none" : made.error().fields.front().code;
}

TEST(Roles, the_built_in_ones_are_there) {
  const RoleCatalog roles;
  EXPECT_EQ(roles.names(), (Names{"admin", "support", "user"}));
  EXPECT_EQ(roles.permissions_of("admin").size(), permissions::kAll.size());
  EXPECT_TRUE(roles.permissions_of("user").empty());
  EXPECT_EQ(roles.permissions_of("support"),
            (Names{"identity.recovery.start", "identity.sessions.revoke", "identity.users.read"}));
  EXPECT_TRUE(roles.permissions_of("unknown").empty());
}

TEST(Roles, inheritance_reaches_through_and_may_meet_again) {
  const auto roles = catalog({{"base", {"a.read"}, {}},
                              {"left", {"l.read"}, {"base"}},
                              {"right", {"r.read"}, {"base"}},
                              {"top", {}, {"left", "right"}}});
  EXPECT_EQ(roles.permissions_of("top"), (Names{"a.read", "l.read", "r.read"}));
  EXPECT_EQ(roles.effective_permissions({"left", "removed_from_configuration"}), (Names{"a.read", "l.read"}));
}

TEST(Roles, a_declaration_adds_to_a_built_in_role) {
  const auto roles = catalog({{"payouts", {"payouts.approve"}, {}}, {"admin", {}, {"payouts"}}});
  EXPECT_EQ(roles.permissions_of("admin").size(), permissions::kAll.size() + 1);
}

TEST(Roles, faults_of_the_configuration_are_named) {
  EXPECT_EQ(fault({{"a", {}, {"b"}}, {"b", {}, {"a"}}}), "circle");
  EXPECT_EQ(fault({{"a", {}, {"a"}}}), "circle");
  EXPECT_EQ(fault({{"a", {}, {"b"}}}), "unknown_role");
  EXPECT_EQ(fault({{"a", {}, {}}, {"a", {}, {}}}), "duplicate");
  EXPECT_EQ(fault({{"A b", {}, {}}}), "invalid_name");
  EXPECT_EQ(fault({{"a", {"Payouts Approve"}, {}}}), "invalid_permission");
  EXPECT_EQ(fault({{"user", {}, {"admin"}}}), "circle") << "admin inherits support, which inherits user";
}

TEST(Roles, other_domains_may_ask_only_for_roles_that_do_not_concern_identity) {
  const auto roles = catalog({{"trader", {"trades.create"}, {}}, {"helper", {"tickets.read"}, {"support"}}});
  EXPECT_EQ(*roles.grantable_roles(std::nullopt), (Names{"trader", "user"}));
  EXPECT_EQ(*roles.grantable_roles(Names{"trader"}), Names{"trader"});
  EXPECT_EQ(roles.grantable_roles(Names{"helper"}).error().fields[0].code, "concerns_identity") << "by inheritance";
  EXPECT_EQ(roles.grantable_roles(Names{"nobody"}).error().fields[0].code, "unknown_role");
}

TEST(Roles, live_ones_are_those_not_expired_and_user) {
  RoleAssignment lasting, ending, ended;
  lasting.role = "trader";
  ending.role = "admin";
  ending.expires_at = kNow + 1s;
  ended.role = "support";
  ended.expires_at = kNow;
  EXPECT_EQ(live_roles({lasting, ending, ended, lasting}, kNow), (Names{"admin", "trader", "user"}));
  EXPECT_EQ(live_roles({}, kNow), Names{"user"});
}

TEST(Roles, names_are_plain) {
  EXPECT_TRUE(is_role_name("payout-manager_2"));
  for (const auto* bad : {"", "Admin", "2fa", "a.b", "a b", "é"}) EXPECT_FALSE(is_role_name(bad)) << bad;
  EXPECT_FALSE(is_role_name(std::string(65, 'a')));
  EXPECT_TRUE(is_permission_name("identity.users.read"));
  for (const auto* bad : {".a", "a.", "a..b", "a/b", "*"}) EXPECT_FALSE(is_permission_name(bad)) << bad;
}

RC_GTEST_PROP(Roles, who_inherits_holds_all_that_is_inherited, ()) {
  std::vector<RoleDeclaration> declared;
  const auto count = *rc::gen::inRange(1, 8);
  for (int i = 0; i < count; ++i) {
    RoleDeclaration role{"r" + std::to_string(i), {"p.r" + std::to_string(i)}, {}};
    for (int parent = 0; parent < i; ++parent) {
      if (*rc::gen::arbitrary<bool>()) role.inherits.push_back("r" + std::to_string(parent));
    }
    declared.push_back(std::move(role));
  }
  const auto roles = RoleCatalog::make(declared);
  RC_ASSERT(roles.has_value());
  for (const auto& role : declared) {
    const auto held = roles->permissions_of(role.name);
    RC_ASSERT(std::is_sorted(held.begin(), held.end()));
    for (const auto& parent : role.inherits) {
      const auto inherited = roles->permissions_of(parent);
      RC_ASSERT(std::includes(held.begin(), held.end(), inherited.begin(), inherited.end()));
    }
  }
}

}  // namespace
}  // namespace gatehouse::domain
