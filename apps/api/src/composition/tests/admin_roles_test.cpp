// Roles as staff hand them out: cases T50 and T51 of the security reference.
#include "composition/tests/http_calls.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/admin_recovery.hpp"
#include "modules/identity/application/admin_sessions.hpp"
#include "modules/identity/application/change_compliance.hpp"
#include "modules/identity/application/janitor.hpp"
#include "modules/identity/application/update_user.hpp"

namespace gatehouse::composition::testing {
namespace {

using application::Target;
namespace topics = domain::topics;

/// `keeper` may assign roles and edit users, and lacks the rest.
void with_keeper(config::Config& config) {
  config.roles["keeper"].permissions = {"identity.users.read",   "identity.users.write",     "identity.users.delete",
                                        "identity.roles.assign", "identity.sessions.revoke", "identity.recovery.start"};
  config.roles["seller"].permissions = {"shop.sell"};
}

struct AdminRoles : ::testing::Test {
  AdminRoles()
      : admin_id(world.add_user("admin@example.com")),
        keeper_id(world.add_user("keeper@example.com")),
        ada(world.add_user("ada@example.com")) {
    give_role(world, admin_id, "admin");
    give_role(world, keeper_id, "keeper");
  }

  Caller as(const std::string& email) { return world.caller(world.sign_in(email)); }
  auto assign(const Caller& caller, const domain::UserId& user, const std::string& role,
              const std::optional<Timestamp>& expires_at = {}) {
    return application::assign_role(world.deps(), caller, user,
                                    {.role = role, .expires_at = expires_at, .reason = "a reason"}, world.request);
  }
  auto revoke(const Caller& caller, const domain::UserId& user, const std::string& role) {
    return application::revoke_role(world.deps(), caller, user, role, std::nullopt, world.request);
  }
  auto set_status(const Caller& caller, const domain::UserId& user, domain::UserStatus status) {
    application::UserPatch patch;
    patch.status = status;
    return application::update_user(world.deps(), caller, user, patch, application::ExpectedVersion(), world.request);
  }

