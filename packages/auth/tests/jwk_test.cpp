#include "auth/jwk.hpp"

#include <gtest/gtest.h>

#include "auth/strict_json.hpp"
#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

VerificationKey new_key(SignatureAlgorithm algorithm) {
  const PublicKey key = PrivateKey::generate(algorithm).public_key();
  return {jwk_thumbprint(key), key};
}

TEST(Jwk, the_thumbprint_is_the_one_of_rfc_7638) {
  const auto key = parse_jwk(
      boost::json::parse(
          R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})")
          .as_object());
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(key->kid, "2011-04-29");
  EXPECT_EQ(jwk_thumbprint(key->key), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(Jwk, the_ed25519_thumbprint_is_the_one_of_rfc_8037) {
  const auto key = PublicKey::from_ed25519(base64url_decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").value());
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(jwk_thumbprint(*key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

TEST(Jwk, reads_the_set_it_writes) {
  const KeySet keys{new_key(SignatureAlgorithm::EdDSA), new_key(SignatureAlgorithm::ES256),
                    new_key(SignatureAlgorithm::RS256)};
  const auto again = parse_jwk_set(jwk_set_to_json(keys));
  ASSERT_TRUE(again && again->size() == 3);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ((*again)[i].kid, keys[i].kid);
    EXPECT_EQ((*again)[i].key.algorithm(), keys[i].key.algorithm());
    EXPECT_EQ(jwk_thumbprint((*again)[i].key), keys[i].kid);
  }
  EXPECT_EQ(parse_jwk_set(R"({"keys":[]})")->size(), 0u);
}

TEST(Jwk, publishes_no_private_member) {
  for (const auto algorithm : {SignatureAlgorithm::EdDSA, SignatureAlgorithm::ES256, SignatureAlgorithm::RS256}) {
    const boost::json::object jwk = to_jwk(new_key(algorithm));
    for (const char* name : {"d", "p", "q", "dp", "dq", "qi", "k"}) EXPECT_FALSE(jwk.contains(name)) << name;
    EXPECT_EQ(jwk.at("use"), "sig");
  }
}

TEST(Jwk, leaves_out_what_is_not_for_verifying) {
  const boost::json::object good = to_jwk(new_key(SignatureAlgorithm::ES256));
  const auto with = [&](std::string_view name, boost::json::value value) {
    boost::json::object changed = good;
    changed[name] = std::move(value);
    return parse_jwk(changed).has_value();
  };
  EXPECT_TRUE(parse_jwk(good));
  EXPECT_TRUE(with("key_ops", boost::json::array{"verify"}));
  EXPECT_FALSE(with("key_ops", boost::json::array{"encrypt"}));
  EXPECT_FALSE(with("key_ops", "verify"));
  EXPECT_FALSE(with("use", "enc"));
  EXPECT_FALSE(with("use", 1));
  EXPECT_FALSE(with("alg", "HS256"));
  EXPECT_FALSE(with("alg", "RS256"));
  EXPECT_FALSE(with("alg", 256));
  EXPECT_FALSE(with("kty", "oct"));
  EXPECT_FALSE(with("crv", "P-384"));
  EXPECT_FALSE(with("d", "AAAA"));
  EXPECT_FALSE(with("k", "AAAA"));
  EXPECT_FALSE(with("x", "AAAA"));
  EXPECT_FALSE(with("x", nullptr));
  EXPECT_FALSE(with("kid", boost::json::string(257, 'k')));
}

TEST(Jwk, refuses_a_set_with_two_keys_of_one_kid_or_of_another_shape) {
  const VerificationKey key = new_key(SignatureAlgorithm::EdDSA);
  EXPECT_FALSE(parse_jwk_set(jwk_set_to_json(KeySet{key, key})));
  for (const char* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[],"keys":[]})", "{\"keys\":[]} x"})
    EXPECT_FALSE(parse_jwk_set(text)) << text;
  EXPECT_FALSE(parse_jwk_set(R"({"keys":[],"pad":")" + std::string(256 * 1024, 'x') + "\"}"));
}

TEST(StrictJson, refuses_duplicate_names_at_any_depth) {
  EXPECT_TRUE(parse_strict_object(R"({"a":{"b":1},"b":{"b":1},"c":[{"a":1},{"a":2}]})"));
  EXPECT_FALSE(parse_strict_object(R"({"a":1,"a":1})"));
  EXPECT_FALSE(parse_strict_object(R"({"a":[{"b":1,"c":2,"b":3}]})"));
  EXPECT_FALSE(parse_strict_object(R"({"a":1,"\u0061":2})"));
}

TEST(StrictJson, refuses_what_is_not_one_shallow_object_in_utf_8) {
  for (const char* text : {"", "1", "null", "[1]", "{", "{}{}", "{} x", "{\"a\":01}", "{'a':1}", "{\"a\":1,}",
                           "{\"a\":\"\xff\"}", "{\"a\":\"\xed\xa0\x80\"}", "\xef\xbb\xbf{}", "{\"a\":NaN}"})
    EXPECT_FALSE(parse_strict_object(text)) << text;
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "{\"a\":";
    return text + "1" + std::string(static_cast<std::size_t>(depth), '}');
  };
  EXPECT_TRUE(parse_strict_object(nested(16)));
  EXPECT_FALSE(parse_strict_object(nested(17)));
  EXPECT_FALSE(parse_strict_object(nested(100'000)));
}

}  // namespace
}  // namespace gatehouse::auth
