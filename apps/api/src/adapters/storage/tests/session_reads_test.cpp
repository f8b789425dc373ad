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

TEST(SessionReads, what_arrives_while_one_is_under_way_shares_the_next) {
  Gate gate;
  std::latch all(12);
  SessionReads reads([&](const Ids& ids) { return gate(ids); });
  const auto find = [&](int n) {
    EXPECT_TRUE(reads.find_later(SessionId(std::to_string(n)), [&, n](const auto& found) {
      EXPECT_EQ(found.value()->session.id.str(), std::to_string(n));
      all.count_down();
    }));
  };
  find(0);
  for (int i = 0; gate.sizes().empty() && i < 1000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (int n = 1; n < 12; ++n) find(n);
  gate.open();
  all.wait();
  EXPECT_LE(gate.sizes().size(), 5u);
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

TEST(SessionReads, a_read_that_throws_is_an_error_and_leaves_nobody_waiting) {
  SessionReads reads([](const Ids&) -> Many { throw std::logic_error("a bug"); });
  std::vector<std::future<Result<SessionReads::Found>>> found;
  for (int n = 0; n < 8; ++n)
    found.push_back(std::async(std::launch::async, [&] { return reads.find(SessionId("x")); }));
  for (auto& each : found) EXPECT_EQ(each.get().error().code, ErrorCode::internal_error);
}

TEST(SessionReads, while_one_hangs_others_are_answered) {
  Gate gate;
  SessionReads reads([&](const Ids& ids) { return ids.front().str() == "stuck" ? gate(ids) : Many(answers(ids)); });
  auto stuck = std::async(std::launch::async, [&] { return reads.find(SessionId("stuck")); });
  for (int i = 0; gate.sizes().empty() && i < 1000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (int n = 0; n < 50; ++n) EXPECT_EQ(reads.find(SessionId("free")).value()->session.id.str(), "free");
  gate.open();
  EXPECT_TRUE(stuck.get().value());
}

TEST(SessionReads, once_stopped_those_that_wait_are_told_and_nobody_is_taken_on) {
  Gate gate;
  SessionReads reads([&](const Ids& ids) { return gate(ids); });
  std::promise<ErrorCode> told;
  EXPECT_TRUE(reads.find_later(SessionId("read"), [](const auto& found) { EXPECT_TRUE(found.value()); }));
  for (int i = 0; gate.sizes().empty() && i < 1000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(reads.find_later(SessionId("waits"), [&](const auto& found) { told.set_value(found.error().code); }));
  auto stopped = std::async(std::launch::async, [&] { reads.stop(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  gate.open();
  stopped.get();
  EXPECT_EQ(told.get_future().get(), ErrorCode::dependency_unavailable);
  EXPECT_FALSE(reads.find_later(SessionId("late"), [](const auto&) { ADD_FAILURE(); }));
  EXPECT_EQ(reads.find(SessionId("late")).error().code, ErrorCode::overloaded);
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
