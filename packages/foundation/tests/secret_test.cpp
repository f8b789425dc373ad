#include <gtest/gtest.h>

#include <concepts>
#include <functional>
#include <ostream>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"
#include "foundation/strong_id.hpp"

namespace gatehouse {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

TEST(Secret, can_neither_be_streamed_nor_compared) {
  static_assert(!Streamable<Secret<std::string>>);
  static_assert(!std::equality_comparable<Secret<std::string>>);
  EXPECT_EQ(Secret<std::string>("x").expose(), "x");
}

TEST(Secret, leaves_nothing_behind_when_moved_from) {
  Secret<std::string> from("a secret that is longer than the small buffer");
  const Secret<std::string> to = std::move(from);
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the point
  EXPECT_FALSE(to.empty());
}

TEST(StrongId, is_text_of_a_small_alphabet) {
  EXPECT_TRUE(is_id_text("0192f0c1-aaaa_Z"));
  for (const char* text : {"", "a b", "a/b", "é", "a\n"}) EXPECT_FALSE(is_id_text(text));
  EXPECT_FALSE(is_id_text(std::string(65, 'a')));
}

TEST(Result, carries_the_error_out_of_the_enclosing_function) {
  const auto half = [](int n) -> Result<int> {
    if (n % 2 != 0) return fail(ErrorCode::invalid_request, "odd");
    return n / 2;
  };
  const auto quarter = [&](int n) -> Result<int> {
    GH_TRY(const int h, half(n));
    return half(h);
  };
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().detail, "odd");
}

}  // namespace gatehouse
