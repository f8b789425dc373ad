#include "adapters/clock/ticker.hpp"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

namespace gatehouse::adapters {
namespace {

TEST(Ticker, works_again_and_again_and_stops_with_its_object) {
  std::atomic<int> calls{0};
  std::promise<void> thrice;
  {
    const Ticker ticker(std::chrono::milliseconds(1), [&] {
      if (++calls == 3) thrice.set_value();
    });
    ASSERT_EQ(thrice.get_future().wait_for(std::chrono::seconds(30)), std::future_status::ready);
  }
  EXPECT_GE(calls, 3);
}

TEST(Ticker, ends_at_once_while_it_waits) {
  std::atomic<int> calls{0};
  {
    const Ticker ticker(std::chrono::hours(1), [&] { ++calls; });
  }
  EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace gatehouse::adapters
