#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "adapters/storage/postgres/driver.hpp"
#include "adapters/storage/sql/fence.hpp"
#include "adapters/storage/tests/fault_proxy.hpp"
#include "adapters/storage/tests/postgres_cluster.hpp"

namespace gatehouse::adapters::postgres {
namespace {

using namespace std::chrono_literals;
using storage::PostgresCluster;

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

/// Two replicas on one database: this one behind a proxy, the other straight.
class PostgresFence : public testing::Test {
 protected:
  PostgresFence()
      : url_(cluster_.empty_database()),
        proxy_(cluster_.port()),
        here_(open_postgres({.url = url_, .listen_url = cluster_.through(url_, proxy_.port())}).value()),
        there_(open_postgres({.url = url_}).value()),
        fence_(*here_, map_) {
    EXPECT_TRUE(within(3s, [&] { return map_.held(); }));
  }
  void put() {
    ports::SessionSnapshot made;
    made.actor.session_id = domain::SessionId("s1");
    made.actor.user_id = domain::UserId("u1");
    made.ends_at = kNow + 1h;
    map_.put(kToken, std::make_shared<const ports::SessionSnapshot>(std::move(made)), map_.generation());
  }
  bool answers() const { return map_.find(kToken, kNow) != nullptr; }
  Result<> revoke_there(const std::string& payload) {
    return there_->write([&](sql::Connection& c) -> Result<> {
      c.announce_invalidation(payload);
      return {};
    });
  }

  PostgresCluster& cluster_ = PostgresCluster::shared();
  std::string url_;
  storage::FaultProxy proxy_;
  std::unique_ptr<sql::Driver> here_, there_;
  storage::FencedSessionMap map_;
  sql::Fence fence_;
};

TEST_F(PostgresFence, hears_at_once_what_another_replica_ended) {
  for (const std::string payload : {"session:s1", "user:u1", "all"}) {
    put();
    ASSERT_TRUE(answers());
    ASSERT_TRUE(revoke_there(payload));
    EXPECT_TRUE(within(1s, [&] { return map_.size() == 0; })) << payload;
  }
  EXPECT_TRUE(map_.held());
}

TEST_F(PostgresFence, hears_nothing_of_a_transaction_that_was_rolled_back) {
  put();
  EXPECT_FALSE(there_->write([&](sql::Connection& c) -> Result<> {
    c.announce_invalidation("session:s1");
    return fail(ErrorCode::conflict);
  }));
  std::this_thread::sleep_for(300ms);
  EXPECT_TRUE(answers());
}

TEST_F(PostgresFence, never_answers_a_second_after_bytes_began_to_vanish_and_forgets_all_when_they_return) {
  put();
  ASSERT_TRUE(answers());
  proxy_.swallow(true);
  ASSERT_TRUE(revoke_there("session:s1"));
  EXPECT_TRUE(within(1100ms, [&] { return !answers(); })) << "no reset tells us, only silence";
  std::this_thread::sleep_for(1000ms);
  EXPECT_FALSE(answers());
  proxy_.swallow(false);
  EXPECT_TRUE(within(8s, [&] { return map_.held(); }));
  EXPECT_FALSE(answers());
  EXPECT_GE(fence_.losses(), 1U);
}

TEST_F(PostgresFence, listens_anew_after_a_cut_and_hears_again) {
  put();
  proxy_.cut();
  EXPECT_TRUE(within(2s, [&] { return fence_.losses() == 1; }));
  EXPECT_TRUE(within(5s, [&] { return fence_.connected() && map_.held(); }));
  EXPECT_FALSE(answers()) << "what was ended while nobody listened is unknown";
  put();
  ASSERT_TRUE(answers());
  ASSERT_TRUE(revoke_there("user:u1"));
  EXPECT_TRUE(within(1s, [&] { return !answers(); }));
}

TEST_F(PostgresFence, is_gone_with_the_server_and_back_with_it) {
  put();
  cluster_.stop("fast");
  EXPECT_TRUE(within(1100ms, [&] { return !answers(); }));
  cluster_.start();
  EXPECT_TRUE(within(8s, [&] { return map_.held(); }));
  EXPECT_FALSE(answers());
}

}  // namespace
}  // namespace gatehouse::adapters::postgres
