#include "adapters/storage/postgres/driver.hpp"

#include <thread>

#include <gtest/gtest.h>

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
constexpr Statement kCount{"count", "SELECT count(*) FROM things"};

class PostgresFaults : public testing::Test {
 protected:
  PostgresFaults() : url_(cluster_.fresh_database()), proxy_(cluster_.port()) {
    cluster_.run(url_, "CREATE SCHEMA identity; CREATE TABLE identity.things (name text PRIMARY KEY)");
    driver_ = open(options());
  }
  PostgresOptions options() const {
    return {.url = cluster_.through(url_, proxy_.port()),
            .pool_size = 4,
            .connect_timeout = 1000ms,
            .acquire_timeout = 300ms,
            .statement_timeout = 500ms,
            .lock_timeout = 300ms};
  }
  static std::unique_ptr<sql::Driver> open(PostgresOptions options) {
    auto driver = open_postgres(std::move(options));
    EXPECT_TRUE(driver) << driver.error().detail;
    return std::move(*driver);
  }
  Result<> insert(const std::string& name) {
    return driver_->write([&](Connection& c) -> Result<> {
      ++runs_;
      c.execute(kInsert, {name});
      return {};
    });
  }
  Result<> touch() {
    return driver_->read([](Connection& c) -> Result<> {
      c.query(kCount, {});
      return {};
    });
  }
  std::string stored() const { return cluster_.run(url_, "SELECT count(*) FROM identity.things"); }
  bool recovers() {
    for (const auto end = Clock::now() + 5s; Clock::now() < end; std::this_thread::sleep_for(20ms)) {
      if (touch()) return true;
    }
    return false;
  }

  PostgresCluster& cluster_ = PostgresCluster::shared();
  std::string url_;
  FaultProxy proxy_;
  std::unique_ptr<sql::Driver> driver_;
  int runs_ = 0;
};

TEST_F(PostgresFaults, a_commit_that_the_server_made_is_reported_although_its_answer_was_lost) {
  proxy_.cut_after("COMMIT");
  EXPECT_TRUE(insert("a"));
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(stored(), "1");
}

TEST_F(PostgresFaults, a_commit_that_never_reached_the_server_is_made_again) {
  proxy_.cut_before("COMMIT");
  EXPECT_TRUE(insert("a"));
  EXPECT_EQ(runs_, 2);
  EXPECT_EQ(stored(), "1");
}

TEST_F(PostgresFaults, an_unknown_outcome_is_never_told_as_done) {
  auto settings = options();
  settings.resolve_timeout = 300ms;
  driver_ = open(settings);
  ASSERT_TRUE(insert("a"));
  std::jthread silence([&] {
    std::this_thread::sleep_for(150ms);
    proxy_.swallow(true);
  });
  const Result<> lost = driver_->write([&](Connection& c) -> Result<> {
    c.execute(kInsert, {"b"});
    std::this_thread::sleep_for(300ms);
    return {};
  });
  EXPECT_EQ(lost.error().code, ErrorCode::dependency_unavailable);
  EXPECT_TRUE(lost.error().retry_after);
  EXPECT_TRUE(lost.error().may_be_done);
  proxy_.swallow(false);
  EXPECT_TRUE(recovers());
}

TEST_F(PostgresFaults, a_cut_line_is_replaced_within_the_call) {
  ASSERT_TRUE(touch());
  proxy_.cut();
  std::this_thread::sleep_for(50ms);
  EXPECT_TRUE(touch());
  proxy_.cut();
  EXPECT_TRUE(insert("a"));
}

TEST_F(PostgresFaults, a_line_that_is_cut_inside_a_closure_runs_it_again) {
  bool cut = false;
  EXPECT_TRUE(driver_->write([&](Connection& c) -> Result<> {
    c.execute(kInsert, {"a"});
    if (!std::exchange(cut, true)) {
      proxy_.cut();
      std::this_thread::sleep_for(50ms);
    }
    c.execute(kInsert, {"b"});
    return {};
  }));
  EXPECT_EQ(stored(), "2");
}

