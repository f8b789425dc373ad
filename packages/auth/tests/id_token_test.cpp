#include "auth/id_token.hpp"

#include <gtest/gtest.h>

#include "auth/crypto/digest.hpp"
#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

using boost::json::object;
using boost::json::value;

const PrivateKey& provider_key() {
  static const PrivateKey key = PrivateKey::generate(SignatureAlgorithm::RS256);
  return key;
}
KeySet provider_keys() { return {{"k1", provider_key().public_key()}}; }

object good_claims() {
  const std::int64_t now = to_unix_seconds(kNow);
  return {{"iss", "https://accounts.example"},
          {"sub", "1234"},
          {"aud", "our-client"},
          {"exp", now + 3'600},
          {"iat", now - 5},
          {"nonce", "n1"},
          {"email", "ann@example.com"},
          {"email_verified", true},
          {"name", "Ann"}};
}

IdTokenExpectations expectations() {
  IdTokenExpectations expected;
  expected.issuers = {"https://accounts.example", "accounts.example"};
  expected.audiences = {"our-client", "our-app"};
  expected.nonce = "n1";
  return expected;
}

Result<IdToken> verify(const object& claims, const IdTokenExpectations& expected = expectations(),
                       std::string_view typ = "JWT") {
  return verify_id_token(jwt_sign(provider_key(), "k1", typ, claims), provider_keys(), expected, kNow);
}

object with(std::string_view name, value changed) {
  object claims = good_claims();
  claims[name] = std::move(changed);
  return claims;
}
object without(std::string_view name) {
  object claims = good_claims();
  claims.erase(name);
  return claims;
}

TEST(IdToken, gives_what_the_provider_said) {
  const auto token = verify(good_claims());
  ASSERT_TRUE(token.has_value()) << token.error().cause;
  EXPECT_EQ(token->subject, "1234");
  EXPECT_EQ(token->email, "ann@example.com");
  EXPECT_TRUE(token->email_verified);
  EXPECT_EQ(token->name, "Ann");
  EXPECT_EQ(token->issuer, "https://accounts.example");
}

TEST(IdToken, takes_both_spellings_of_an_issuer_and_a_header_without_typ) {
  EXPECT_TRUE(verify(with("iss", "accounts.example")));
  EXPECT_TRUE(verify(good_claims(), expectations(), ""));
  EXPECT_FALSE(verify(good_claims(), expectations(), "at+jwt"));
}

TEST(IdToken, t07_refuses_another_issuer_audience_party_or_time) {
  const std::int64_t now = to_unix_seconds(kNow);
  for (const object& claims :
       {with("iss", "https://evil.example"), with("aud", "other"), with("aud", boost::json::array{"other"}),
        with("aud", boost::json::array{"our-client", "other"}),
        with("aud", boost::json::array{"our-client", "our-app"}), with("azp", "other"), with("azp", 1),
        with("exp", now - 61), with("iat", now + 61), with("nbf", now + 61), with("sub", ""),
        with("sub", boost::json::string(256, 's')), with("sub", 1), without("sub"), without("exp")}) {
    const auto token = verify(claims);
    ASSERT_FALSE(token.has_value()) << boost::json::serialize(claims);
    EXPECT_EQ(token.error().code, ErrorCode::invalid_provider_token);
  }
}

TEST(IdToken, t07_refuses_another_key_and_hs256_with_the_public_key) {
  const PrivateKey other = PrivateKey::generate(SignatureAlgorithm::RS256);
  EXPECT_FALSE(verify_id_token(jwt_sign(other, "k1", "JWT", good_claims()), provider_keys(), expectations(), kNow));
  EXPECT_FALSE(
      verify_id_token(jwt_sign(provider_key(), "k2", "JWT", good_claims()), provider_keys(), expectations(), kNow));
  const std::string input =
      base64url_encode(R"({"alg":"HS256","kid":"k1"})") + '.' + base64url_encode(boost::json::serialize(good_claims()));
  const std::string forged = input + '.' + base64url_encode(hmac_sha256(provider_key().public_key().to_pem(), input));
  EXPECT_FALSE(verify_id_token(forged, provider_keys(), expectations(), kNow));
}

TEST(IdToken, takes_several_audiences_of_ours_with_our_party) {
  object claims = with("aud", boost::json::array{"our-client", "our-app"});
  claims["azp"] = "our-app";
  EXPECT_TRUE(verify(claims));
}

TEST(IdToken, t06_wants_the_nonce) {
  EXPECT_FALSE(verify(with("nonce", "n2")));
  EXPECT_FALSE(verify(with("nonce", 1)));
  EXPECT_FALSE(verify(without("nonce")));
  IdTokenExpectations no_nonce = expectations();
  no_nonce.nonce.reset();
  EXPECT_TRUE(verify(without("nonce"), no_nonce));
}

TEST(IdToken, takes_a_hashed_nonce_only_where_allowed) {
  IdTokenExpectations native = expectations();
  native.nonce_may_be_hashed = true;
  const std::string hex = hex_encode(sha256("n1")), url = base64url_encode(sha256("n1"));
  EXPECT_TRUE(verify(with("nonce", value(hex.c_str())), native));
  EXPECT_TRUE(verify(with("nonce", value(url.c_str())), native));
  EXPECT_TRUE(verify(good_claims(), native));
  EXPECT_FALSE(verify(with("nonce", value(hex.c_str()))));
}

TEST(IdToken, t01_believes_a_verified_address_only_when_told_so_in_so_many_words) {
  for (const value& said : {value(false), value("true"), value("1"), value(1), value(nullptr), value(object{})}) {
    const auto token = verify(with("email_verified", said));
    ASSERT_TRUE(token.has_value());
    EXPECT_FALSE(token->email_verified) << boost::json::serialize(said);
  }
  EXPECT_FALSE(verify(without("email_verified"))->email_verified);
  EXPECT_FALSE(verify(without("email"))->email_verified);
  IdTokenExpectations apple = expectations();
  apple.email_verified_may_be_text = true;
  EXPECT_TRUE(verify(with("email_verified", "true"), apple)->email_verified);
  EXPECT_FALSE(verify(with("email_verified", "false"), apple)->email_verified);
  EXPECT_FALSE(verify(with("email_verified", 1), apple)->email_verified);
}

TEST(IdToken, compares_the_access_token_when_both_are_there) {
  IdTokenExpectations expected = expectations();
  expected.access_token = "at";
  const std::string half = base64url_encode(sha256("at").substr(0, 16));
  EXPECT_TRUE(verify(with("at_hash", value(half.c_str())), expected));
  EXPECT_FALSE(verify(with("at_hash", "AAAA"), expected));
  EXPECT_FALSE(verify(with("at_hash", 1), expected));
  EXPECT_TRUE(verify(good_claims(), expected));
}

TEST(IdToken, wants_a_recent_issue_and_login_where_limits_are_set) {
  IdTokenExpectations expected = expectations();
  expected.leeway = std::chrono::seconds(0);
  expected.max_age = std::chrono::minutes(10);
  const std::int64_t now = to_unix_seconds(kNow);
  EXPECT_TRUE(verify(with("iat", now - 600), expected));
  EXPECT_FALSE(verify(with("iat", now - 601), expected));
  EXPECT_FALSE(verify(without("iat"), expected));
  expected.max_auth_age = std::chrono::minutes(5);
  EXPECT_FALSE(verify(good_claims(), expected));
  EXPECT_FALSE(verify(with("auth_time", now - 301), expected));
  EXPECT_FALSE(verify(with("auth_time", now + 1), expected));
  EXPECT_FALSE(verify(with("auth_time", "now"), expected));
  const auto fresh = verify(with("auth_time", now - 300), expected);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_EQ(fresh->auth_time, kNow - std::chrono::minutes(5));
}

TEST(IdToken, refuses_everything_where_no_audience_is_configured) {
  IdTokenExpectations nobody = expectations();
  nobody.audiences.clear();
  EXPECT_FALSE(verify(good_claims(), nobody));
}

}  // namespace
}  // namespace gatehouse::auth
