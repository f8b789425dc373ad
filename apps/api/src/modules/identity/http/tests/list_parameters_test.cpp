#include "modules/identity/http/list_parameters.hpp"

#include <gtest/gtest.h>

namespace gatehouse::http {
namespace {

TEST(ListParameters, a_limit_is_1_to_200_and_50_when_left_out) {
  EXPECT_EQ(*read_limit(std::nullopt), 50);
  EXPECT_EQ(*read_limit(1), 1);
  EXPECT_EQ(*read_limit(200), 200);
  for (const std::int64_t wrong : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{201}, std::int64_t{1} << 40})
    EXPECT_FALSE(read_limit(wrong)) << wrong;
}

TEST(ListParameters, different_filters_never_make_the_same_scope) {
  const auto scope = [](const std::optional<std::string>& a, const std::optional<std::string>& b) {
    return list_scope("users", {a, b});
  };
  EXPECT_NE(scope("a", "b"), scope("a\n1:b", std::nullopt));
  EXPECT_NE(scope("", std::nullopt), scope(std::nullopt, ""));
  EXPECT_NE(scope("ab", ""), scope("a", "b"));
  EXPECT_EQ(scope("a", "b"), scope("a", "b"));
}

TEST(ListParameters, a_reason_is_printable_and_not_empty) {
  EXPECT_TRUE(check_reason(std::nullopt));
  EXPECT_TRUE(check_reason("ticket 4711"));
  EXPECT_FALSE(check_reason(""));
  EXPECT_FALSE(check_reason("two\nlines"));
  EXPECT_FALSE(check_reason(std::string(501, 'x')));
}

TEST(ListParameters, a_time_is_rfc_3339) {
  EXPECT_TRUE(read_time("from", std::nullopt));
  EXPECT_EQ((*read_time("from", "2026-11-23T12:00:00Z")).value(), from_unix_seconds(1'795'435'200));
  EXPECT_FALSE(read_time("from", "yesterday"));
}

}  // namespace
}  // namespace gatehouse::http
