#include "domain/identity/role_grant_policy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "domain/identity/permissions.hpp"
#include "domain/tests/fixtures.hpp"

namespace gatehouse::domain {
namespace {

using namespace samples;

const RoleCatalog& roles() {
  static const RoleCatalog catalog =
      *RoleCatalog::make({{"trader", {"trades.create"}, {}},
                          {"keeper", {"identity.keys.manage"}, {}},
                          {"desk", {"identity.roles.assign", "identity.users.read", "trades.create"}, {}}});
  return catalog;
}

Authority with_role(std::string_view role, std::string id = "boss") {
  return {ActorType::user, std::move(id), roles().permissions_of(role)};
}

ErrorCode refusal(const Result<>& result) { return result ? ErrorCode::internal_error : result.error().code; }

Result<> change(const Authority& authority, std::string_view role, const std::vector<std::string>& target_holds = {}) {
  return check_may_change_role(authority, UserId("anna"), target_holds, role, roles());
}

TEST(RoleGrantPolicy, a_full_administrator_may_hand_out_any_role) {
  EXPECT_TRUE(change(with_role("admin"), "trader").has_value());
  EXPECT_TRUE(change(with_role("admin"), "admin").has_value());
}

TEST(RoleGrantPolicy, nobody_hands_out_what_they_lack) {
  EXPECT_TRUE(change(with_role("desk"), "trader").has_value());
  EXPECT_EQ(refusal(change(with_role("desk"), "keeper")), ErrorCode::forbidden);
  EXPECT_EQ(refusal(change(with_role("desk"), "admin")), ErrorCode::forbidden);
  EXPECT_EQ(refusal(change(with_role("support"), "user")), ErrorCode::forbidden) << "support assigns no roles";
}

TEST(RoleGrantPolicy, nobody_changes_their_own_roles) {
  EXPECT_EQ(refusal(change(with_role("admin", "anna"), "trader")), ErrorCode::forbidden);
}

TEST(RoleGrantPolicy, a_limited_admin_does_not_touch_a_higher_one) {
  const auto admin = roles().permissions_of("admin");
  EXPECT_EQ(refusal(change(with_role("desk"), "trader", admin)), ErrorCode::forbidden);
  EXPECT_EQ(refusal(check_may_touch(with_role("support"), UserId("anna"), admin)), ErrorCode::forbidden);
  EXPECT_TRUE(check_may_touch(with_role("admin"), UserId("anna"), admin).has_value());
  EXPECT_TRUE(check_may_touch(with_role("support"), UserId("anna"), {"trades.create"}).has_value())
      << "only identity ranks";
  EXPECT_TRUE(check_may_touch(with_role("support", "anna"), UserId("anna"), admin).has_value()) << "oneself";
}

TEST(RoleGrantPolicy, a_service_never_deals_in_roles_over_identity) {
  Authority service{ActorType::service, "accounts", roles().permissions_of("admin")};
  EXPECT_EQ(refusal(change(service, "keeper")), ErrorCode::forbidden);
  EXPECT_EQ(refusal(change(service, "trader")), ErrorCode::forbidden) << "it lacks trades.create";
  service.permissions.push_back("trades.create");
  EXPECT_TRUE(change(service, "trader").has_value());
}

TEST(RoleGrantPolicy, an_unknown_role_is_a_bad_request_even_for_the_operator) {
  EXPECT_EQ(refusal(change({ActorType::operator_, "root", {}}, "wizard")), ErrorCode::invalid_request);
  EXPECT_TRUE(change({ActorType::operator_, "root", {}}, "admin").has_value());
}

TEST(RoleGrantPolicy, a_missing_permission_is_named) {
  const auto refused = check_permission(with_role("support"), permissions::kUsersWrite);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().detail.find("identity.users.write"), std::string::npos);
  EXPECT_TRUE(check_permission(with_role("support"), permissions::kUsersRead).has_value());
}

TEST(LastAdmin, counts_only_who_can_really_run_the_place) {
  RoleAssignment admin;
  admin.role = "admin";
  EXPECT_TRUE(counts_as_admin(samples::user(), {admin}, false, kNow));
  EXPECT_FALSE(counts_as_admin(samples::user(), {}, false, kNow));
  auto ended = admin;
  ended.expires_at = kNow;
  EXPECT_FALSE(counts_as_admin(samples::user(), {ended}, false, kNow));
  auto user = samples::user();
  user.email_verified_at.reset();
  EXPECT_FALSE(counts_as_admin(user, {admin}, false, kNow));
  user = samples::user();
  user.status = UserStatus::disabled;
  EXPECT_FALSE(counts_as_admin(user, {admin}, false, kNow));
  user = samples::user();
  user.password_hash.reset();
  EXPECT_FALSE(counts_as_admin(user, {admin}, false, kNow));
  EXPECT_TRUE(counts_as_admin(user, {admin}, true, kNow));
  user = samples::user();
  user.reset_required = true;
  EXPECT_FALSE(counts_as_admin(user, {admin}, false, kNow));
}

TEST(LastAdmin, one_always_remains) {
  const UserId anna("anna"), bert("bert");
  EXPECT_TRUE(check_admin_remains({anna, bert}, anna).has_value());
  EXPECT_EQ(refusal(check_admin_remains({anna}, anna)), ErrorCode::last_admin);
  EXPECT_TRUE(check_admin_remains({anna}, bert).has_value()) << "bert is none";
  EXPECT_TRUE(check_admin_remains({}, bert).has_value());
}

RC_GTEST_PROP(RoleGrantPolicy, no_chain_of_grants_reaches_beyond_what_the_granter_holds, ()) {
  const auto all = roles().effective_permissions(roles().names());
  Authority authority;
  authority.id = "boss";
  for (const auto& permission : all) {
    if (*rc::gen::arbitrary<bool>()) authority.permissions.push_back(permission);
  }
  const bool full = std::all_of(permissions::kAll.begin(), permissions::kAll.end(),
                                [&](auto permission) { return check_permission(authority, permission).has_value(); });
  for (const auto& role : roles().names()) {
    const auto held = roles().permissions_of(role);
    const bool covered =
        std::includes(authority.permissions.begin(), authority.permissions.end(), held.begin(), held.end());
    if (change(authority, role).has_value()) RC_ASSERT(covered || full);
  }
}

}  // namespace
}  // namespace gatehouse::domain
