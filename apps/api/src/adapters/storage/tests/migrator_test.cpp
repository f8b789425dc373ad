#include "adapters/storage/sql/migrator.hpp"

#include <array>
#include <cstdlib>
#include <thread>

#include <gtest/gtest.h>

#include "adapters/storage/sql/stamp.hpp"
#include "adapters/storage/sqlite/driver.hpp"
#include "adapters/storage/tests/temp_folder.hpp"

namespace gatehouse::adapters::sql {
namespace {

const Timestamp kNow = from_unix_seconds(1'700'000'000);

constexpr auto kThree = std::to_array<Migration>({
    {1, 1, "0001_one", "CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT; INSERT INTO one VALUES (1)", ""},
    {2, 1, "0002_two", "ALTER TABLE one ADD COLUMN name TEXT", ""},
    {3, 3, "0003_three", "CREATE TABLE three (id INTEGER PRIMARY KEY) STRICT", ""},
});
const std::span<const Migration> kAll(kThree);

class MigratorOnSqlite : public testing::Test {
 protected:
  MigratorOnSqlite() : driver_(sqlite::open_sqlite({.path = folder_ / "test.db"}).value()) {}
  std::int64_t number(std::string_view query) {
    std::int64_t found = -1;
    EXPECT_TRUE(driver_->read([&](Connection& c) -> Result<> {
      found = c.query_one({"number", query}, {})->integer(0);
      return {};
    }));
    return found;
  }
  storage::TempFolder folder_;
  std::unique_ptr<Driver> driver_;
};

TEST_F(MigratorOnSqlite, applies_what_is_pending_once_and_in_order) {
  Migrator migrator(*driver_, kAll);
  EXPECT_EQ(migrator.check()->pending, (std::vector<std::string>{"0001_one", "0002_two", "0003_three"}));
  EXPECT_EQ(migrator.migrate(kNow).value(), (std::vector<std::string>{"0001_one", "0002_two", "0003_three"}));
  EXPECT_TRUE(migrator.check()->pending.empty());
  EXPECT_EQ(migrator.check()->newest, 3);
  EXPECT_TRUE(migrator.migrate(kNow)->empty());
  EXPECT_EQ(number("SELECT count(*) FROM one"), 1);
}

TEST_F(MigratorOnSqlite, goes_on_where_an_older_release_stopped) {
  ASSERT_TRUE(Migrator(*driver_, kAll.first(1)).migrate(kNow));
  EXPECT_EQ(Migrator(*driver_, kAll).migrate(kNow).value(), (std::vector<std::string>{"0002_two", "0003_three"}));
}

TEST_F(MigratorOnSqlite, serves_a_newer_schema_only_as_far_as_it_says) {
  ASSERT_TRUE(Migrator(*driver_, kAll.first(2)).migrate(kNow));
  EXPECT_TRUE(Migrator(*driver_, kAll.first(1)).check()) << "0002 only adds";
  ASSERT_TRUE(Migrator(*driver_, kAll).migrate(kNow));
  const auto refused = Migrator(*driver_, kAll.first(2)).check();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("newer than this binary"), std::string::npos) << refused.error().detail;
  EXPECT_FALSE(Migrator(*driver_, kAll.first(2)).migrate(kNow));
}

TEST_F(MigratorOnSqlite, refuses_a_migration_that_was_changed_after_it_was_applied) {
  ASSERT_TRUE(Migrator(*driver_, kAll).migrate(kNow));
  auto changed = kThree;
  changed[1].sqlite = "ALTER TABLE one ADD COLUMN title TEXT";
  const auto refused = Migrator(*driver_, changed).check();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("0002_two was changed"), std::string::npos) << refused.error().detail;
}

TEST_F(MigratorOnSqlite, rolls_a_failing_migration_back_whole_and_keeps_those_before) {
  auto broken = kThree;
  broken[1].sqlite = "CREATE TABLE two (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE one (id INTEGER) STRICT";
  const auto refused = Migrator(*driver_, broken).migrate(kNow);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("0002_two failed"), std::string::npos) << refused.error().detail;
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema WHERE name = 'two'"), 0);
  EXPECT_EQ(Migrator(*driver_, kAll).check()->newest, 1);
  EXPECT_TRUE(Migrator(*driver_, kAll).migrate(kNow));
}

TEST_F(MigratorOnSqlite, refuses_a_database_of_something_else) {
  ASSERT_TRUE(driver_->migrate([](Connection& c) -> Result<> {
    c.run_script("CREATE TABLE recipes (id INTEGER PRIMARY KEY)");
    return {};
  }));
  const auto refused = Migrator(*driver_, kAll).migrate(kNow);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("not Gatehouse's"), std::string::npos);
}

TEST_F(MigratorOnSqlite, migrates_once_when_two_start_together) {
  const auto other = sqlite::open_sqlite({.path = folder_ / "test.db"}).value();
  std::vector<std::string> first, second;
  {
    std::jthread one([&] { first = Migrator(*driver_, kAll).migrate(kNow).value(); });
    std::jthread two([&] { second = Migrator(*other, kAll).migrate(kNow).value(); });
  }
  EXPECT_EQ(first.size() + second.size(), 3U);
  EXPECT_EQ(number("SELECT count(*) FROM one"), 1);
}

TEST_F(MigratorOnSqlite, brings_an_empty_file_to_the_schema_of_this_release) {
  ASSERT_TRUE(Migrator(*driver_).migrate(kNow));
  EXPECT_EQ(number("SELECT count(*) FROM users"), 0);
  EXPECT_EQ(number("SELECT count(*) FROM ledger_heads"), 3);
}

TEST(Migrations, in_the_binary_are_those_in_the_folder) {
  EXPECT_EQ(std::system(GATEHOUSE_SOURCE_DIR "/script/embed_migrations --check"), 0);
}

TEST_F(MigratorOnSqlite, stamps_a_database_once_and_keeps_the_modes_apart) {
  ASSERT_TRUE(Migrator(*driver_).migrate(kNow));
  EXPECT_EQ(find_mode(*driver_).value(), std::nullopt);
  EXPECT_TRUE(settle_mode(*driver_, Mode::development));
  EXPECT_TRUE(settle_mode(*driver_, Mode::development));
  const auto refused = settle_mode(*driver_, Mode::production);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("made for development"), std::string::npos);
  EXPECT_EQ(find_mode(*driver_).value(), Mode::development);
}

}  // namespace
}  // namespace gatehouse::adapters::sql
