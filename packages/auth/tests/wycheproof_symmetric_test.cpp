#include <gtest/gtest.h>

#include "auth/crypto/aead.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/crypto/hkdf.hpp"
#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

TEST(WycheproofAead, opens_exactly_the_valid_cases_of_aes_256_gcm) {
  int judged = 0;
  for_each_case("aes_gcm_test.json", [&](const boost::json::value& group, const boost::json::value& test) {
    if (group.at("keySize") != 256 || group.at("ivSize") != 96) return;
    const Secret<std::string> key(unhex(test, "key"));
    const auto opened = aead_open(key, unhex(test, "iv") + unhex(test, "ct") + unhex(test, "tag"), unhex(test, "aad"));
    EXPECT_EQ(opened.has_value(), is_valid(test)) << case_name(test);
    if (opened) {
      EXPECT_EQ(opened->expose(), unhex(test, "msg")) << case_name(test);
    }
    ++judged;
  });
  EXPECT_GE(judged, 60);
}

template <class Mac>
int judge_mac(const std::string& file, Mac mac) {
  int judged = 0;
  for_each_case(file, [&](const boost::json::value& group, const boost::json::value& test) {
    const auto size = static_cast<std::size_t>(group.at("tagSize").as_int64()) / 8;
    const bool fits = mac(unhex(test, "key"), unhex(test, "msg")).substr(0, size) == unhex(test, "tag");
    EXPECT_EQ(fits, is_valid(test)) << case_name(test);
    ++judged;
  });
  return judged;
}

TEST(WycheproofHmac, sha1_agrees_with_every_case) { EXPECT_EQ(judge_mac("hmac_sha1_test.json", hmac_sha1), 170); }
TEST(WycheproofHmac, sha256_agrees_with_every_case) { EXPECT_EQ(judge_mac("hmac_sha256_test.json", hmac_sha256), 174); }

TEST(WycheproofHkdf, agrees_with_every_case) {
  int judged = 0;
  for_each_case("hkdf_sha256_test.json", [&](const boost::json::value&, const boost::json::value& test) {
    const auto size = static_cast<std::size_t>(test.at("size").as_int64());
    const auto derive = [&] { return hkdf_sha256(unhex(test, "ikm"), unhex(test, "salt"), unhex(test, "info"), size); };
    if (is_valid(test)) {
      EXPECT_EQ(derive().expose(), unhex(test, "okm")) << case_name(test);
    } else {
      EXPECT_THROW(derive(), std::invalid_argument) << case_name(test);
    }
    ++judged;
  });
  EXPECT_EQ(judged, 86);
}

TEST(Aead, seals_what_it_opens_and_never_twice_the_same) {
  const Secret<std::string> key = new_aead_key();
  const std::string one = aead_seal(key, "a seed", "row 7"), two = aead_seal(key, "a seed", "row 7");
  EXPECT_NE(one, two);
  EXPECT_EQ(one.size(), 6 + kAeadOverheadBytes);
  EXPECT_EQ(aead_open(key, one, "row 7")->expose(), "a seed");
  EXPECT_EQ(aead_open(key, aead_seal(key, "", ""), "")->expose(), "");
}

TEST(Aead, refuses_another_place_key_or_byte) {
  const Secret<std::string> key = new_aead_key();
  const std::string sealed = aead_seal(key, "a seed", "row 7");
  EXPECT_FALSE(aead_open(key, sealed, "row 8"));
  EXPECT_FALSE(aead_open(new_aead_key(), sealed, "row 7"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(aead_open(key, changed, "row 7")) << i;
    EXPECT_FALSE(aead_open(key, sealed.substr(0, i), "row 7")) << i;
  }
  EXPECT_THROW(aead_seal(Secret<std::string>("short"), "", ""), std::invalid_argument);
}

TEST(Digest, gives_the_known_values) {
  EXPECT_EQ(hex_encode(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_encode(sha512("abc")).substr(0, 32), "ddaf35a193617abacc417349ae204131");
}

}  // namespace
}  // namespace gatehouse::auth
