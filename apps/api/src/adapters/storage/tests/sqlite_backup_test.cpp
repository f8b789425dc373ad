#include "adapters/storage/sqlite/backup.hpp"

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "adapters/storage/sql/migrator.hpp"
#include "adapters/storage/sqlite/connection.hpp"
#include "adapters/storage/sqlite/driver.hpp"
#include "adapters/storage/sqlite/file_safety.hpp"
#include "adapters/storage/tests/temp_folder.hpp"

namespace gatehouse::adapters::sqlite {
namespace {

const Timestamp kNow = from_unix_seconds(1'700'000'000);

std::unique_ptr<sql::Driver> open(const std::string& path) {
  auto driver = open_sqlite({.path = path}).value();
  EXPECT_TRUE(sql::Migrator(*driver).migrate(kNow));
  return driver;
}

void put(sql::Driver& driver, const std::string& name) {
  EXPECT_TRUE(driver.write([&](sql::Connection& c) -> Result<> {
    c.execute({"put", "INSERT INTO facts (name, value) VALUES (?1, ?1)"}, {name + "-a"});
    c.execute({"put", "INSERT INTO facts (name, value) VALUES (?1, ?1)"}, {name + "-b"});
    return {};
  }));
}

std::int64_t facts(sql::Driver& driver) {
  std::int64_t count = -1;
  EXPECT_TRUE(driver.read([&](sql::Connection& c) -> Result<> {
    count = c.query_one({"count", "SELECT count(*) FROM facts WHERE name <> 'fence_required'"}, {})->integer(0);
    return {};
  }));
  return count;
}

TEST(SqliteBackup, is_of_one_moment_under_load_and_restores_whole) {
  const storage::TempFolder folder;
  const auto server = open(folder / "live.db");
  put(*server, "first");
  {
    std::atomic<bool> stop = false;
    std::jthread writer([&] {
      for (int i = 0; !stop; ++i) put(*server, "row" + std::to_string(i));
    });
    for (int i = 0; i < 5; ++i) {
      const Result<> done = back_up(folder / "live.db", folder / ("backup" + std::to_string(i)));
      EXPECT_TRUE(done) << done.error().detail;
    }
    stop = true;
  }
  for (int i = 0; i < 5; ++i) {
    const std::string target = folder / ("restored" + std::to_string(i) + ".db");
    const Result<> done = restore(folder / ("backup" + std::to_string(i)), target);
    ASSERT_TRUE(done) << done.error().detail;
    const auto restored = open(target);
    EXPECT_GE(facts(*restored), 2);
    EXPECT_EQ(facts(*restored) % 2, 0) << "rows of one transaction come together";
  }
}

TEST(SqliteBackup, is_one_file_for_its_owner_alone) {
  const storage::TempFolder folder;
  const auto server = open(folder / "live.db");
  ASSERT_TRUE(back_up(folder / "live.db", folder / "backup"));
  struct stat found {};
  ASSERT_EQ(stat((folder / "backup").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  EXPECT_FALSE(std::filesystem::exists(folder / "backup-wal"));
  EXPECT_FALSE(std::filesystem::exists(folder / "backup.partial"));
}

TEST(SqliteBackup, never_overwrites_a_file) {
  const storage::TempFolder folder;
  const auto server = open(folder / "live.db");
  std::ofstream(folder / "backup") << "precious";
  const Result<> refused = back_up(folder / "live.db", folder / "backup");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("exists already"), std::string::npos);
  EXPECT_FALSE(back_up(folder / "none.db", folder / "other"));
}

TEST(SqliteRestore, keeps_what_it_replaces_as_a_whole_database) {
  const storage::TempFolder folder;
  {
    const auto server = open(folder / "live.db");
    ASSERT_TRUE(back_up(folder / "live.db", folder / "backup"));
    put(*server, "later");
  }
  ASSERT_TRUE(restore(folder / "backup", folder / "live.db"));
  EXPECT_EQ(facts(*open(folder / "live.db")), 0);
  EXPECT_EQ(facts(*open(folder / "live.db.replaced")), 2);
  const Result<> again = restore(folder / "backup", folder / "live.db");
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().detail.find("earlier restore"), std::string::npos);
}

TEST(SqliteRestore, refuses_while_a_server_runs_and_what_is_no_backup) {
  const storage::TempFolder folder;
  const auto server = open(folder / "live.db");
  put(*server, "row");
  ASSERT_TRUE(back_up(folder / "live.db", folder / "backup"));
  {
    const auto lock = take_serve_lock(folder / "live.db").value();
    EXPECT_FALSE(restore(folder / "backup", folder / "live.db"));
  }
  std::ofstream(folder / "noise") << std::string(8192, 'x');
  EXPECT_FALSE(restore(folder / "noise", folder / "live.db"));
  EXPECT_FALSE(restore(folder / "none", folder / "live.db"));
  SqliteConnection(folder / "live.db", Access::read_write, std::chrono::seconds(1)).run_script("SELECT 1");
  std::ofstream(folder / "empty") << "";
  const Result<> foreign = restore(folder / "empty", folder / "live.db");
  ASSERT_FALSE(foreign);
  EXPECT_NE(foreign.error().detail.find("not a Gatehouse database"), std::string::npos) << foreign.error().detail;
  EXPECT_EQ(facts(*server), 2) << "nothing was replaced";
}

}  // namespace
}  // namespace gatehouse::adapters::sqlite
