#include "adapters/storage/sqlite/driver.hpp"

#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <latch>
#include <thread>

#include <gtest/gtest.h>

#include "adapters/storage/sqlite/connection.hpp"
#include "adapters/storage/sqlite/file_safety.hpp"
#include "adapters/storage/tests/temp_folder.hpp"

namespace gatehouse::adapters::sqlite {
namespace {

using namespace std::chrono_literals;
using sql::Connection;
using sql::Statement;
using storage::TempFolder;

constexpr Statement kInsert{"insert", "INSERT INTO things (name, amount) VALUES (?1, ?2)"};
constexpr Statement kCount{"count", "SELECT count(*) FROM things"};
constexpr Statement kTake{"take", "DELETE FROM things WHERE name = ?1"};

std::unique_ptr<sql::Driver> open(const std::string& path, std::chrono::milliseconds busy = 2000ms) {
  auto driver = open_sqlite({.path = path, .busy_timeout = busy});
  EXPECT_TRUE(driver) << driver.error().detail;
  const Result<> made = (*driver)->migrate([](Connection& c) -> Result<> {
    c.run_script("CREATE TABLE IF NOT EXISTS things (name TEXT NOT NULL UNIQUE, amount INTEGER NOT NULL) STRICT");
    return {};
  });
  EXPECT_TRUE(made) << made.error().cause;
  return std::move(*driver);
}

std::int64_t count(sql::Driver& driver) {
  std::int64_t found = -1;
  EXPECT_TRUE(driver.read([&](Connection& c) -> Result<> {
    found = c.query_one(kCount, {})->integer(0);
    return {};
  }));
  return found;
}

Result<> insert(sql::Driver& driver, const std::string& name) {
  return driver.write([&](Connection& c) -> Result<> {
    c.execute(kInsert, {name, 1});
    return {};
  });
}

class SqliteDriver : public testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<sql::Driver> open_here() {
    return open(GetParam() == std::string_view("memory") ? ":memory:" : folder_ / "test.db");
  }
  TempFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(Both, SqliteDriver, testing::Values("file", "memory"),
                         [](const auto& place) { return std::string(place.param); });

// The writer does it after its answers, once the log has sixteen megabytes; each row here has two, by its index.
TEST(SqliteLog, moves_into_the_file_while_the_service_runs) {
  const TempFolder folder;
  const auto driver = open(folder / "test.db");
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(insert(*driver, std::string(1U << 20U, static_cast<char>('A' + i))));
  EXPECT_GT(std::filesystem::file_size(folder / "test.db"), 15U << 20U);
  EXPECT_LT(std::filesystem::file_size(folder / "test.db-wal"), 45U << 20U);
}

TEST_P(SqliteDriver, names_the_constraint_of_a_unique_violation) {
  const auto driver = open_here();
  ASSERT_TRUE(insert(*driver, "a"));
  const Result<> twice = driver->write([](Connection& c) -> Result<> {
    try {
      c.execute(kInsert, {"a", 1});
    } catch (const sql::DatabaseError& error) {
      EXPECT_EQ(error.kind(), sql::DatabaseErrorKind::unique_violation);
      EXPECT_EQ(error.constraint(), "things.name");
      return fail(ErrorCode::email_taken);
    }
    return {};
  });
  EXPECT_EQ(twice.error().code, ErrorCode::email_taken);
  EXPECT_EQ(insert(*driver, "a").error().code, ErrorCode::internal_error);
}

TEST_P(SqliteDriver, lets_a_closure_read_the_store_again_but_not_write_it) {
  const auto driver = open_here();
  ASSERT_TRUE(driver->write([&](Connection&) -> Result<> {
    EXPECT_GE(count(*driver), 0);
    return {};
  }));
  const Result<> refused = driver->write([&](Connection&) -> Result<> { return insert(*driver, "inner"); });
  EXPECT_EQ(refused.error().code, ErrorCode::internal_error);
  EXPECT_EQ(count(*driver), 0);
}

TEST_P(SqliteDriver, commits_waiting_closures_together_each_with_its_own_answer) {
  const auto driver = open_here();
  std::atomic<int> commits = 0;
  driver->before_commit([&](Connection&) { ++commits; });
  std::promise<void> blocked;
  std::latch waiting(1);
  std::jthread first([&] {
    EXPECT_TRUE(driver->write([&](Connection& c) -> Result<> {
      waiting.count_down();
      blocked.get_future().wait();
      c.execute(kInsert, {"first", 0});
      return {};
    }));
  });
  waiting.wait();  // alone in its batch: one that shares it may be run again
  std::vector<std::jthread> threads;
  threads.reserve(15);
  std::atomic<int> refused = 0;
  std::atomic<int> begun = 0;
  for (int i = 0; i < 15; ++i) {
    threads.emplace_back([&, i] {
      ++begun;
      const Result<> done = driver->write([&](Connection& c) -> Result<> {
        c.execute(kInsert, {"n" + std::to_string(i), i});
        if (i % 3 == 0) return fail(ErrorCode::conflict);
        return {};
      });
      if (!done) ++refused;
    });
  }
  while (begun < 15) std::this_thread::yield();
  std::this_thread::sleep_for(200ms);
  blocked.set_value();
  threads.clear();
  first.join();
  EXPECT_EQ(refused, 5);
  EXPECT_EQ(count(*driver), 11);
  EXPECT_LE(commits, 8) << "fifteen waiting closures share commits";
}

// Runs closures that all wait for the writer at once, each with the number it was made with.
template <class Make>
std::vector<Result<>> in_one_batch(sql::Driver& driver, int count, Make make) {
  std::promise<void> blocked;
  std::latch waiting(1);
  std::jthread first([&] {
    EXPECT_TRUE(driver.write([&](Connection&) -> Result<> {
      waiting.count_down();
      blocked.get_future().wait();
      return {};
    }));
  });
  waiting.wait();
  std::vector<Result<>> results(static_cast<std::size_t>(count));
  std::vector<std::jthread> threads;
  threads.reserve(results.size());
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&, i] { results[static_cast<std::size_t>(i)] = driver.write(make(i)); });
  std::this_thread::sleep_for(200ms);
  blocked.set_value();
  threads.clear();
  return results;
}