TEST_F(PostgresFaults, a_server_that_swallows_bytes_gives_503_within_the_deadline) {
  ASSERT_TRUE(touch());
  proxy_.swallow(true);
  const auto begun = Clock::now();
  const Result<> outcome = touch();
  EXPECT_EQ(outcome.error().code, ErrorCode::dependency_unavailable);
  EXPECT_LT(Clock::now() - begun, 4s);
  proxy_.swallow(false);
  EXPECT_TRUE(recovers());
}

TEST_F(PostgresFaults, a_restart_of_the_server_is_survived_without_a_restart_here) {
  ASSERT_TRUE(insert("a"));
  cluster_.stop("immediate");
  const Result<> away = touch();
  EXPECT_EQ(away.error().code, ErrorCode::dependency_unavailable);
  EXPECT_TRUE(away.error().retry_after);
  cluster_.start();
  EXPECT_TRUE(recovers());
  EXPECT_TRUE(insert("b"));
  EXPECT_EQ(stored(), "2");
}

TEST_F(PostgresFaults, an_exhausted_pool_answers_unavailable_in_time_and_recovers) {
  std::vector<std::jthread> holders;
  holders.reserve(4);
  std::atomic<int> held = 0;
  std::atomic<bool> release = false;
  for (int i = 0; i < 4; ++i) {
    holders.emplace_back([&] {
      EXPECT_TRUE(driver_->read([&](Connection&) -> Result<> {
        ++held;
        while (!release) std::this_thread::sleep_for(5ms);
        return {};
      }));
    });
  }
  while (held < 4) std::this_thread::sleep_for(1ms);
  const auto begun = Clock::now();
  const Result<> refused = touch();
  EXPECT_EQ(refused.error().code, ErrorCode::dependency_unavailable);
  EXPECT_NE(refused.error().cause.find("connections are taken"), std::string::npos) << refused.error().cause;
  EXPECT_LT(Clock::now() - begun, 1s);
  release = true;
  holders.clear();
  EXPECT_TRUE(touch());
}

TEST_F(PostgresFaults, a_slow_statement_is_ended_by_the_servers_limit) {
  const auto begun = Clock::now();
  const Result<> slow = driver_->read([](Connection& c) -> Result<> {
    c.query({"slow", "SELECT pg_sleep(10)"}, {});
    return {};
  });
  EXPECT_EQ(slow.error().code, ErrorCode::dependency_unavailable);
  EXPECT_LT(Clock::now() - begun, 2s);
  EXPECT_TRUE(touch());
}

TEST_F(PostgresFaults, a_deadlock_runs_one_of_the_two_again_and_both_succeed) {
  cluster_.run(url_,
               "ALTER TABLE identity.things ADD COLUMN amount int NOT NULL DEFAULT 0; INSERT INTO identity.things "
               "VALUES ('a'), ('b')");
  cluster_.run(url_, "ALTER DATABASE " + url_.substr(url_.rfind('/') + 1) + " SET deadlock_timeout = '50ms'");
  driver_ = open(options());
  const auto add_to_both = [&](const std::string& first, const std::string& second) {
    EXPECT_TRUE(driver_->write([&](Connection& c) -> Result<> {
      constexpr Statement kAdd{"add", "UPDATE things SET amount = amount + 1 WHERE name = ?1"};
      c.execute(kAdd, {first});
      std::this_thread::sleep_for(30ms);
      c.execute(kAdd, {second});
      return {};
    }));
  };
  for (int round = 0; round < 3; ++round) {
    std::jthread one([&] { add_to_both("a", "b"); });
    std::jthread two([&] { add_to_both("b", "a"); });
  }
  EXPECT_EQ(cluster_.run(url_, "SELECT sum(amount) FROM identity.things"), "12");
}

