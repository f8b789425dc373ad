#include "modules/identity/workers/loop.hpp"

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace gatehouse::workers {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kNever = 1h;

/// When steps began; the loop's thread notes, the test's waits.
class Steps {
 public:
  Result<More> note() {
    const std::lock_guard lock(mutex_);
    began_.push_back(Clock::now());
    changed_.notify_all();
    return More::no;
  }
  bool reach(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return began_.size() >= count; });
  }
  /// Whether no step begins for this long.
  bool rest_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    const std::size_t before = began_.size();
    return !changed_.wait_for(lock, time, [&] { return began_.size() > before; });
  }
  Clock::time_point at(std::size_t step) {
    const std::lock_guard lock(mutex_);
    return began_.at(step);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Clock::time_point> began_;
};

TEST(Loop, serves_the_first_wake_at_once_and_those_that_follow_closely_by_one_step) {
  Steps steps;
  Loop loop("test", {.interval = kNever, .spacing = 700ms}, [&] { return steps.note(); });
  ASSERT_TRUE(steps.reach(1)) << "it begins at once";
  const auto woken = Clock::now();
  loop.wake();
  ASSERT_TRUE(steps.reach(2));
  EXPECT_LT(steps.at(1) - woken, 700ms);
  for (int i = 0; i < 50; ++i) loop.wake();
  ASSERT_TRUE(steps.reach(3));
  EXPECT_GE(steps.at(2) - woken, 700ms);
  EXPECT_TRUE(steps.rest_for(900ms)) << "one step was for all of them";
}

TEST(Loop, rests_after_a_slow_step_though_it_is_woken) {
  Steps steps;
  Loop loop("test", {.interval = 1ms, .rest = 3}, [&] {
    auto more = steps.note();
    std::this_thread::sleep_for(30ms);
    return more;
  });
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(steps.reach(static_cast<std::size_t>(i + 1)));
    loop.wake();
  }
  EXPECT_GE(steps.at(1) - steps.at(0), 120ms) << "the step and three times as long";
  EXPECT_GE(steps.at(2) - steps.at(1), 120ms);
}

TEST(Loop, serves_a_wake_during_a_step_by_the_next_one) {
  Steps steps;
  Loop* self = nullptr;
  std::atomic<bool> again = true;
  std::promise<void> made;
  auto ready = made.get_future().share();
  Loop loop("test", {.interval = kNever, .spacing = 10ms}, [&] {
    ready.wait();
    if (again.exchange(false)) self->wake();
    return steps.note();
  });
  self = &loop;
  made.set_value();
  EXPECT_TRUE(steps.reach(2));
}

TEST(Loop, loses_no_wake) {
  constexpr int kThreads = 4;
  constexpr int kEach = 3'000;
  std::atomic<int> waiting = 0;
  std::atomic<int> taken = 0;
  Loop loop("test", {.interval = kNever, .spacing = 1ms}, [&]() -> Result<More> {
    taken += waiting.exchange(0);
    return More::no;
  });
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          ++waiting;
          loop.wake();
          if (i % 100 == 0) std::this_thread::sleep_for(1ms);
        }
      });
  }
  for (const auto end = Clock::now() + 10s; taken < kThreads * kEach && Clock::now() < end;)
    std::this_thread::sleep_for(1ms);
  EXPECT_EQ(taken, kThreads * kEach);
}

TEST(Loop, stops_while_a_wake_waits_for_its_turn) {
  Steps steps;
  Loop loop("test", {.interval = kNever, .spacing = 10min}, [&] { return steps.note(); });
  ASSERT_TRUE(steps.reach(1));
  loop.wake();
  ASSERT_TRUE(steps.reach(2));
  loop.wake();
  const auto began = Clock::now();
  loop.stop();
  EXPECT_LT(Clock::now() - began, 10s);
  EXPECT_TRUE(steps.rest_for(0ms));
}

TEST(Loop, is_not_hastened_by_wakes_while_it_fails) {
  Steps steps;
  Loop loop("test", {.interval = kNever}, [&]() -> Result<More> {
    (void)steps.note();
    return fail(ErrorCode::dependency_unavailable, {}, "away");
  });
  ASSERT_TRUE(steps.reach(1));
  ASSERT_TRUE(steps.reach(2)) << "it tries again by itself";
  loop.wake();
  ASSERT_TRUE(steps.reach(3));
  EXPECT_GE(steps.at(2) - steps.at(1), 900ms);
  EXPECT_EQ(loop.trouble(), "away");
}

}  // namespace
}  // namespace gatehouse::workers
