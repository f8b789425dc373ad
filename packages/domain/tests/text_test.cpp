#include "domain/identity/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace gatehouse::domain {
namespace {

TEST(Text, counts_code_points_not_bytes) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("abc"), 3U);
  EXPECT_EQ(count_code_points("é€😀"), 3U);
}

TEST(Text, refuses_what_is_not_utf_8) {
  for (const std::string_view bad : {"\x80", "\xC0\xAF", "\xC2", "\xE2\x82", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                     "\xF5\x80\x80\x80", "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xFF", "a\xC3("}) {
    EXPECT_EQ(count_code_points(bad), std::nullopt);
    EXPECT_EQ(decode_utf8(bad), std::nullopt);
  }
}

TEST(Text, decodes_the_ends_of_each_length) {
  EXPECT_EQ(decode_utf8("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"),
            (std::u32string{0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF}));
}

TEST(Text, unprintable_are_controls_line_ends_and_marks_that_turn_the_reading_direction) {
  for (const char32_t c : {U'\0', U'\n', U'\x7F', U'\x85', U'\u2028', U'\u202E', U'\u2066', U'\uFEFF', U'\uFFFF'}) {
    EXPECT_TRUE(is_unprintable(c)) << static_cast<unsigned>(c);
  }
  for (const char32_t c : {U' ', U'a', U'é', U'\u200D', U'本', U'😀'})
    EXPECT_FALSE(is_unprintable(c)) << static_cast<unsigned>(c);
}

TEST(Text, splits_without_empty_parts) {
  const auto comma = [](char c) { return c == ','; };
  EXPECT_EQ(split(",a,,bc,", comma), (std::vector<std::string_view>{"a", "bc"}));
  EXPECT_TRUE(split("", comma).empty());
}

RC_GTEST_PROP(Text, any_bytes_either_decode_to_as_many_as_are_counted_or_do_neither, (const std::string& bytes)) {
  const auto points = decode_utf8(bytes);
  const auto count = count_code_points(bytes);
  RC_ASSERT(points.has_value() == count.has_value());
  if (points) RC_ASSERT(points->size() == *count);
}

}  // namespace
}  // namespace gatehouse::domain