TEST_F(PostgresFaults, a_read_only_server_gives_503_and_keeps_answering_reads) {
  cluster_.run(url_, "ALTER DATABASE " + url_.substr(url_.rfind('/') + 1) + " SET default_transaction_read_only = on");
  driver_ = open(options());
  const Result<> refused = insert("a");
  EXPECT_EQ(refused.error().code, ErrorCode::dependency_unavailable);
  EXPECT_NE(refused.error().cause.find("read-only"), std::string::npos) << refused.error().cause;
  EXPECT_TRUE(touch());
}

TEST_F(PostgresFaults, a_missing_parent_is_a_conflict_and_not_a_bug) {
  cluster_.run(url_, "CREATE TABLE identity.parts (name text REFERENCES identity.things (name))");
  const Result<> orphan = driver_->write([&](Connection& c) -> Result<> {
    ++runs_;
    c.execute({"orphan", "INSERT INTO parts (name) VALUES ('none')"}, {});
    return {};
  });
  EXPECT_EQ(orphan.error().code, ErrorCode::dependency_unavailable);
  EXPECT_EQ(runs_, sql::Driver::kTries);
}

TEST_F(PostgresFaults, a_closure_that_goes_on_after_a_failed_statement_writes_nothing) {
  constexpr Statement kBroken{"broken", "SELECT 1 / ?1"};
  for (const bool first : {true, false}) {
    const Result<> outcome = driver_->write([&](Connection& c) -> Result<> {
      if (!first) c.execute(kInsert, {"a"});
      EXPECT_THROW(c.query(kBroken, {0}), sql::DatabaseError);
      return {};
    });
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::internal_error);
  }
  EXPECT_EQ(stored(), "0");
  EXPECT_TRUE(insert("b"));
}

TEST_F(PostgresFaults, a_failure_that_comes_with_the_commit_is_told_at_once_and_by_its_name) {
  cluster_.run(url_,
               "CREATE FUNCTION identity.run_out() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
               "RAISE EXCEPTION 'out of memory' USING ERRCODE = '53200'; END $$; "
               "CREATE TRIGGER run_out BEFORE INSERT ON identity.things FOR EACH ROW WHEN (new.name = 'much') "
               "EXECUTE FUNCTION identity.run_out()");
  const auto send = [&](const std::string& name) {
    return driver_->write([&](Connection& c) -> Result<> {
      ++runs_;
      c.send(kInsert, {name});
      return {};
    });
  };
  ASSERT_TRUE(send("little"));
  const auto begun = Clock::now();
  const Result<> outcome = send("much");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::dependency_unavailable);
  EXPECT_NE(outcome.error().cause.find("out of memory"), std::string::npos) << outcome.error().cause;
  EXPECT_LT(Clock::now() - begun, 3s);
  EXPECT_EQ(stored(), "1");
}

TEST_F(PostgresFaults, rows_that_are_sent_one_after_the_other_go_as_one_statement_and_keep_their_order) {
  cluster_.run(url_,
               "CREATE TABLE identity.parents (place bigint GENERATED ALWAYS AS IDENTITY, name text PRIMARY KEY, "
               "born timestamptz); "
               "CREATE TABLE identity.children (place bigint GENERATED ALWAYS AS IDENTITY, "
               "parent text NOT NULL REFERENCES identity.parents (name), number bigint NOT NULL)");
  constexpr Statement kParent{"parents.add", "INSERT INTO parents (name, born) VALUES (?1, ?2)"};
  constexpr Statement kChild{"children.add", "INSERT INTO children (parent, number) VALUES (?1, ?2)"};
  constexpr Statement kRename{"parents.rename", "UPDATE parents SET name = ?2 WHERE name = ?1"};
  const auto family = [&](int children) {
    return driver_->write([&](Connection& c) -> Result<> {
      c.send(kParent, {"ada", kNow});
      for (int i = 0; i < children; ++i) c.send(kChild, {"ada", i});
      c.send(kParent, {"bob", nullptr});
      c.send(kParent, {"eve", kNow});
      c.send(kRename, {"eve", "eva"});
      return {};
    });
  };
  const auto told = [&](const char* sql) { return cluster_.run(url_, sql); };
  for (const int children : {0, 1, 2, 40}) {  // 40: more than go as one
    ASSERT_TRUE(family(children)) << children;
    EXPECT_EQ(told("SELECT string_agg(name, ',' ORDER BY place) FROM identity.parents"), "ada,bob,eva");
    EXPECT_EQ(told("SELECT count(*) FROM identity.parents WHERE born IS NULL"), "1");
    EXPECT_EQ(told("SELECT count(*) FROM identity.children AS c WHERE number <> (SELECT count(*) FROM "
                   "identity.children AS earlier WHERE earlier.place < c.place)"),
              "0");
    EXPECT_EQ(told("SELECT count(*) FROM identity.children"), std::to_string(children));
    told("TRUNCATE identity.parents, identity.children");
  }
  const Result<> twice = driver_->write([&](Connection& c) -> Result<> {
    for (const char* name : {"ada", "bob", "ada"}) c.send(kParent, {name, kNow});
    return {};
  });
  ASSERT_FALSE(twice);
  EXPECT_NE(twice.error().cause.find("parents_pkey"), std::string::npos) << twice.error().cause;
  EXPECT_EQ(told("SELECT count(*) FROM identity.parents"), "0");
}

