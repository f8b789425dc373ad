#include "modules/identity/http/service_rate.hpp"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;
const auto kStart = std::chrono::steady_clock::time_point(1h);

int admitted(ServiceRate& rate, const std::string& service, int tries, std::chrono::steady_clock::time_point at) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += rate.admit(service, at) ? 1 : 0;
  return count;
}

TEST(ServiceRate, admits_a_seconds_worth_at_once_and_then_by_the_clock) {
  ServiceRate rate(10);
  EXPECT_EQ(admitted(rate, "shop", 100, kStart), 10);
  EXPECT_EQ(admitted(rate, "shop", 100, kStart + 500ms), 5);
  EXPECT_EQ(admitted(rate, "shop", 100, kStart + 10s), 10);
}

TEST(ServiceRate, is_each_services_own) {
  ServiceRate rate(10);
  EXPECT_EQ(admitted(rate, "shop", 100, kStart), 10);
  EXPECT_EQ(admitted(rate, "accounts", 100, kStart), 10);
}

}  // namespace
}  // namespace gatehouse::http
