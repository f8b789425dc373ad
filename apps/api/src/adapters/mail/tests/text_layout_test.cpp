#include "adapters/mail/text_layout.hpp"

#include <gtest/gtest.h>

#include "adapters/mail/brand.hpp"

namespace gatehouse::adapters::mail {
namespace {

TEST(OneLine, makes_controls_spaces_and_drops_what_hides_or_turns_text) {
  EXPECT_EQ(one_line("a\r\nb\tc", 100), "a  b c");
  EXPECT_EQ(one_line("\x1b[31mred", 100), "[31mred");
  EXPECT_EQ(one_line("safe\xE2\x80\xAEgpj.exe", 100), "safegpj.exe");
  EXPECT_EQ(one_line("  \n ", 100), "");
}

TEST(OneLine, replaces_bytes_that_are_not_utf8) {
  EXPECT_EQ(one_line("a\xFF\xC0\xAF"
                     "b",
                     100),
            "a   b");
  EXPECT_EQ(one_line("\xED\xA0\x80x", 100), "x");
  EXPECT_EQ(one_line("Zoë 山", 100), "Zoë 山");
}

TEST(OneLine, ends_with_an_ellipsis_and_never_within_a_character) {
  EXPECT_EQ(one_line("abcdef", 3), "abc…");
  EXPECT_EQ(one_line("aë山", 3), "aë…");
}

TEST(ForPeople, reads_times_and_leaves_other_text) {
  EXPECT_EQ(for_people("2026-01-05T03:07:09.123456Z"), "5 January 2026, 03:07 UTC");
  EXPECT_EQ(for_people("soon"), "soon");
}

TEST(PlainName, takes_names_and_leaves_lures) {
  for (const char* name : {"Ada", "J. R. Hartley", "Dr. Who", "Ó Súilleabháin", "山田太郎"})
    EXPECT_TRUE(is_plain_name(name)) << name;
  for (const char* lure : {"", "evil.example", "http://x", "a@b", "<b>"}) EXPECT_FALSE(is_plain_name(lure)) << lure;
  EXPECT_FALSE(is_plain_name(std::string(65, 'a')));
}

TEST(Wrapped, breaks_between_words_and_never_an_address) {
  const std::string words = "word word word word word word word word word word word word word word word word word";
  const std::string text = wrapped(words + "\nhttps://example.com/" + std::string(100, 'x') + "\n-- \n");
  EXPECT_EQ(
      text,
      "word word word word word word word word word word word word word word word\nword word\nhttps://example.com/" +
          std::string(100, 'x') + "\n-- \n");
}

TEST(Wrapped, leaves_one_empty_line_between_paragraphs) { EXPECT_EQ(wrapped("a\n\n\n\nb\n"), "a\n\nb\n"); }

TEST(Palette, letters_on_the_accent_can_be_read_in_both_modes) {
  BrandSettings brand;
  EXPECT_EQ(make_palette(brand).on_accent, "#ffffff");
  brand.accent = "#ffe45c";
  EXPECT_EQ(make_palette(brand).on_accent, "#111418");
  EXPECT_EQ(make_palette(brand).accent_on_dark, "#ffe45c");
  brand.accent = "#101040";
  EXPECT_NE(make_palette(brand).accent_on_dark, "#101040");
}

TEST(Palette, a_colour_that_is_none_cannot_break_out_of_a_style) {
  BrandSettings brand;
  brand.accent = "red;}</style>";
  EXPECT_EQ(make_palette(brand).accent, "#1f5fbf");
}

}  // namespace
}  // namespace gatehouse::adapters::mail
