#include "adapters/bus/in_process/no_bus.hpp"

#include <gtest/gtest.h>

namespace gatehouse::adapters::bus {
namespace {

TEST(NoBus, reports_no_message_as_published) {
  NoBus bus;
  const auto fates = bus.publish({{"e1", "identity.user.signed_up", "{}"}, {"e2", "identity.user.signed_in", "{}"}});
  ASSERT_EQ(fates.size(), 2u);
  for (const auto& fate : fates) {
    ASSERT_FALSE(fate);
    EXPECT_EQ(fate.error().code, ErrorCode::dependency_unavailable);
  }
  EXPECT_TRUE(bus.check());
}

}  // namespace
}  // namespace gatehouse::adapters::bus
