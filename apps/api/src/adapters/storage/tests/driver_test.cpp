#include "adapters/storage/sql/driver.hpp"

#include <atomic>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "adapters/storage/postgres/driver.hpp"
#include "adapters/storage/sqlite/driver.hpp"
#include "adapters/storage/tests/postgres_cluster.hpp"
#include "adapters/storage/tests/temp_folder.hpp"

namespace gatehouse::adapters::sql {
namespace {

constexpr Statement kInsert{"insert", "INSERT INTO things (name, amount) VALUES (?1, ?2)"};
constexpr Statement kCount{"count", "SELECT count(*) FROM things"};
constexpr Statement kTake{"take", "DELETE FROM things WHERE name = ?1"};

std::int64_t count(Driver& driver) {
  std::int64_t found = -1;
  EXPECT_TRUE(driver.read([&](Connection& c) -> Result<> {
    found = c.query_one(kCount, {})->integer(0);
    return {};
  }));
  return found;
}

Result<> insert(Driver& driver, const std::string& name) {
  return driver.write([&](Connection& c) -> Result<> {
    c.execute(kInsert, {name, 1});
    return {};
  });
}

/// What every database must do, over each of them.
class AnyDriver : public testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<Driver> open_here() {
    const std::string_view place = GetParam();
    auto driver = place == "postgres"
                      ? postgres::open_postgres({.url = storage::PostgresCluster::shared().empty_database()})
                      : sqlite::open_sqlite({.path = place == "memory" ? ":memory:" : folder_ / "test.db"});
    EXPECT_TRUE(driver) << driver.error().detail;
    EXPECT_TRUE((*driver)->migrate([&](Connection& c) -> Result<> {
      if (place == "postgres") c.run_script("CREATE SCHEMA identity");
      c.run_script("CREATE TABLE things (name TEXT NOT NULL CONSTRAINT things_name UNIQUE, amount INTEGER NOT NULL)");
      return {};
    }));
    return std::move(*driver);
  }
  storage::TempFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(Each, AnyDriver, testing::Values("file", "memory", "postgres"),
                         [](const auto& place) { return std::string(place.param); });

TEST_P(AnyDriver, gives_back_every_kind_of_value_as_it_was) {
  const auto driver = open_here();
  const Timestamp time = from_unix_micros(1'700'000'000'123'456);
  const std::string bytes("\0\x01\xff", 3);
  ASSERT_TRUE(driver->write([&](Connection& c) -> Result<> {
    const auto row = c.query_one({"values", "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9"},
                                 {std::int64_t{1} << 60, 0.5, true, "käse", Json{R"({"a": 1})"}, Blob{bytes}, time,
                                  std::optional<std::string>{}, Blob{}});
    EXPECT_EQ(row->integer(0), std::int64_t{1} << 60);
    EXPECT_EQ(row->real(1), 0.5);
    EXPECT_TRUE(row->boolean(2));
    EXPECT_EQ(row->text(3), "käse");
    EXPECT_EQ(row->json(4), R"({"a": 1})");
    EXPECT_EQ(row->blob(5), bytes);
    EXPECT_EQ(row->time(6), time);
    EXPECT_EQ(row->optional_text(7), std::nullopt);
    EXPECT_EQ(row->blob(8), "");
    EXPECT_THROW((void)row->text(0), std::logic_error);
    return {};
  }));
}

TEST_P(AnyDriver, undoes_a_closure_that_returns_an_error_and_keeps_the_others) {
  const auto driver = open_here();
  ASSERT_TRUE(insert(*driver, "kept"));
  const Result<> refused = driver->write([](Connection& c) -> Result<> {
    c.execute(kInsert, {"lost", 1});
    return fail(ErrorCode::conflict, "no");
  });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(count(*driver), 1);
}

TEST_P(AnyDriver, writes_what_was_only_sent_with_the_statement_after_it_or_the_commit) {
  const auto driver = open_here();
  ASSERT_TRUE(driver->write([](Connection& c) -> Result<> {
    c.send(kInsert, {"a", 1});
    EXPECT_EQ(c.query_one(kCount, {})->integer(0), 1);
    c.send(kInsert, {"b", 1});
    c.send(kInsert, {"c", 1});
    EXPECT_EQ(c.execute(kTake, {"a"}), 1);
    c.send(kInsert, {"d", 1});
    return {};
  }));
  EXPECT_EQ(count(*driver), 3);
}

TEST_P(AnyDriver, writes_nothing_when_something_that_was_only_sent_fails) {
  const auto driver = open_here();
  ASSERT_TRUE(insert(*driver, "a"));
  for (const bool in_the_commit : {true, false}) {
    const Result<> refused = driver->write([&](Connection& c) -> Result<> {
      c.send(kInsert, {"b", 1});
      c.send(kInsert, {"a", 1});
      c.send(kInsert, {"c", 1});
      if (!in_the_commit) c.query(kCount, {});
      return {};
    });
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().cause.find("insert"), std::string::npos) << refused.error().cause;
    EXPECT_EQ(count(*driver), 1);
  }
  ASSERT_TRUE(insert(*driver, "d")) << "the connection is as good as before";
}

TEST_P(AnyDriver, forgets_what_was_only_sent_when_the_closure_returns_an_error) {
  const auto driver = open_here();
  ASSERT_FALSE(driver->write([](Connection& c) -> Result<> {
    c.send(kInsert, {"a", 1});
    return fail(ErrorCode::conflict, "no");
  }));
  ASSERT_TRUE(driver->write([](Connection&) -> Result<> { return {}; })) << "and so does one that asks nothing";
  EXPECT_EQ(count(*driver), 0);
}

TEST_P(AnyDriver, answers_several_questions_in_their_order) {
  const auto driver = open_here();
  constexpr Statement kOne{"one", "SELECT 1 FROM things WHERE name = ?1"};
  constexpr Statement kNumber{"number", "SELECT ?1 + 1"};
  for (int round = 0; round < 2; ++round) {  // when nothing is prepared yet, and when everything is
    ASSERT_TRUE(driver->write([&](Connection& c) -> Result<> {
      c.send(kInsert, {std::to_string(round), 1});
      const auto answers = c.query_all({{kCount, {}}, {kOne, {"nobody"}}, {kNumber, {41}}});
      EXPECT_EQ(answers.at(0).at(0).integer(0), round + 1);
      EXPECT_TRUE(answers.at(1).empty());
      EXPECT_EQ(answers.at(2).at(0).integer(0), 42);
      return {};
    }));
    ASSERT_TRUE(driver->read([&](Connection& c) -> Result<> {
      EXPECT_EQ(c.query_all({{kNumber, {1}}, {kCount, {}}}).at(1).at(0).integer(0), round + 1);
      return {};
    }));
  }
}

TEST_P(AnyDriver, counts_changed_rows_and_only_those_of_the_statement) {
  const auto driver = open_here();
  ASSERT_TRUE(driver->write([](Connection& c) -> Result<> {
    EXPECT_EQ(c.execute(kInsert, {"a", 1}), 1);
    EXPECT_EQ(c.execute(kTake, {"b"}), 0);
    EXPECT_EQ(c.execute({"none", "INSERT INTO things VALUES ('a', 2) ON CONFLICT DO NOTHING"}, {}), 0);
    EXPECT_EQ(c.execute({"all", "UPDATE things SET amount = amount + 1 RETURNING amount"}, {}), 1);
    EXPECT_EQ(c.execute(kTake, {"a"}), 1);
    return {};
  }));
}

TEST_P(AnyDriver, refuses_a_write_inside_a_read) {
  const auto driver = open_here();
  const Result<> outcome = driver->read([](Connection& c) -> Result<> {
    c.execute(kInsert, {"a", 1});
    return {};
  });
  EXPECT_FALSE(outcome);
  EXPECT_EQ(count(*driver), 0);
  EXPECT_TRUE(insert(*driver, "a"));
}

TEST_P(AnyDriver, refuses_a_write_that_is_only_sent_or_asked_inside_a_read) {
  const auto driver = open_here();
  EXPECT_FALSE(driver->read([](Connection& c) -> Result<> {
    c.send(kInsert, {"a", 1});
    return {};
  }));
  EXPECT_FALSE(driver->read([](Connection& c) -> Result<> {
    c.query_all({{kCount, {}}, {kInsert, {"a", 1}}});
    return {};
  }));
  EXPECT_EQ(count(*driver), 0);
}

TEST_P(AnyDriver, runs_a_closure_again_after_a_lost_guard_and_gives_up_after_four_tries) {
  const auto driver = open_here();
  int runs = 0;
  EXPECT_TRUE(driver->write([&](Connection& c) -> Result<> {
    c.execute(kInsert, {"a", 1});
    if (++runs < 3) run_again("users");
    return {};
  }));
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(count(*driver), 1);
  runs = 0;
  const Result<> never = driver->write([&](Connection&) -> Result<> {
    ++runs;
    run_again("users");
  });
  EXPECT_EQ(never.error().code, ErrorCode::dependency_unavailable);
  EXPECT_EQ(runs, Driver::kTries);
}

TEST_P(AnyDriver, hands_a_bug_in_a_closure_to_its_own_caller_alone) {
  const auto driver = open_here();
  EXPECT_THROW((void)driver->write([](Connection& c) -> Result<> {
    c.execute(kInsert, {"a", 1});
    throw std::runtime_error("bug");
  }),
               std::runtime_error);
  EXPECT_THROW((void)driver->write([](Connection& c) -> Result<> {
    c.execute(kInsert, {"a"});
    return {};
  }),
               std::logic_error);
  EXPECT_EQ(count(*driver), 0);
}

TEST_P(AnyDriver, gives_a_use_once_thing_to_one_of_sixteen) {
  const auto driver = open_here();
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(insert(*driver, "token"));
    std::atomic<int> taken = 0;
    std::latch start(16);
    std::vector<std::jthread> threads;
    threads.reserve(16);
    for (int i = 0; i < 16; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        EXPECT_TRUE(driver->write([&](Connection& c) -> Result<> {
          if (c.execute(kTake, {"token"}) == 1) ++taken;
          return {};
        }));
      });
    }
    threads.clear();
    EXPECT_EQ(taken, 1);
  }
}

