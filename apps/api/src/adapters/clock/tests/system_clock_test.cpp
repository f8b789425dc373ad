#include "adapters/clock/system_clock.hpp"

#include <gtest/gtest.h>

namespace gatehouse::adapters {
namespace {

using namespace std::chrono_literals;

TEST(DevClock, runs_on_from_where_it_was_set) {
  DevClock clock;
  const Timestamp there = from_unix_seconds(2'000'000'000);
  clock.set(there);
  EXPECT_GE(clock.now(), there);
  EXPECT_LT(clock.now(), there + 1min);
}

TEST(DevClock, advances_and_goes_back_to_the_machines_time) {
  DevClock clock;
  SystemClock machine;
  clock.advance(24h);
  EXPECT_GT(clock.now(), machine.now() + 23h);
  clock.reset();
  EXPECT_LT(clock.now(), machine.now() + 1min);
}

}  // namespace
}  // namespace gatehouse::adapters
