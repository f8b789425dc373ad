#include <gtest/gtest.h>

#include "foundation/time.hpp"

namespace gatehouse {

TEST(Time, writes_and_reads_rfc3339) {
  const Timestamp t = from_unix_micros(1'795'455'469'012'345);
  EXPECT_EQ(to_rfc3339(t), "2026-11-23T17:37:49.012345Z");
  EXPECT_EQ(from_rfc3339("2026-11-23T17:37:49.012345Z"), t);
  EXPECT_EQ(from_rfc3339("2026-11-23T18:37:49.012345+01:00"), t);
  EXPECT_EQ(from_rfc3339("2026-11-23t17:37:49.012345999z"), t);
}

TEST(Time, refuses_what_is_not_a_time) {
  for (const char* text : {"", "2026", "2026-02-30T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T17:37:49",
                           "2026-11-23T17:37:49.Z", "2026-11-23T17:37:49Zx", "2026-11-23T17:37:49+24:00"})
    EXPECT_FALSE(from_rfc3339(text)) << text;
}

TEST(Time, durations_are_written_as_in_the_configuration) {
  EXPECT_EQ(parse_duration("100ms"), std::chrono::milliseconds(100));
  EXPECT_EQ(parse_duration("90s"), std::chrono::seconds(90));
  EXPECT_EQ(parse_duration("15m"), std::chrono::minutes(15));
  EXPECT_EQ(parse_duration("30d"), std::chrono::days(30));
  EXPECT_EQ(format_duration(std::chrono::days(30)), "30d");
  EXPECT_EQ(format_duration(std::chrono::seconds(90)), "90s");
  EXPECT_EQ(format_duration(std::chrono::seconds(0)), "0s");
  EXPECT_EQ(format_duration(std::chrono::milliseconds(100)), "100ms");
  EXPECT_EQ(format_duration(std::chrono::milliseconds(3'000)), "3s");
  for (const char* text :
       {"", "s", "90", "-1s", "1.5h", "90 s", "9223372036854775807d", "ms", "1sm", "100msx", "3153600000001ms"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

}  // namespace gatehouse