TEST_P(AnyDriver, binds_a_placeholder_wherever_it_stands_and_leaves_quoted_ones_alone) {
  const auto driver = open_here();
  ASSERT_TRUE(driver->read([&](Connection& c) -> Result<> {
    const auto row = c.query_one({"places", "SELECT ?2, '?1', ?1 -- ?3\n, ?2"}, {"one", "two"});
    EXPECT_EQ(row->text(0), "two");
    EXPECT_EQ(row->text(1), "?1");
    EXPECT_EQ(row->text(2), "one");
    EXPECT_EQ(row->text(3), "two");
    return {};
  }));
}

TEST_P(AnyDriver, takes_a_typed_and_a_bare_null_for_the_same_column) {
  const auto driver = open_here();
  ASSERT_TRUE(driver->migrate([](Connection& c) -> Result<> {
    c.run_script("CREATE TABLE maybes (number BIGINT, word TEXT)");
    return {};
  }));
  ASSERT_TRUE(driver->write([](Connection& c) -> Result<> {
    constexpr Statement kAdd{"add", "INSERT INTO maybes (number, word) VALUES (?1, ?2)"};
    c.execute(kAdd, {nullptr, nullptr});
    c.execute(kAdd, {1, std::optional<std::string>("a")});
    c.execute(kAdd, {std::optional<int>(), "b"});
    c.execute(kAdd, {std::optional<int>(2), std::optional<std::string>()});
    const Rows rows = c.query({"all", "SELECT number, word FROM maybes WHERE number IS NOT NULL ORDER BY number"}, {});
    EXPECT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows.at(0).optional_text(1), "a");
    EXPECT_EQ(rows.at(1).optional_integer(0), 2);
    EXPECT_EQ(rows.at(1).optional_text(1), std::nullopt);
    return {};
  }));
}

