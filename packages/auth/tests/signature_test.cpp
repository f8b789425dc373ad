#include "auth/crypto/signature.hpp"

#include <gtest/gtest.h>

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/random.hpp"
#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

class EverySignature : public testing::TestWithParam<SignatureAlgorithm> {};

TEST_P(EverySignature, verifies_what_it_signed_and_nothing_else) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  const std::string signature = key.sign("message");
  EXPECT_TRUE(key.public_key().verify("message", signature));
  EXPECT_FALSE(key.public_key().verify("massage", signature));
  EXPECT_FALSE(key.public_key().verify("message", signature + '\0'));
  EXPECT_FALSE(key.public_key().verify("message", ""));
  EXPECT_FALSE(PrivateKey::generate(GetParam()).public_key().verify("message", signature));
}

TEST_P(EverySignature, survives_export_and_import) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  const auto again = PrivateKey::from_pkcs8_der(GetParam(), key.to_pkcs8_der());
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(key.public_key().verify("message", again->sign("message")));
  const auto by_pem = PublicKey::from_pem(GetParam(), key.public_key().to_pem());
  const auto by_parts = PublicKey::from_parts(GetParam(), key.public_key().parts());
  ASSERT_TRUE(by_pem && by_parts);
  EXPECT_TRUE(by_pem->verify("message", key.sign("message")));
  EXPECT_TRUE(by_parts->verify("message", key.sign("message")));
}

TEST_P(EverySignature, refuses_a_key_of_another_algorithm_and_broken_documents) {
  const PrivateKey key = PrivateKey::generate(GetParam());
  for (const auto other : {SignatureAlgorithm::EdDSA, SignatureAlgorithm::ES256, SignatureAlgorithm::RS256}) {
    if (other == GetParam()) continue;
    EXPECT_FALSE(PrivateKey::from_pkcs8_der(other, key.to_pkcs8_der()));
    EXPECT_FALSE(PublicKey::from_pem(other, key.public_key().to_pem()));
    EXPECT_FALSE(PublicKey::from_parts(other, key.public_key().parts()));
  }
  const std::string der = key.to_pkcs8_der().expose();
  for (const std::string& broken : {der + '\0', der.substr(1), der.substr(0, der.size() - 1), std::string()})
    EXPECT_FALSE(PrivateKey::from_pkcs8_der(GetParam(), Secret<std::string>(broken)));
}

TEST_P(EverySignature, has_the_name_of_jose) { EXPECT_EQ(signature_algorithm_from(to_string(GetParam())), GetParam()); }

INSTANTIATE_TEST_SUITE_P(Signature, EverySignature,
                         testing::Values(SignatureAlgorithm::EdDSA, SignatureAlgorithm::ES256,
                                         SignatureAlgorithm::RS256),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(Signature, t38_knows_no_other_algorithm) {
  for (const char* name : {"none", "None", "nOnE", "", "HS256", "eddsa", "es256", "ES384", "RS512", "PS256"})
    EXPECT_FALSE(signature_algorithm_from(name)) << name;
}

TEST(Signature, t39_es256_takes_64_bytes_within_range_alone) {
  const PrivateKey key = PrivateKey::generate(SignatureAlgorithm::ES256);
  const std::string good = key.sign("message");
  ASSERT_EQ(good.size(), 64u);
  const std::string zero(32, '\0'), most(32, '\xff');
  const std::string order = unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  for (const std::string& scalar : {zero, order, most}) {
    EXPECT_FALSE(key.public_key().verify("message", scalar + good.substr(32)));
    EXPECT_FALSE(key.public_key().verify("message", good.substr(0, 32) + scalar));
    EXPECT_FALSE(key.public_key().verify("message", scalar + scalar));
  }
  for (const std::size_t size : {0, 1, 63, 65, 128, 16'384, 21'830})
    EXPECT_FALSE(key.public_key().verify("message", random_bytes(size))) << size;
  EXPECT_FALSE(
      key.public_key().verify("message", "\x30\x44\x02\x20" + good.substr(0, 32) + "\x02\x20" + good.substr(32)));
  EXPECT_TRUE(key.public_key().verify("message", good));
}

TEST(Signature, refuses_points_off_the_curve_and_weak_rsa_keys) {
  PublicKeyParts point = PrivateKey::generate(SignatureAlgorithm::ES256).public_key().parts();
  point.y[31] = static_cast<char>(point.y[31] ^ 1);
  EXPECT_FALSE(PublicKey::from_parts(SignatureAlgorithm::ES256, point));
  EXPECT_FALSE(PublicKey::from_parts(SignatureAlgorithm::ES256, {.x = point.x}));
  EXPECT_FALSE(PublicKey::from_ed25519(std::string(32, '\0')));
  EXPECT_FALSE(PublicKey::from_ed25519("short"));
  const PublicKeyParts rsa = PrivateKey::generate(SignatureAlgorithm::RS256).public_key().parts();
  EXPECT_FALSE(PublicKey::from_parts(SignatureAlgorithm::RS256, {.n = rsa.n, .e = "\x01"}));
  EXPECT_FALSE(PublicKey::from_parts(SignatureAlgorithm::RS256, {.n = rsa.n, .e = "\x02"}));
  EXPECT_FALSE(PublicKey::from_parts(SignatureAlgorithm::RS256, {.n = rsa.n.substr(128), .e = rsa.e}));
  EXPECT_FALSE(PublicKey::from_parts(SignatureAlgorithm::RS256, {.n = rsa.n}));
  EXPECT_FALSE(PublicKey::from_parts(SignatureAlgorithm::RS256, {.n = std::string(1'025, '\xff'), .e = rsa.e}));
}

TEST(Signature, a_leading_zero_of_the_modulus_changes_nothing) {
  const PublicKey key = PrivateKey::generate(SignatureAlgorithm::RS256).public_key();
  const auto same = PublicKey::from_parts(SignatureAlgorithm::RS256, {.n = '\0' + key.parts().n, .e = key.parts().e});
  ASSERT_TRUE(same.has_value());
  EXPECT_EQ(same->parts().n, key.parts().n);
}

TEST(ConstantTime, compares_length_and_bytes) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("same", "same"));
  EXPECT_FALSE(equal_in_constant_time("same", "sane"));
  EXPECT_FALSE(equal_in_constant_time("same", "same "));
}

TEST(Random, does_not_repeat_itself) {
  EXPECT_NE(random_bytes(16), random_bytes(16));
  EXPECT_EQ(random_token().size(), 43u);
  std::array<unsigned char, 32> bytes{};
  random_bytes(bytes);
  EXPECT_NE(bytes, (std::array<unsigned char, 32>{}));
}

}  // namespace
}  // namespace gatehouse::auth