TEST(PostgresStart, names_cause_and_mend_and_no_password) {
  for (const char* url : {"postgresql://me:s3cret@127.0.0.1:1/none", "postgresql://me:s3cret%@127.0.0.1/none"}) {
    const auto refused = open_postgres({.url = url, .connect_timeout = 500ms});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("check database.url"), std::string::npos) << refused.error().detail;
    EXPECT_EQ(refused.error().detail.find("s3cret"), std::string::npos) << refused.error().detail;
  }
}

TEST(PostgresMigrations, run_once_when_two_start_together) {
  const std::string url = PostgresCluster::shared().fresh_database();
  std::vector<std::string> first, second;
  {
    std::jthread one([&] { first = sql::Migrator(*open_postgres({.url = url}).value()).migrate(kNow).value(); });
    std::jthread two([&] { second = sql::Migrator(*open_postgres({.url = url}).value()).migrate(kNow).value(); });
  }
  EXPECT_EQ(first.size() + second.size(), sql::migrations().size());
  const auto driver = open_postgres({.url = url}).value();
  EXPECT_TRUE(sql::Migrator(*driver).check()->pending.empty());
  EXPECT_EQ(PostgresCluster::shared().run(url, "SELECT count(*) FROM identity.users"), "0");
}

TEST(PostgresMigrations, need_no_right_to_create_a_schema_that_is_there) {
  PostgresCluster& cluster = PostgresCluster::shared();
  const std::string url = cluster.fresh_database();
  cluster.run(url, "DROP ROLE IF EXISTS modest");
  cluster.run(url, "CREATE ROLE modest LOGIN; CREATE SCHEMA identity AUTHORIZATION modest");
  std::string modest = url;
  modest.replace(modest.find("postgres@"), 8, "modest");
  EXPECT_TRUE(sql::Migrator(*open_postgres({.url = modest}).value()).migrate(kNow));
  cluster.run(url, "DROP SCHEMA identity CASCADE; DROP ROLE modest");
}

TEST(PostgresMigrations, roll_a_failing_one_back_whole) {
  const std::string url = PostgresCluster::shared().fresh_database();
  const auto driver = open_postgres({.url = url}).value();
  const auto broken =
      std::to_array<sql::Migration>({{1, 1, "0001_one", "", "CREATE TABLE one (id int); CREATE TABLE one (id int)"}});
  const auto refused = sql::Migrator(*driver, broken).migrate(kNow);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("0001_one failed"), std::string::npos) << refused.error().detail;
  EXPECT_EQ(PostgresCluster::shared().run(url, "SELECT count(*) FROM pg_namespace WHERE nspname = 'identity'"), "0");
  EXPECT_TRUE(sql::Migrator(*driver).migrate(kNow));
}

}  // namespace
}  // namespace gatehouse::adapters::postgres
