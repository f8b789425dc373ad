#include "adapters/storage/sql/session_reads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <stdexcept>
#include <thread>

namespace gatehouse::adapters::sql {
namespace {

using domain::SessionId;
using Ids = std::vector<SessionId>;
using Many = Result<std::vector<ports::SessionAndUser>>;

std::vector<ports::SessionAndUser> answers(const Ids& ids) {
  std::vector<ports::SessionAndUser> found;
  for (const auto& id : ids) found.emplace_back().session.id = id;
  return found;
}

/// Holds reads back until it is opened, and keeps how large each one was.
class Gate {
 public:
  Many operator()(const Ids& ids) {
    {
      const std::lock_guard lock(mutex_);
      sizes_.push_back(ids.size());
    }
    open_.wait(false);
    return answers(ids);
  }
  void open() {
    open_ = true;
    open_.notify_all();
  }
  std::vector<std::size_t> sizes() {
    const std::lock_guard lock(mutex_);
    return sizes_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::size_t> sizes_;
  std::atomic<bool> open_ = false;
};

TEST(SessionReads, answers_what_is_there_and_nothing_for_what_is_not) {
  SessionReads reads([](const Ids& ids) -> Many { return ids.front().str() == "here" ? answers(ids) : answers({}); });
  EXPECT_EQ(reads.find(SessionId("here")).value()->session.id.str(), "here");
  EXPECT_FALSE(reads.find(SessionId("gone")).value());
}

TEST(SessionReads, what_arrives_while_one_is_under_way_shares_the_next_one) {
  Gate gate;
  SessionReads reads([&](const Ids& ids) { return gate(ids); });
  const auto begin = [&](int n) {
    return std::async(std::launch::async, [&, n] { return reads.find(SessionId(std::to_string(n))); });
  };
  std::vector<std::future<Result<SessionReads::Found>>> found;
  found.push_back(begin(0));
  for (int i = 0; gate.sizes().empty() && i < 1000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (int n = 1; n < 12; ++n) found.push_back(begin(n));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(gate.sizes(), (std::vector<std::size_t>{1})) << "no second one begins";
  gate.open();
  for (std::size_t n = 0; n < found.size(); ++n) EXPECT_EQ(found[n].get().value()->session.id.str(), std::to_string(n));
  EXPECT_LE(gate.sizes().size(), 4u);
}

TEST(SessionReads, two_callers_of_one_session_both_get_it) {
  Gate gate;
  SessionReads reads([&](const Ids& ids) { return gate(ids); });
  std::vector<std::future<Result<SessionReads::Found>>> found;
  for (int n = 0; n < 6; ++n)
    found.push_back(std::async(std::launch::async, [&] { return reads.find(SessionId("one")); }));
  gate.open();
  for (auto& each : found) EXPECT_EQ(each.get().value()->session.id.str(), "one");
}

TEST(SessionReads, a_failed_read_fails_all_of_its_callers_and_nobody_after_them) {
  std::atomic<bool> away = true;
  SessionReads reads([&](const Ids& ids) -> Many {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (away) return fail(ErrorCode::dependency_unavailable);
    return answers(ids);
  });
  std::vector<std::future<Result<SessionReads::Found>>> found;
  for (int n = 0; n < 8; ++n)
    found.push_back(std::async(std::launch::async, [&] { return reads.find(SessionId("x")); }));
  for (auto& each : found) EXPECT_EQ(each.get().error().code, ErrorCode::dependency_unavailable);
  away = false;
  EXPECT_TRUE(reads.find(SessionId("x")).value());
}

TEST(SessionReads, a_read_that_throws_leaves_nobody_waiting) {
  std::atomic<int> count = 0;
  SessionReads reads([&](const Ids&) -> Many {
    ++count;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    throw std::logic_error("a bug");
  });
  std::vector<std::future<bool>> ended;
  for (int n = 0; n < 8; ++n)
    ended.push_back(std::async(std::launch::async, [&] {
      try {
        return !reads.find(SessionId("x"));
      } catch (const std::logic_error&) {
        return true;
      }
    }));
  for (auto& each : ended) EXPECT_TRUE(each.get());
  EXPECT_GE(count, 1);
}

TEST(SessionReads, many_callers_from_many_threads_get_their_own) {
  SessionReads reads([](const Ids& ids) -> Many { return answers(ids); });
  std::latch together(8);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      together.arrive_and_wait();
      for (int n = 0; n < 500; ++n) {
        const std::string id = std::to_string(t) + "." + std::to_string(n);
        if (reads.find(SessionId(id)).value()->session.id.str() != id) ++wrong;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::adapters::sql