TEST_P(SqliteDriver, runs_a_batch_again_only_where_a_closure_failed_after_a_change) {
  const auto driver = open_here();
  std::atomic<int> runs = 0;
  const auto refusing = [&](bool after_a_change) {
    runs = 0;
    return in_one_batch(*driver, 10, [&](int i) {
      return [&, i](Connection& c) -> Result<> {
        ++runs;
        if (i != 4 || after_a_change) c.execute(kInsert, {std::to_string(count(*driver)) + "/" + std::to_string(i), i});
        if (i == 4) return fail(ErrorCode::conflict);
        return {};
      };
    });
  };
  const auto failed = [](const auto& results) {
    return std::count_if(results.begin(), results.end(), [](const auto& each) { return !each; });
  };
  EXPECT_EQ(failed(refusing(false)), 1);
  EXPECT_EQ(runs, 10);
  EXPECT_EQ(count(*driver), 9);
  EXPECT_EQ(failed(refusing(true)), 1);
  EXPECT_GT(runs, 10) << "those before it ran again, each with a savepoint";
  EXPECT_EQ(count(*driver), 18);
  EXPECT_EQ(failed(refusing(true)), 1);
  EXPECT_EQ(runs, 10) << "the next batch begins with savepoints";
  EXPECT_EQ(count(*driver), 27);
}

TEST_P(SqliteDriver, undoes_what_a_closure_did_before_it_threw_and_keeps_its_neighbours) {
  const auto driver = open_here();
  const auto results = in_one_batch(*driver, 3, [](int i) {
    return [i](Connection& c) -> Result<> {
      c.execute(kInsert, {std::to_string(i), i});
      if (i == 1) c.execute(kInsert, {"1", 1});  // not unique
      return {};
    };
  });
  EXPECT_TRUE(results[0]);
  EXPECT_EQ(results[1].error().code, ErrorCode::internal_error);
  EXPECT_TRUE(results[2]);
  EXPECT_EQ(count(*driver), 2);
  EXPECT_THROW((void)driver->write([](Connection& c) -> Result<> {
    c.execute(kInsert, {"bug", 1});
    throw std::runtime_error("a bug");
  }),
               std::runtime_error);
  EXPECT_EQ(count(*driver), 2);
}

TEST_P(SqliteDriver, fails_every_closure_of_a_batch_whose_sealing_fails) {
  const auto driver = open_here();
  bool broken = true;
  driver->before_commit([&](Connection&) {
    if (broken) throw sql::DatabaseError(sql::DatabaseErrorKind::full, "disk full");
  });
  const Result<> lost = insert(*driver, "a");
  EXPECT_EQ(lost.error().code, ErrorCode::dependency_unavailable);
  EXPECT_TRUE(lost.error().retry_after);
  EXPECT_EQ(count(*driver), 0);
  broken = false;
  EXPECT_TRUE(insert(*driver, "a"));
}

TEST(SqliteFile, is_made_for_its_owner_alone) {
  const TempFolder folder;
  const std::string path = folder / "inner/test.db";
  const auto driver = open(path);
  ASSERT_TRUE(insert(*driver, "a"));
  struct stat found {};
  for (const std::string& each : {path, path + "-wal", path + "-shm"}) {
    ASSERT_EQ(stat(each.c_str(), &found), 0) << each;
    EXPECT_EQ(found.st_mode & 0777, 0600U) << each;
  }
  ASSERT_EQ(stat((folder / "inner").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700U);
  EXPECT_TRUE(refuse_open_to_others(path));
  chmod(path.c_str(), 0640);
  const auto refused = open_sqlite({.path = path, .production = true});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("chmod go="), std::string::npos) << refused.error().detail;
}

