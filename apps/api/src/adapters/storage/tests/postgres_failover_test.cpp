// What must stay true while PostgreSQL crashes, fails over or waits for its standby: each test breaks a cluster of its
// own, but for those that only bring others in the way.
#include <signal.h>

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "adapters/storage/postgres/commit_fate.hpp"
#include "adapters/storage/postgres/driver.hpp"
#include "adapters/storage/sql/fence_operation.hpp"
#include "adapters/storage/sql/migrator.hpp"
#include "adapters/storage/tests/fault_proxy.hpp"
#include "adapters/storage/tests/postgres_cluster.hpp"

namespace gatehouse::adapters::postgres {
namespace {

using namespace std::chrono_literals;
using sql::Connection;
using sql::Statement;
using storage::FaultProxy;
using storage::PostgresCluster;
using Clock = std::chrono::steady_clock;

const Timestamp kNow = from_unix_seconds(1'700'000'000);
constexpr Statement kInsert{"insert", "INSERT INTO things (name) VALUES (?1)"};

class PostgresFailover : public testing::Test {
 protected:
  PostgresFailover() {
    cluster_.run(url_, "CREATE SCHEMA identity; CREATE TABLE identity.things (name text PRIMARY KEY)");
  }
  ConnectSettings settings() const { return {.url = url_, .statement_timeout = 500ms}; }
  SentCommit commit_one() {
    PgConnection connection(settings());
    connection.begin();
    connection.execute(kInsert, {"a"});
    SentCommit made{connection.transaction_id(), connection.backend_pid(), connection.server_life()};
    EXPECT_TRUE(connection.commit());
    return made;
  }
  /// After a crash the server lets nobody in for a moment.
  CommitFate fate_of(const SentCommit& transaction) const { return learn_fate(settings(), transaction, 10s); }

  PostgresCluster cluster_;
  std::string url_ = cluster_.fresh_database();
};

TEST_F(PostgresFailover, a_commit_is_told_as_done_while_the_server_lives_and_not_after_it_died) {
  const SentCommit before = commit_one();
  EXPECT_EQ(fate_of(before), CommitFate::committed);
  cluster_.stop("immediate");
  cluster_.start();
  // A lost transaction's id is given again, so that this may be another's fate.
  EXPECT_EQ(fate_of(before), CommitFate::unknown);
}

TEST_F(PostgresFailover, a_crash_of_another_backend_is_a_death_of_the_server_too) {
  const SentCommit before = commit_one();
  {
    const PgConnection victim(settings());
    ASSERT_EQ(kill(victim.backend_pid(), SIGKILL), 0);
  }
  for (const auto end = Clock::now() + 10s; Clock::now() < end; std::this_thread::sleep_for(20ms)) {
    try {
      if (PgConnection(settings()).server_life() != before.server_life) break;
    } catch (const sql::DatabaseError&) {  // it recovers
    }
  }
  EXPECT_EQ(fate_of(before), CommitFate::unknown);
}

TEST_F(PostgresFailover, a_commit_that_waits_for_a_standby_that_is_away_is_never_told_as_done) {
  const auto driver = open_postgres({.url = url_, .statement_timeout = 500ms, .resolve_timeout = 1000ms}).value();
  cluster_.run(url_, "ALTER SYSTEM SET synchronous_standby_names = 'away'");
  cluster_.run(url_, "SELECT pg_reload_conf(), pg_sleep(0.3)");
  const Result<> outcome = driver->write([](Connection& c) -> Result<> {
    c.execute(kInsert, {"a"});
    return {};
  });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::dependency_unavailable);
  EXPECT_TRUE(outcome.error().may_be_done);
  EXPECT_EQ(cluster_.run(url_, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"), "1");
}

TEST_F(PostgresFailover, a_host_that_is_silent_does_not_hide_the_next_one_of_the_url) {
  FaultProxy silent(cluster_.port());
  silent.swallow(true);
  const std::string both = "127.0.0.1:" + std::to_string(silent.port()) + ",127.0.0.1:";
  std::string url = url_;
  url.replace(url.find("127.0.0.1:"), 10, both);
  const auto begun = Clock::now();
  const auto driver = open_postgres({.url = url, .connect_timeout = 2000ms});
  ASSERT_TRUE(driver) << driver.error().detail;
  EXPECT_LT(Clock::now() - begun, 2s);
  cluster_.stop("immediate");
  const auto refused = open_postgres({.url = url, .connect_timeout = 1000ms});
  ASSERT_FALSE(refused);
  for (const int port : {silent.port(), cluster_.port()})
    EXPECT_NE(refused.error().detail.find(std::to_string(port) + ": "), std::string::npos) << refused.error().detail;
}

TEST_F(PostgresFailover, a_migration_that_waits_for_a_reader_lets_the_others_pass) {
  const auto driver = open_postgres({.url = url_}).value();
  std::atomic<bool> holds = false;
  std::jthread dump([&] {
    PgConnection reader(settings());
    reader.run_script("BEGIN; LOCK TABLE things IN ACCESS SHARE MODE");
    holds = true;
    std::this_thread::sleep_for(400ms);
    reader.run_script("SELECT 1");  // or the server would end a transaction that is idle for so long
    for (int i = 0; i < 5; ++i) {
      std::this_thread::sleep_for(400ms);
      reader.run_script("SELECT 1");
    }
    reader.run_script("COMMIT");
  });
  while (!holds) std::this_thread::sleep_for(1ms);
  std::atomic<bool> migrated = false;
  std::jthread migration([&] {
    EXPECT_TRUE(driver->migrate([](Connection& c) -> Result<> {
      c.run_script("ALTER TABLE things ADD COLUMN more text");
      return {};
    }));
    migrated = true;
  });
  std::this_thread::sleep_for(100ms);
  const Result<> passed = driver->write([](Connection& c) -> Result<> {
    c.execute(kInsert, {"a"});
    return {};
  });
  EXPECT_TRUE(passed) << passed.error().cause;
  EXPECT_FALSE(migrated);
  migration.join();
  EXPECT_EQ(cluster_.run(url_, "SELECT count(more) FROM identity.things"), "0");
}

TEST(PostgresFenceOperation, waits_for_a_sealer_that_would_set_the_feeds_back) {
  const std::string url = PostgresCluster::shared().fresh_database();
  const auto driver = open_postgres({.url = url}).value();
  ASSERT_TRUE(sql::Migrator(*driver).migrate(kNow));
  std::atomic<bool> reads = false;
  std::jthread sealer([&] {
    EXPECT_TRUE(driver->write([&](Connection& c) -> Result<> {
      c.query({"audit_head", "SELECT sequence FROM ledger_heads WHERE name = 'audit' FOR UPDATE SKIP LOCKED"}, {});
      const auto head = c.query_one({"head", "SELECT sequence FROM ledger_heads WHERE name = 'outbox'"}, {});
      reads = true;
      std::this_thread::sleep_for(500ms);
      c.execute({"save", "UPDATE ledger_heads SET sequence = ?1 WHERE name = 'outbox'"}, {head->integer(0) + 1});
      return {};
    }));
  });
  while (!reads) std::this_thread::sleep_for(1ms);
  ASSERT_TRUE(driver->migrate([](Connection& c) -> Result<> {
    sql::fence_database(c, kNow, kNow + 5min);
    return {};
  }));
  sealer.join();
  EXPECT_EQ(PostgresCluster::shared().run(url, "SELECT sequence FROM identity.ledger_heads WHERE name = 'outbox'"),
            std::to_string(to_unix_seconds(kNow) * 1000));
}

}  // namespace
}  // namespace gatehouse::adapters::postgres