  World world{with_keeper};
  domain::UserId admin_id, keeper_id, ada;
};

TEST_F(AdminRoles, T50_a_role_is_given_with_who_why_and_until_when) {
  const auto keeper = as("keeper@example.com");
  const auto until = world.now() + std::chrono::hours(1);
  ASSERT_EQ(code_of(assign(keeper, ada, "support", until)), "ok");
  const auto roles = application::list_user_roles(world.deps(), keeper, ada);
  ASSERT_TRUE(roles && roles->size() == 1);
  EXPECT_EQ(roles->front().granted_by, keeper_id.str());
  EXPECT_EQ(roles->front().reason, "a reason");
  EXPECT_EQ(roles->front().expires_at, until);
  EXPECT_EQ(world.count_audit(ada, "role.assigned"), 1);
  EXPECT_EQ(world.count_events(ada, topics::kRoleAssigned), 1);
}

TEST_F(AdminRoles, T50_nobody_hands_out_what_they_lack) {
  EXPECT_EQ(code_of(assign(as("keeper@example.com"), ada, "admin")), "forbidden");
  EXPECT_EQ(code_of(assign(as("keeper@example.com"), ada, "seller")), "forbidden");
  EXPECT_EQ(code_of(assign(as("admin@example.com"), ada, "seller")), "ok");
  EXPECT_EQ(world.count_audit(ada, "role.assigned"), 1);
}

TEST_F(AdminRoles, T50_nobody_changes_themselves) {
  const auto keeper = as("keeper@example.com");
  EXPECT_EQ(code_of(assign(keeper, keeper_id, "support")), "forbidden");
  EXPECT_EQ(code_of(revoke(keeper, keeper_id, "keeper")), "forbidden");
  EXPECT_EQ(code_of(set_status(keeper, keeper_id, domain::UserStatus::disabled)), "forbidden");
  const auto admin = as("admin@example.com");
  EXPECT_EQ(code_of(assign(admin, admin_id, "seller")), "forbidden");
  EXPECT_EQ(code_of(application::reset_user_mfa(world.deps(), admin, admin_id, "lost", world.request)), "forbidden");
}

TEST_F(AdminRoles, T50_nobody_acts_on_a_higher_one) {
  const auto keeper = as("keeper@example.com");
  const auto session = world.sign_in("admin@example.com");
  EXPECT_EQ(code_of(set_status(keeper, admin_id, domain::UserStatus::disabled)), "forbidden");
  EXPECT_EQ(code_of(application::delete_user(world.deps(), keeper, admin_id, std::nullopt,
                                             application::ExpectedVersion(), world.request)),
            "forbidden");
  EXPECT_EQ(code_of(application::start_password_reset(world.deps(), keeper, admin_id, "r", world.request)),
            "forbidden");
  EXPECT_EQ(code_of(application::reset_user_mfa(world.deps(), keeper, admin_id, "r", world.request)), "forbidden");
  EXPECT_EQ(code_of(application::unlock_user(world.deps(), keeper, admin_id, "r", world.request)), "forbidden");
  EXPECT_EQ(code_of(revoke(keeper, admin_id, "admin")), "forbidden");
  EXPECT_EQ(code_of(application::revoke_session(world.deps(), keeper, session.session.id, std::nullopt, world.request)),
            "forbidden");
  EXPECT_EQ(code_of(application::revoke_user_sessions(world.deps(), keeper, admin_id, std::nullopt, world.request)),
            "forbidden");
  EXPECT_TRUE(world.lives(session));
}

TEST_F(AdminRoles, T50_the_last_administrator_stays_whoever_asks) {
  const auto operator_ = application::operator_caller("test");
  EXPECT_EQ(code_of(revoke(operator_, admin_id, "admin")), "last_admin");
  EXPECT_EQ(code_of(set_status(operator_, admin_id, domain::UserStatus::disabled)), "last_admin");
  EXPECT_EQ(code_of(application::delete_user(world.deps(), operator_, admin_id, std::nullopt,
                                             application::ExpectedVersion(), world.request)),
            "last_admin");
  EXPECT_EQ(world.user("admin@example.com").status, domain::UserStatus::active);
}

TEST_F(AdminRoles, T50_of_two_administrators_who_dismiss_each_other_at_once_one_remains) {
  const auto other_id = world.add_user("other@example.com");
  give_role(world, other_id, "admin");
  const auto admin = as("admin@example.com");
  const auto other = as("other@example.com");
  const auto results =
      at_once(2, [&](int i) { return i == 0 ? revoke(admin, other_id, "admin") : revoke(other, admin_id, "admin"); });
  EXPECT_EQ(count_ok(results), 1);
}

TEST_F(AdminRoles, T51_a_role_taken_away_no_longer_helps_a_session_that_was_proved_before) {
  const auto keeper = as("keeper@example.com");
  ASSERT_EQ(code_of(revoke(as("admin@example.com"), keeper_id, "keeper")), "ok");
  // The Caller still says what it was proved with; the store is asked all the same.
  ASSERT_TRUE(keeper.has_permission("identity.roles.assign"));
  EXPECT_EQ(code_of(assign(keeper, ada, "support")), "forbidden");
  EXPECT_EQ(code_of(set_status(keeper, ada, domain::UserStatus::disabled)), "forbidden");
  EXPECT_EQ(world.count_events(keeper_id, topics::kRoleRevoked), 1);
}

TEST_F(AdminRoles, T51_the_next_session_check_has_the_new_roles) {
  const auto session = world.sign_in("ada@example.com");
  ASSERT_EQ(code_of(assign(as("admin@example.com"), ada, "seller")), "ok");
  EXPECT_TRUE(world.caller(session).has_permission("shop.sell"));
  ASSERT_EQ(code_of(revoke(as("admin@example.com"), ada, "seller")), "ok");
  EXPECT_FALSE(world.caller(session).has_permission("shop.sell"));
}

TEST_F(AdminRoles, a_role_ends_by_itself_and_its_end_is_told) {
  const auto session = world.sign_in("ada@example.com");
  ASSERT_EQ(code_of(assign(as("admin@example.com"), ada, "seller", world.now() + std::chrono::minutes(10))), "ok");
  world.clock.advance(std::chrono::minutes(11));
  EXPECT_FALSE(world.caller(session).has_permission("shop.sell"));
  const auto ended = application::end_expired_roles(world.deps());
  EXPECT_EQ(ended.value_or(0), 1);
  EXPECT_EQ(world.count_events(ada, topics::kRoleRevoked), 1);
  EXPECT_EQ(application::end_expired_roles(world.deps()).value_or(-1), 0);
}

TEST_F(AdminRoles, an_old_proof_is_not_enough_to_change_roles) {
  const auto admin_session = world.sign_in("admin@example.com");
  world.clock.advance(std::chrono::minutes(16));
  EXPECT_EQ(code_of(assign(world.caller(admin_session), ada, "seller")), "reauthentication_required");
  EXPECT_EQ(code_of(revoke(world.caller(admin_session), keeper_id, "keeper")), "reauthentication_required");
}

TEST_F(AdminRoles, what_makes_no_sense_is_refused) {
  const auto admin = as("admin@example.com");
  EXPECT_EQ(code_of(assign(admin, ada, "nonesuch")), "invalid_request");
  EXPECT_EQ(code_of(assign(admin, ada, "user")), "conflict");
  EXPECT_EQ(code_of(assign(admin, ada, "seller", world.now())), "invalid_request");
  EXPECT_EQ(code_of(assign(admin, domain::UserId("nobody"), "seller")), "not_found");
  EXPECT_EQ(code_of(revoke(admin, ada, "seller")), "not_found");
}

TEST_F(AdminRoles, a_service_never_deals_in_roles_over_identity) {
  const auto accounts = world.service("accounts", {"identity.roles.assign", "identity.users.read", "shop.sell"});
  EXPECT_EQ(code_of(assign(accounts, ada, "support")), "forbidden");
  EXPECT_EQ(code_of(assign(accounts, ada, "seller")), "ok");
}

}  // namespace
}  // namespace gatehouse::composition::testing