TEST(SqliteFile, shows_its_committed_rows_to_another_process_at_once) {
  const TempFolder folder;
  const auto server = open(folder / "test.db");
  const auto command_line = open(folder / "test.db");
  ASSERT_TRUE(insert(*server, "a"));
  EXPECT_EQ(count(*command_line), 1);
  ASSERT_TRUE(insert(*command_line, "b"));
  EXPECT_EQ(count(*server), 2);
}

TEST(SqliteFile, keeps_one_snapshot_for_the_length_of_a_read) {
  const TempFolder folder;
  const auto driver = open(folder / "test.db");
  ASSERT_TRUE(driver->read([&](Connection& c) -> Result<> {
    EXPECT_EQ(c.query_one(kCount, {})->integer(0), 0);
    EXPECT_TRUE(insert(*driver, "a"));
    EXPECT_EQ(c.query_one(kCount, {})->integer(0), 0);
    return {};
  }));
  EXPECT_EQ(count(*driver), 1);
}

TEST(SqliteFile, answers_unavailable_while_another_writer_holds_the_lock_and_recovers) {
  const TempFolder folder;
  const auto driver = open(folder / "test.db", 50ms);
  {
    SqliteConnection other(folder / "test.db", Access::read_write, 50ms);
    other.run_script("BEGIN IMMEDIATE");
    const Result<> busy = insert(*driver, "a");
    EXPECT_EQ(busy.error().code, ErrorCode::dependency_unavailable);
    EXPECT_EQ(count(*driver), 0) << "reads go on";
  }
  EXPECT_TRUE(insert(*driver, "a"));
}

TEST(SqliteFile, answers_unavailable_when_the_disk_is_full_and_recovers) {
  const TempFolder folder;
  const auto driver = open(folder / "test.db");
  const auto limit_pages = [&](const std::string& pages) {
    return driver->migrate([&](Connection& c) -> Result<> {
      c.run_script("PRAGMA max_page_count = " + pages);
      return {};
    });
  };
  ASSERT_TRUE(limit_pages("4"));
  const Result<> full = insert(*driver, std::string(100'000, 'x'));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::dependency_unavailable);
  EXPECT_NE(full.error().cause.find("no space left"), std::string::npos) << full.error().cause;
  EXPECT_EQ(count(*driver), 0);
  ASSERT_TRUE(limit_pages("1000000"));
  EXPECT_TRUE(insert(*driver, std::string(100'000, 'x')));
}

TEST(SqliteFile, that_is_no_database_stops_the_start_with_its_mend) {
  const TempFolder folder;
  std::ofstream(folder / "test.db") << std::string(8192, 'x');
  const auto refused = open_sqlite({.path = folder / "test.db"});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("corrupt"), std::string::npos);
  EXPECT_NE(refused.error().detail.find("gatehouse restore"), std::string::npos);
}

TEST(SqliteFile, with_a_damaged_page_stops_the_start) {
  const TempFolder folder;
  {
    const auto driver = open(folder / "test.db");
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(insert(*driver, std::string(60, 'a') + std::to_string(i)));
  }
  {
    std::fstream file(folder / "test.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(2 * 4096);
    file << std::string(4096, '\x5a');
  }
  const auto refused = open_sqlite({.path = folder / "test.db"});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("corrupt"), std::string::npos) << refused.error().detail;
}

TEST(SqliteFile, that_is_locked_stops_the_start_with_its_mend) {
  const TempFolder folder;
  (void)open(folder / "test.db");
  SqliteConnection other(folder / "test.db", Access::read_write, 50ms);
  other.run_script("BEGIN IMMEDIATE");
  const auto refused = open_sqlite({.path = folder / "test.db", .busy_timeout = 50ms});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("locked"), std::string::npos) << refused.error().detail;
}

TEST(SqliteFile, in_a_folder_that_cannot_be_made_stops_the_start_with_its_mend) {
  const TempFolder folder;
  std::ofstream(folder / "file") << "x";
  const auto refused = open_sqlite({.path = folder / "file/test.db"});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find(folder / "file"), std::string::npos) << refused.error().detail;
}

TEST(SqliteFile, is_served_by_one_process) {
  const TempFolder folder;
  auto first = take_serve_lock(folder / "test.db");
  ASSERT_TRUE(first);
  const auto second = take_serve_lock(folder / "test.db");
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().detail.find("another `gatehouse serve`"), std::string::npos);
  first->reset();
  EXPECT_TRUE(take_serve_lock(folder / "test.db"));
}

TEST(SqliteFile, on_a_network_file_system_is_known_by_its_magic_number) {
  EXPECT_EQ(network_file_system_name(0x6969), "NFS");
  EXPECT_EQ(network_file_system_name(0xFF534D42), "CIFS");
  EXPECT_EQ(network_file_system_name(static_cast<unsigned long>(static_cast<long>(static_cast<int>(0xFF534D42)))),
            "CIFS");
  EXPECT_EQ(network_file_system_name(0xEF53), "");
}

}  // namespace
}  // namespace gatehouse::adapters::sqlite
