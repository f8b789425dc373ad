#include "auth/encoding.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace gatehouse::auth {
namespace {

TEST(Encoding, gives_the_values_of_rfc_4648) {
  EXPECT_EQ(base64_encode("foob"), "Zm9vYg==");
  EXPECT_EQ(base64_encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  EXPECT_EQ(base32_encode("foobar"), "MZXW6YTBOI");
  EXPECT_EQ(hex_encode("\x01\xAB"), "01ab");
  EXPECT_EQ(base64url_encode(""), "");
}

TEST(Encoding, decodes_whatever_it_encodes) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    RC_ASSERT(base64_decode(base64_encode(bytes)) == bytes);
    RC_ASSERT(base64url_decode(base64url_encode(bytes)) == bytes);
    RC_ASSERT(base32_decode(base32_encode(bytes)) == bytes);
    RC_ASSERT(hex_decode(hex_encode(bytes)) == bytes);
  }));
}

TEST(Encoding, a_value_has_one_spelling_only) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    if (const auto bytes = base64url_decode(text)) RC_ASSERT(base64url_encode(*bytes) == text);
    if (const auto bytes = base64_decode(text)) RC_ASSERT(base64_encode(*bytes) == text);
    if (const auto bytes = base32_decode(text)) RC_ASSERT(base32_encode(*bytes) == text);
  }));
}

TEST(Encoding, base64url_refuses_padding_whitespace_unused_bits_and_the_other_alphabet) {
  for (const char* text : {"Zg==", "Zg=", "Z", "Zh", "Zm9=", "Zm 9", "Zg\n", "+_8", "-/8", "Zm9vY", "Z\xc3\xbc"})
    EXPECT_FALSE(base64url_decode(text)) << text;
  EXPECT_EQ(base64url_decode("Zg"), "f");
}

TEST(Encoding, base64_refuses_missing_and_misplaced_padding) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "=Zg=", "Zh==", "Zm9=", "====", "Zm9v====", "-_8=", "Zg==\n"})
    EXPECT_FALSE(base64_decode(text)) << text;
  EXPECT_EQ(base64_decode("Zg=="), "f");
}

TEST(Encoding, base32_and_hex_are_as_strict) {
  for (const char* text : {"mzxw6", "MZXW6YTBOI======", "M", "MZX", "M1", "MZ XW"})
    EXPECT_FALSE(base32_decode(text)) << text;
  for (const char* text : {"0", "0g", "0x10", " 00", "+1"}) EXPECT_FALSE(hex_decode(text)) << text;
  EXPECT_EQ(hex_decode("AbCd"), "\xab\xcd");
}

}  // namespace
}  // namespace gatehouse::auth
