#include "observability/trace.hpp"

#include <gtest/gtest.h>

#include <set>

#include "observability/metrics.hpp"

namespace gatehouse::observability {
namespace {

constexpr std::string_view kValid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Trace, reads_a_traceparent) {
  const auto parent = parse_traceparent(kValid);
  ASSERT_TRUE(parent.has_value());
  EXPECT_EQ(parent->trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(parent->parent_id, "00f067aa0ba902b7");
  EXPECT_EQ(parent->flags, 1);
  EXPECT_TRUE(parse_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-later").has_value());
}

TEST(Trace, ignores_what_the_standard_says_to_ignore) {
  for (const auto* text : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
                           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
                           "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01x",
                           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
    EXPECT_FALSE(parse_traceparent(text).has_value()) << text;
}

TEST(Trace, continues_a_trace_with_a_span_of_its_own) {
  const auto next = next_traceparent(kValid);
  EXPECT_EQ(next.substr(0, 36), kValid.substr(0, 36));
  EXPECT_NE(next.substr(36, 16), kValid.substr(36, 16));
  EXPECT_TRUE(next.ends_with("-01"));
  EXPECT_TRUE(parse_traceparent(next_traceparent()).has_value());
  EXPECT_TRUE(parse_traceparent(next_traceparent("nonsense")).has_value());
  EXPECT_TRUE(next_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00").ends_with("-00"));
}

TEST(Trace, request_ids_are_unique) {
  std::set<std::string> ids;
  for (int i = 0; i < 10000; ++i) ids.insert(new_request_id());
  EXPECT_EQ(ids.size(), 10000u);
  for (const auto& id : ids) ASSERT_EQ(id.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"), id.npos);
}

TEST(Metrics, are_exposed_as_text) {
  Metrics metrics;
  auto counter = metrics.counter("gatehouse_test_total", "A count", {{"kind", "a"}});
  counter.add();
  metrics.counter("gatehouse_test_total", "A count", {{"kind", "a"}}).add(2);
  auto gauge = metrics.gauge("gatehouse_test_depth", "A depth");
  gauge.set(5);
  gauge.add(-1);
  metrics.histogram("gatehouse_test_seconds", "A time", {0.1, 1}).observe(0.5);
  int samples = 0;
  metrics.before_exposition([&] { ++samples; });
  const auto text = metrics.expose();
  EXPECT_NE(text.find("gatehouse_test_total{kind=\"a\"} 3"), text.npos);
  EXPECT_NE(text.find("gatehouse_test_depth 4"), text.npos);
  EXPECT_NE(text.find("gatehouse_test_seconds_bucket{le=\"1\"} 1"), text.npos);
  EXPECT_NE(text.find("# TYPE gatehouse_test_total counter"), text.npos);
  EXPECT_EQ(samples, 1);
}

}  // namespace
}  // namespace gatehouse::observability