TEST_P(AnyDriver, writes_nothing_when_a_closure_goes_on_after_a_failed_statement_unless_it_says_so) {
  const auto driver = open_here();
  ASSERT_TRUE(insert(*driver, "a"));
  const Result<> refused = driver->write([](Connection& c) -> Result<> {
    try {
      c.execute(kInsert, {"a", 1});
    } catch (const DatabaseError& error) {
      EXPECT_EQ(error.kind(), DatabaseErrorKind::unique_violation);
      EXPECT_FALSE(error.constraint().empty());
      return fail(ErrorCode::email_taken);
    }
    return {};
  });
  EXPECT_EQ(refused.error().code, ErrorCode::email_taken);
  EXPECT_EQ(insert(*driver, "a").error().code, ErrorCode::internal_error);
  EXPECT_EQ(count(*driver), 1);
}

TEST_P(AnyDriver, keeps_working_with_more_statements_than_it_keeps_prepared) {
  const auto driver = open_here();
  ASSERT_TRUE(driver->write([](Connection& c) -> Result<> {
    for (int i = 0; i < 1200; ++i) {
      const std::string text = "SELECT ?1 + " + std::to_string(i);
      EXPECT_EQ(c.query_one({"many", text}, {1})->integer(0), i + 1);
    }
    return {};
  }));
}

TEST_P(AnyDriver, runs_reads_and_writes_of_many_threads_at_once) {
  const auto driver = open_here();
  {
    std::vector<std::jthread> threads;
    threads.reserve(8);
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 25; ++i) {
          EXPECT_TRUE(insert(*driver, std::to_string(t) + "-" + std::to_string(i)));
          EXPECT_GT(count(*driver), i);
        }
      });
    }
  }
  EXPECT_EQ(count(*driver), 200);
}

}  // namespace
}  // namespace gatehouse::adapters::sql
