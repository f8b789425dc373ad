// Nothing grows without bound: each table is either swept or bounded by something else, and a large backlog goes in
// small transactions.
#include <set>

#include "composition/tests/http_calls.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/audit_checkpoint.hpp"
#include "modules/identity/application/change_password.hpp"
#include "modules/identity/application/janitor.hpp"

namespace gatehouse::composition::testing {
namespace {

constexpr auto kOneDay = std::chrono::hours(24);

/// What keeps each table small. A new table belongs here; with rows that end, it also belongs into the janitor.
const std::map<std::string, std::string> kBoundedBy{
    {"sessions", "swept: retention.sessions after their end"},
    {"session_invalidations", "swept: once no access token is left"},
    {"verification_tokens", "swept: retention.verification_tokens after their end"},
    {"pending_sign_ups", "swept: with their link"},
    {"mfa_challenges", "swept: at their end"},
    {"idempotency_keys", "swept: after 24 hours"},
    {"devices", "swept: unused for 400 days"},
    {"throttle_budgets", "swept: once forgiven"},
    {"oauth_tickets", "swept: an hour after their end"},
    {"failure_spread", "swept: with the window that spraying is looked for in"},
    {"role_assignments", "swept: at their end, with audit row and event"},
    {"users", "swept: erased after the grace period"},
    {"login_attempts", "swept: retention.login_attempts"},
    {"mail_messages", "swept: retention.mails"},
    {"mail_webhooks", "swept: retention.mails"},
    {"outbox_events", "swept: retention.outbox_events"},
    {"inbox_events", "swept: retention.inbox_events"},
    {"auth_audit_log", "swept: retention.auth_audit_log"},
    {"audit_checkpoints", "swept: with the segment that they end"},
    {"audit_personal", "goes with its audit row"},
    {"accounts", "a few a user"},
    {"user_mfa_secrets", "one a user"},
    {"mfa_backup_codes", "ten a user"},
    {"factor_counters", "a few a user"},
    {"used_ids", "one a person who ever was: ids are never given again"},
    {"subject_versions", "one a person who ever was: versions never go back"},
    {"ledger_heads", "three"},
    {"leases", "one a kind of worker"},
    {"facts", "a few"},
    {"signing_keys", "by rotation; removed when retired"},
    {"data_keys", "by rotation"},
    {"service_keys", "by the operator"},
    {"schema_migrations", "one a migration"},
};

struct Sweeping : ::testing::Test {
  std::int64_t number(const std::string& sql) {
    std::int64_t found = 0;
    EXPECT_TRUE(world.core->store().driver().read([&](adapters::sql::Connection& connection) -> Result<> {
      found = connection.query_one({"test.number", sql}, {})->integer(0);
      return {};
    }));
    return found;
  }
  std::int64_t count(const std::string& table) { return number("SELECT count(*) FROM " + table); }
  void run(const std::string& sql, const adapters::sql::Params& params) {
    ASSERT_TRUE(world.core->store().driver().write([&](adapters::sql::Connection& connection) -> Result<> {
      connection.execute({"test.run", sql}, params);
      return {};
    }));
  }
  /// Runs a step until nothing is left to do; how often it found something.
  int until_done(Result<int> (*step)(const application::Dependencies&)) {
    for (int rounds = 0; rounds < 100; ++rounds)
      if (step(world.deps()).value_or(-1) == 0) return rounds;
    return -1;
  }

