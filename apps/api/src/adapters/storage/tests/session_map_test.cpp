#include "adapters/storage/session_map.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace gatehouse::adapters::storage {
namespace {

using namespace std::chrono_literals;

const Timestamp kNow = from_unix_seconds(1'700'000'000);

std::string token_hash(int number) {
  std::string hash(32, '\0');
  for (std::size_t i = 0; i < hash.size(); ++i)
    hash[i] = static_cast<char>((number * 7919 + static_cast<int>(i) * 131) >> (i % 3));
  hash.replace(0, 4, std::string(reinterpret_cast<const char*>(&number), 4));
  return hash;
}

FencedSessionMap::Snapshot snapshot(const std::string& session, const std::string& user,
                                    Timestamp ends_at = kNow + 1h) {
  ports::SessionSnapshot made;
  made.actor.session_id = domain::SessionId(session);
  made.actor.user_id = domain::UserId(user);
  made.ends_at = ends_at;
  return std::make_shared<const ports::SessionSnapshot>(std::move(made));
}

class SessionMap : public testing::Test {
 protected:
  SessionMap() { map_.hold_until(std::chrono::steady_clock::now() + 1h); }
  void put(int token, const std::string& session, const std::string& user) {
    map_.put(token_hash(token), snapshot(session, user), map_.generation());
  }
  bool has(int token) const { return map_.find(token_hash(token), kNow) != nullptr; }

  FencedSessionMap map_{64 * 4};
};

TEST_F(SessionMap, finds_what_was_put_and_nothing_else) {
  put(1, "s1", "u1");
  EXPECT_EQ(map_.find(token_hash(1), kNow)->actor.session_id.str(), "s1");
  EXPECT_FALSE(has(2));
  EXPECT_EQ(map_.find("short", kNow), nullptr);
  EXPECT_EQ(map_.find("", kNow), nullptr);
}

TEST_F(SessionMap, answers_nothing_without_a_fence) {
  put(1, "s1", "u1");
  map_.hold_until(std::chrono::steady_clock::now() - 1ms);
  EXPECT_FALSE(map_.held());
  EXPECT_FALSE(has(1));
  map_.hold_until(std::chrono::steady_clock::now() + 1h);
  EXPECT_TRUE(has(1));
}

TEST_F(SessionMap, answers_nothing_from_the_moment_a_session_ends) {
  map_.put(token_hash(1), snapshot("s1", "u1", kNow + 1s), map_.generation());
  EXPECT_NE(map_.find(token_hash(1), kNow + 999ms), nullptr);
  EXPECT_EQ(map_.find(token_hash(1), kNow + 1s), nullptr);
}

TEST_F(SessionMap, drops_a_session_and_leaves_the_users_others) {
  put(1, "s1", "u1");
  put(2, "s2", "u1");
  map_.drop_session(domain::SessionId("s1"));
  EXPECT_FALSE(has(1));
  EXPECT_TRUE(has(2));
}

TEST_F(SessionMap, drops_every_session_of_a_user_and_no_others) {
  put(1, "s1", "u1");
  put(2, "s2", "u1");
  put(3, "s3", "u2");
  map_.drop_user(domain::UserId("u1"));
  EXPECT_FALSE(has(1));
  EXPECT_FALSE(has(2));
  EXPECT_TRUE(has(3));
  map_.drop_all();
  EXPECT_FALSE(has(3));
  EXPECT_EQ(map_.size(), 0U);
}

TEST_F(SessionMap, drops_both_tokens_of_a_session_that_was_renewed) {
  put(1, "s1", "u1");
  put(2, "s1", "u1");
  map_.drop_session(domain::SessionId("s1"));
  EXPECT_FALSE(has(1));
  EXPECT_FALSE(has(2));
}

TEST_F(SessionMap, refuses_what_was_read_before_a_revocation) {
  const auto noted = map_.generation();
  map_.drop_session(domain::SessionId("s1"));
  map_.put(token_hash(1), snapshot("s1", "u1"), noted);
  EXPECT_FALSE(has(1));
  map_.put(token_hash(1), snapshot("s1", "u1"), map_.generation());
  EXPECT_TRUE(has(1));
}

TEST_F(SessionMap, replaces_the_snapshot_of_a_token) {
  put(1, "s1", "u1");
  map_.put(token_hash(1), snapshot("s1", "u1", kNow + 2h), map_.generation());
  EXPECT_EQ(map_.size(), 1U);
  EXPECT_NE(map_.find(token_hash(1), kNow + 90min), nullptr);
  map_.drop_user(domain::UserId("u1"));
  EXPECT_EQ(map_.size(), 0U);
}

TEST_F(SessionMap, stays_within_its_capacity_and_keeps_what_is_asked_for) {
  put(0, "kept", "u0");
  for (int i = 1; i < 5000; ++i) {
    put(i, "s" + std::to_string(i), "u" + std::to_string(i % 50));
    EXPECT_TRUE(has(0));
  }
  EXPECT_LE(map_.size(), 64U * 4);
  for (int i = 0; i < 50; ++i) map_.drop_user(domain::UserId("u" + std::to_string(i)));
  EXPECT_EQ(map_.size(), 0U);
}

TEST_F(SessionMap, never_keeps_a_revoked_session_whatever_the_interleaving) {
  std::atomic<bool> stop = false;
  std::atomic<int> revoked = 0;  // the store: sessions with a lower number are ended
  std::vector<std::jthread> readers;
  for (int reader = 0; reader < 3; ++reader) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto noted = map_.generation();
        const int live = revoked;
        map_.put(token_hash(live), snapshot("s" + std::to_string(live), "u1"), noted);
      }
    });
  }
  for (int i = 0; i < 3000; ++i) {
    revoked = i + 1;
    map_.drop_session(domain::SessionId("s" + std::to_string(i)));
    ASSERT_FALSE(has(i)) << i;
  }
  stop = true;
  readers.clear();
  for (int i = 0; i < 3000; ++i) ASSERT_FALSE(has(i)) << i;
}

}  // namespace
}  // namespace gatehouse::adapters::storage
