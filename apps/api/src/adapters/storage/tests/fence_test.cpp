#include "adapters/storage/sql/fence.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "adapters/storage/sql/migrator.hpp"
#include "adapters/storage/sqlite/driver.hpp"
#include "adapters/storage/tests/temp_folder.hpp"

namespace gatehouse::adapters::sql {
namespace {

using namespace std::chrono_literals;
using Moment = std::chrono::steady_clock::time_point;

const Timestamp kNow = from_unix_seconds(1'700'000'000);
const std::string kToken(32, 't');

bool within(std::chrono::milliseconds limit, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

storage::FencedSessionMap::Snapshot snapshot() {
  ports::SessionSnapshot made;
  made.actor.session_id = domain::SessionId("s1");
  made.actor.user_id = domain::UserId("u1");
  made.ends_at = kNow + 1h;
  return std::make_shared<const ports::SessionSnapshot>(std::move(made));
}

/// A feed that a test drives: it says what it is told to, or breaks.
struct ScriptedDriver final : Driver {
  struct Feed final : InvalidationFeed {
    explicit Feed(ScriptedDriver& d) : driver(d) {}
    std::optional<Moment> listen(ports::SessionMap&) override {
      if (driver.broken) throw DatabaseError(DatabaseErrorKind::unavailable, "cut");
      return driver.silent ? std::nullopt : std::optional(std::chrono::steady_clock::now() - driver.delay.load());
    }
    std::chrono::milliseconds rest() const override { return 1ms; }
    ScriptedDriver& driver;
  };
  Dialect dialect() const override { return {}; }
  Result<> read(const Work&) override { return {}; }
  Result<> write(const Work&) override { return {}; }
  Result<> migrate(const Work&) override { return {}; }
  void before_commit(std::function<void(Connection&)>) override {}
  std::unique_ptr<InvalidationFeed> open_feed() override {
    if (broken) throw DatabaseError(DatabaseErrorKind::unavailable, "refused");
    return std::make_unique<Feed>(*this);
  }
  std::atomic<bool> broken = false;
  std::atomic<bool> silent = false;
  std::atomic<std::chrono::milliseconds> delay{0ms};
};

TEST(Fence, lets_the_map_answer_while_proofs_arrive) {
  ScriptedDriver driver;
  storage::FencedSessionMap map;
  EXPECT_FALSE(map.held());
  const Fence fence(driver, map);
  EXPECT_TRUE(within(1s, [&] { return map.held(); }));
  EXPECT_TRUE(fence.connected());
}

TEST(Fence, closes_the_map_within_a_second_of_silence_and_opens_it_again) {
  ScriptedDriver driver;
  storage::FencedSessionMap map;
  const Fence fence(driver, map);
  ASSERT_TRUE(within(1s, [&] { return map.held(); }));
  driver.silent = true;
  EXPECT_TRUE(within(1100ms, [&] { return !map.held(); }));
  driver.silent = false;
  EXPECT_TRUE(within(1s, [&] { return map.held(); }));
}

TEST(Fence, counts_the_second_from_when_the_proof_was_asked_for) {
  ScriptedDriver driver;
  driver.delay = 1001ms;
  storage::FencedSessionMap map;
  const Fence fence(driver, map);
  ASSERT_TRUE(within(1s, [&] { return fence.connected(); }));
  EXPECT_FALSE(within(100ms, [&] { return map.held(); }));
}

TEST(Fence, empties_the_map_before_it_answers_again_after_a_break) {
  ScriptedDriver driver;
  storage::FencedSessionMap map;
  const Fence fence(driver, map);
  ASSERT_TRUE(within(1s, [&] { return map.held(); }));
  map.put(kToken, snapshot(), map.generation());
  ASSERT_NE(map.find(kToken, kNow), nullptr);
  const auto noted = map.generation();
  driver.broken = true;
  ASSERT_TRUE(within(1s, [&] { return !fence.connected(); }));
  driver.broken = false;
  ASSERT_TRUE(within(3s, [&] { return fence.connected() && map.held(); }));
  EXPECT_EQ(map.find(kToken, kNow), nullptr);
  map.put(kToken, snapshot(), noted);
  EXPECT_EQ(map.find(kToken, kNow), nullptr) << "read while nobody listened";
  EXPECT_EQ(fence.losses(), 1U);
}

class SqliteFence : public testing::Test {
 protected:
  SqliteFence() : server_(open()), command_line_(open()), fence_(*server_, map_) {
    EXPECT_TRUE(within(2s, [&] { return map_.held(); }));
  }
  std::unique_ptr<Driver> open() {
    auto driver = sqlite::open_sqlite({.path = folder_ / "test.db"}).value();
    EXPECT_TRUE(Migrator(*driver).migrate(kNow));
    return driver;
  }
  static Result<> revoke(Driver& driver, std::optional<std::string> session, std::optional<std::string> user) {
    return driver.write([&](Connection& c) -> Result<> {
      c.execute({"revoke",
                 "INSERT INTO session_invalidations (session_id, user_id, before, expires_at, ending) "
                 "VALUES (?1, ?2, ?3, ?4, ?5)"},
                {session, user, kNow, kNow, true});
      return {};
    });
  }
  bool answers() const { return map_.find(kToken, kNow) != nullptr; }

  storage::TempFolder folder_;
  std::unique_ptr<Driver> server_, command_line_;
  storage::FencedSessionMap map_;
  Fence fence_;
};

TEST_F(SqliteFence, hears_within_a_second_that_another_process_ended_a_session) {
  map_.put(kToken, snapshot(), map_.generation());
  ASSERT_TRUE(answers());
  ASSERT_TRUE(revoke(*command_line_, "s1", std::nullopt));
  EXPECT_TRUE(within(1s, [&] { return map_.size() == 0; }));
  EXPECT_TRUE(map_.held());
}

TEST_F(SqliteFence, hears_that_another_process_disabled_a_user) {
  map_.put(kToken, snapshot(), map_.generation());
  ASSERT_TRUE(revoke(*command_line_, std::nullopt, "u1"));
  EXPECT_TRUE(within(1s, [&] { return map_.size() == 0; }));
}

TEST_F(SqliteFence, begins_anew_after_more_endings_than_it_follows_one_by_one) {
  map_.put(kToken, snapshot(), map_.generation());
  ASSERT_TRUE(command_line_->write([](Connection& c) -> Result<> {
    for (int i = 0; i < 1200; ++i) {
      c.execute(
          {"revoke", "INSERT INTO session_invalidations (session_id, before, expires_at, ending) VALUES (?1, 0, 0, 1)"},
          {"other" + std::to_string(i)});
    }
    return {};
  }));
  EXPECT_TRUE(within(1s, [&] { return map_.size() == 0; }));
  std::this_thread::sleep_for(150ms);
  map_.put(kToken, snapshot(), map_.generation());
  ASSERT_TRUE(revoke(*command_line_, "s1", std::nullopt));
  EXPECT_TRUE(within(1s, [&] { return map_.size() == 0; }));
}

TEST_F(SqliteFence, refuses_a_snapshot_read_before_another_process_ended_its_session) {
  const auto noted = map_.generation();
  ASSERT_TRUE(revoke(*command_line_, "s1", std::nullopt));
  ASSERT_TRUE(within(1s, [&] { return map_.generation() != noted; }));
  map_.put(kToken, snapshot(), noted);
  EXPECT_FALSE(answers());
}

TEST_F(SqliteFence, keeps_what_other_writes_do_not_concern) {
  map_.put(kToken, snapshot(), map_.generation());
  ASSERT_TRUE(revoke(*command_line_, "other", std::nullopt));
  ASSERT_TRUE(revoke(*command_line_, std::nullopt, "other"));
  std::this_thread::sleep_for(300ms);
  EXPECT_TRUE(answers());
}

}  // namespace
}  // namespace gatehouse::adapters::sql