  World world;
};

TEST_F(Sweeping, every_table_is_swept_or_bounded_by_something_else) {
  std::set<std::string> tables;
  ASSERT_TRUE(world.core->store().driver().read([&](adapters::sql::Connection& connection) -> Result<> {
    for (const auto& row : connection.query(
             {"test.tables", "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"}, {}))
      tables.insert(row.text(0));
    return {};
  }));
  for (const auto& table : tables)
    EXPECT_TRUE(kBoundedBy.contains(table)) << table << " is new: say here what keeps it small, and sweep what ends";
  for (const auto& [table, why] : kBoundedBy) EXPECT_TRUE(tables.contains(table)) << table << " is gone";
}

TEST_F(Sweeping, a_large_backlog_goes_in_small_transactions_and_what_is_live_stays) {
  constexpr int kRows = 1'200;
  const auto many =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(kRows) + ") ";
  const Timestamp now = world.now();
  run(many +
          "INSERT INTO idempotency_keys (key, request_hash, status, answer_json, expires_at) "
          "SELECT 'old' || i, '', 200, '{}', ?1 FROM n",
      {now - kOneDay});
  run("INSERT INTO idempotency_keys (key, request_hash, status, answer_json, expires_at) VALUES ('new', '', 200, '{}', "
      "?1)",
      {now + kOneDay});
  run(many + "INSERT INTO inbox_events (event_id, topic, received_at) SELECT 'old' || i, 't', ?1 FROM n",
      {now - kOneDay * 31});
  run("INSERT INTO inbox_events (event_id, topic, received_at) VALUES ('new', 't', ?1)", {now});
  run(many + "INSERT INTO mail_webhooks (id, received_at) SELECT 'old' || i, ?1 FROM n", {now - kOneDay * 31});

  EXPECT_EQ(application::remove_expired_rows(world.deps()).value_or(-1), application::kJanitorBatch);
  EXPECT_EQ(count("idempotency_keys"), kRows + 1 - application::kJanitorBatch);
  EXPECT_EQ(application::remove_past_retention(world.deps()).value_or(-1), 2 * application::kJanitorBatch);
  EXPECT_EQ(count("inbox_events"), kRows + 1 - application::kJanitorBatch);
  EXPECT_EQ(until_done(application::remove_expired_rows), 2);
  EXPECT_EQ(until_done(application::remove_past_retention), 2);
  EXPECT_EQ(count("idempotency_keys"), 1);
  EXPECT_EQ(count("inbox_events"), 1);
  EXPECT_EQ(count("mail_webhooks"), 0);
}

TEST_F(Sweeping, sessions_and_links_that_ended_stay_for_their_retention_and_answer_nobody) {
  world.add_user("ada@example.com");
  const auto session = world.sign_in("ada@example.com");
  const auto& kept = world.deps().settings.retention;
  world.clock.advance(kOneDay * 30 + std::chrono::minutes(1));
  EXPECT_FALSE(world.lives(session));
  until_done(application::remove_expired_rows);
  EXPECT_GT(count("sessions"), 0);
  EXPECT_EQ(world.read([&](ports::Tx& tx) { return tx.sessions().count_live(world.now()); })->value, 0);
  world.clock.advance(kept.sessions);
  until_done(application::remove_expired_rows);
  EXPECT_EQ(count("sessions"), 0);
  EXPECT_EQ(count("verification_tokens"), 0);
}

TEST_F(Sweeping, ending_all_sessions_does_not_tell_of_those_that_had_ended_by_themselves) {
  const auto id = world.add_user("ada@example.com");
  world.sign_in("ada@example.com");
  world.clock.advance(kOneDay * 31);
  const auto live = world.sign_in("ada@example.com");
  world.sign_in("ada@example.com");
  ASSERT_TRUE(application::change_password(world.deps(), world.caller(live),
                                           {.current_password = Secret<std::string>(kPassword),
                                            .new_password = Secret<std::string>(std::string("another long password"))},
                                           world.request));
  EXPECT_EQ(world.count_events(id, domain::topics::kSessionRevoked), 1);
}

TEST_F(Sweeping, checkpoints_go_with_the_segments_that_they_end) {
  for (int day = 0; day < 5; ++day) {
    ignore(world.try_sign_in("nobody@example.com", "wrong"));
    ASSERT_TRUE(application::make_audit_checkpoint(world.deps()));
    world.clock.advance(kOneDay);
  }
  const auto checkpoints = count("audit_checkpoints");
  ASSERT_GE(checkpoints, 5);
  world.clock.advance(world.deps().settings.retention.audit - kOneDay * 2);
  until_done(application::remove_past_retention);
  EXPECT_LT(count("audit_checkpoints"), checkpoints);
  EXPECT_EQ(number("SELECT min(sequence) FROM audit_checkpoints") + 1,
            number("SELECT min(sequence) FROM auth_audit_log"));
}

}  // namespace
}  // namespace gatehouse::composition::testing
