#include <gtest/gtest.h>

#include "auth/crypto/signature.hpp"
#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

/// How many cases of the file were judged as it says; every other one is reported by its id.
int judge(const std::string& file, SignatureAlgorithm algorithm) {
  int judged = 0;
  for_each_case(file, [&](const boost::json::value& group, const boost::json::value& test) {
    const auto key = PublicKey::from_pem(algorithm, text_of(group, "publicKeyPem"));
    const bool accepted = key && key->verify(unhex(test, "msg"), unhex(test, "sig"));
    if (is_valid(test)) {
      EXPECT_TRUE(accepted) << case_name(test);
    }
    if (is_invalid(test)) {
      EXPECT_FALSE(accepted) << case_name(test);
    }
    ++judged;
  });
  return judged;
}

TEST(WycheproofSignature, t39_es256_agrees_with_every_case) {
  EXPECT_EQ(judge("ecdsa_secp256r1_sha256_p1363_test.json", SignatureAlgorithm::ES256), 262);
}

TEST(WycheproofSignature, t39_eddsa_agrees_with_every_case) {
  EXPECT_EQ(judge("ed25519_test.json", SignatureAlgorithm::EdDSA), 151);
}

TEST(WycheproofSignature, t39_rs256_agrees_with_every_case) {
  EXPECT_EQ(judge("rsa_signature_2048_sha256_test.json", SignatureAlgorithm::RS256), 259);
}

TEST(WycheproofSignature, rs256_makes_the_very_signatures_of_the_file) {
  int judged = 0;
  for_each_case(
      "rsa_pkcs1_2048_sig_gen_test.json", [&](const boost::json::value& group, const boost::json::value& test) {
        if (group.at("sha") != "SHA-256" || !is_valid(test)) return;
        const auto key =
            PrivateKey::from_pkcs8_der(SignatureAlgorithm::RS256, Secret<std::string>(unhex(group, "privateKeyPkcs8")));
        ASSERT_TRUE(key.has_value()) << case_name(test);
        EXPECT_EQ(key->sign(unhex(test, "msg")), unhex(test, "sig")) << case_name(test);
        ++judged;
      });
  EXPECT_GE(judged, 8);
}

}  // namespace
}  // namespace gatehouse::auth
