// Upkeep: erasure after the grace period, expiry and retention; decision 14 and case T61 of the security reference.
#include "modules/identity/application/janitor.hpp"
#include "composition/tests/http_calls.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/admin_sessions.hpp"
#include "modules/identity/application/audit_checkpoint.hpp"
#include "modules/identity/application/update_user.hpp"
#include "modules/identity/application/verify_audit.hpp"

namespace gatehouse::composition::testing {
namespace {

namespace topics = domain::topics;
using application::operator_caller;

constexpr auto kDay = std::chrono::hours(24);

struct Janitor : ::testing::Test {
  void close(const domain::UserId& id) {
    ASSERT_EQ(code_of(application::delete_user(world.deps(), operator_caller("test"), id, std::nullopt,
                                               application::ExpectedVersion(), world.request)),
              "ok");
  }
  /// Everything that is stored, as the events and the audit log tell it.
  std::string everything_told() {
    std::string all;
    const auto events = world.read([&](ports::Tx& tx) { return tx.outbox().list(0, "", 10'000); });
    for (const auto& event : events.value()) all += event.data + '\n';
    const auto rows = world.read([&](ports::Tx& tx) { return tx.audit().read_from(1, 10'000); });
    for (const auto& row : rows.value()) all += row.details + row.personal + '\n';
    return all;
  }
  bool audit_is_whole() {
    const auto report = application::verify_audit(world.deps(), {});
    return report && report->whole();
  }

  World world;
};

TEST_F(Janitor, erases_a_person_after_the_grace_period_and_the_chain_still_verifies) {
  const auto id = world.add_user("ada@example.com");
  world.sign_in("ada@example.com");
  ignore(world.try_sign_in("ada@example.com", "wrong"));
  ASSERT_NE(everything_told().find("ada@example.com"), std::string::npos);
  close(id);
  EXPECT_EQ(application::erase_due_users(world.deps()).value_or(-1), 0);
  world.clock.advance(world.deps().settings.retention.deleted_users);
  EXPECT_EQ(application::erase_due_users(world.deps()).value_or(-1), 1);
  EXPECT_EQ(application::erase_due_users(world.deps()).value_or(-1), 0);

  EXPECT_TRUE(world.read([&](ports::Tx& tx) { return tx.users().find(id); })->has_value() == false);
  const auto told = everything_told();
  EXPECT_EQ(told.find("ada@example.com"), std::string::npos);
  EXPECT_EQ(told.find("203.0.113.7"), std::string::npos);
  EXPECT_EQ(world.count_mails("ada@example.com", "deletion"), 0);
  EXPECT_EQ(world.count_events(id, topics::kUserErased), 1);
  EXPECT_TRUE(audit_is_whole());
  EXPECT_EQ(code_of(world.try_sign_in("ada@example.com")), "invalid_credentials");
}

TEST_F(Janitor, an_erased_id_is_never_given_again) {
  const auto id = world.add_user("ada@example.com");
  close(id);
  world.clock.advance(world.deps().settings.retention.deleted_users);
  ASSERT_EQ(application::erase_due_users(world.deps()).value_or(-1), 1);
  const Http http(world);
  const auto admin = staff_token(world, "admin@example.com", "admin");
  EXPECT_EQ(
      http({"POST", "/v1/admin/users", admin, {}, "", R"({"email":"other@example.com","id":")" + id.str() + R"("})"})
          .code,
      "id_taken");
}

TEST_F(Janitor, a_compliance_hold_keeps_the_evidence) {
  const auto id = world.add_user("ada@example.com");
  close(id);
  ASSERT_TRUE(world.write([&](ports::Tx& tx) -> Result<> {
    auto user = *tx.users().get(id);
    user.compliance_hold = true;
    return tx.users().save(user);
  }));
  world.clock.advance(world.deps().settings.retention.deleted_users + kDay);
  EXPECT_EQ(application::erase_due_users(world.deps()).value_or(-1), 0);
}

TEST_F(Janitor, removes_what_has_expired) {
  world.add_user("ada@example.com");
  world.sign_in("ada@example.com");
  world.clock.advance(kDay * 500);
  EXPECT_GT(application::remove_expired_rows(world.deps()).value_or(0), 0);
  EXPECT_EQ(application::remove_expired_rows(world.deps()).value_or(-1), 0);
  EXPECT_EQ(world.read([&](ports::Tx& tx) { return tx.sessions().count_live(world.now()); })->value, 0);
}

TEST_F(Janitor, drops_whole_segments_of_the_audit_log_and_keeps_their_signed_end) {
  world.add_user("ada@example.com");
  world.sign_in("ada@example.com");
  ASSERT_TRUE(application::make_audit_checkpoint(world.deps()));
  world.clock.advance(world.deps().settings.retention.audit + kDay);
  world.sign_in("ada@example.com");
  EXPECT_GT(application::remove_past_retention(world.deps()).value_or(0), 0);
  EXPECT_EQ(application::remove_past_retention(world.deps()).value_or(-1), 0);
  EXPECT_TRUE(audit_is_whole());
  const auto rows = world.read([&](ports::Tx& tx) { return tx.audit().read_from(1, 100); });
  ASSERT_TRUE(rows && !rows->empty());
  EXPECT_GT(*rows->front().sequence, 1);
}

TEST_F(Janitor, events_leave_after_their_retention_also_where_there_is_no_bus) {
  const auto count = [&] { return world.read([&](ports::Tx& tx) { return tx.outbox().list(0, "", 10'000); })->size(); };
  world.add_user("ada@example.com");
  const auto before = count();
  ASSERT_GT(before, 0U);
  EXPECT_EQ(application::remove_past_retention(world.deps()).value_or(-1), 0);
  world.clock.advance(world.deps().settings.retention.outbox + kDay);
  world.sign_in("ada@example.com");
  EXPECT_EQ(application::remove_past_retention(world.deps()).value_or(-1), static_cast<int>(before));
  EXPECT_GT(count(), 0U);
}

/// Makes every insert into a table fail, as a full disk or a bug would.
void break_table(World& world, const std::string& table) {
  const std::string text = "CREATE TRIGGER broken_" + table + " BEFORE INSERT ON " + table +
                           " BEGIN SELECT RAISE(ABORT, 'broken for the test'); END";
  ASSERT_TRUE(world.core->store().driver().write([&](adapters::sql::Connection& connection) -> Result<> {
    connection.execute({"test.break", text}, {});
    return {};
  }));
}

TEST_F(Janitor, T61_without_its_audit_row_or_event_nothing_is_changed) {
  for (const std::string table : {"auth_audit_log", "outbox_events"}) {
    World fresh;
    const auto id = fresh.add_user("ada@example.com");
    const auto session = fresh.sign_in("ada@example.com");
    break_table(fresh, table);
    const auto op = operator_caller("test");
    EXPECT_FALSE(application::assign_role(fresh.deps(), op, id, {.role = "support"}, fresh.request)) << table;
    EXPECT_FALSE(
        application::delete_user(fresh.deps(), op, id, std::nullopt, application::ExpectedVersion(), fresh.request))
        << table;
    EXPECT_FALSE(application::revoke_session(fresh.deps(), op, session.session.id, std::nullopt, fresh.request));
    EXPECT_TRUE(fresh.lives(session)) << table;
    EXPECT_EQ(fresh.user("ada@example.com").status, domain::UserStatus::active) << table;
    EXPECT_TRUE(fresh.read([&](ports::Tx& tx) { return tx.roles().list_all(id); })->empty()) << table;
  }
}

TEST_F(Janitor, T61_a_change_of_state_has_one_audit_row_and_one_event) {
  const auto id = world.add_user("ada@example.com");
  give_role(world, id, "support");
  EXPECT_EQ(world.count_audit(id, "role.assigned"), 1);
  EXPECT_EQ(world.count_events(id, topics::kRoleAssigned), 1);
  const auto rows = world.read([&](ports::Tx& tx) { return tx.audit().read_from(1, 1000); });
  const auto recorded = world.read([&](ports::Tx& tx) { return tx.outbox().list(0, "identity.audit.recorded", 1000); });
  ASSERT_TRUE(rows && recorded);
  EXPECT_EQ(rows->size(), recorded->size());
}

}  // namespace
}  // namespace gatehouse::composition::testing
