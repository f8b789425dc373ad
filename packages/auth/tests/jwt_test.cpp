#include "auth/jwt.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "auth/crypto/digest.hpp"
#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

using boost::json::object;
using boost::json::value;

constexpr char kIssuer[] = "https://id.example.com";

struct Signer {
  PrivateKey key;
  std::string kid;
  explicit Signer(SignatureAlgorithm algorithm)
      : key(PrivateKey::generate(algorithm)), kid(jwk_thumbprint(key.public_key())) {}
  KeySet keys() const { return {{kid, key.public_key()}}; }
};

const Signer& eddsa() {
  static const Signer signer(SignatureAlgorithm::EdDSA);
  return signer;
}

object good_claims() {
  const std::int64_t now = to_unix_seconds(kNow);
  return {{"iss", kIssuer}, {"sub", "u1"}, {"aud", "platform"}, {"exp", now + 300},
          {"iat", now},     {"nbf", now},  {"jti", "t1"},       {"roles", {"user"}}};
}

object with(object claims, std::string_view name, value changed) {
  claims[name] = std::move(changed);
  return claims;
}
object without(object claims, std::string_view name) {
  claims.erase(name);
  return claims;
}

JwtExpectations expectations() { return {.issuers = {kIssuer}, .audiences = {"platform"}}; }

Result<Claims> verify(std::string_view token, Timestamp now = kNow) {
  return verify_jwt(token, eddsa().keys(), expectations(), now);
}
bool accepts_claims(const object& claims, Timestamp now = kNow) {
  return verify(jwt_sign(eddsa().key, eddsa().kid, kAccessTokenType, claims), now).has_value();
}

/// A token with exactly this header text, signed by the right key.
std::string token_with_header(const std::string& header) {
  const std::string input = base64url_encode(header) + '.' + base64url_encode(boost::json::serialize(good_claims()));
  return input + '.' + base64url_encode(eddsa().key.sign(input));
}
bool accepts_header(const std::string& header) { return verify(token_with_header(header)).has_value(); }
std::string header_with(const std::string& more) {
  return R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + eddsa().kid + '"' + more + '}';
}

TEST(Jwt, verifies_what_each_algorithm_signed) {
  for (const auto algorithm : {SignatureAlgorithm::EdDSA, SignatureAlgorithm::ES256, SignatureAlgorithm::RS256}) {
    const Signer signer(algorithm);
    const std::string token = jwt_sign(signer.key, signer.kid, kAccessTokenType, good_claims());
    const auto claims = verify_jwt(token, signer.keys(), expectations(), kNow);
    ASSERT_TRUE(claims.has_value()) << to_string(algorithm);
    EXPECT_EQ(claims->kid, signer.kid);
    EXPECT_EQ(claims->subject, "u1");
    EXPECT_EQ(claims->audience, std::vector<std::string>{"platform"});
    EXPECT_EQ(claims->expires_at, kNow + std::chrono::minutes(5));
    EXPECT_EQ(claims->text("jti"), "t1");
    EXPECT_EQ(claims->text("roles"), std::nullopt);
    EXPECT_EQ(unverified_kid(token), signer.kid);
  }
}

TEST(Jwt, can_be_signed_elsewhere) {
  const std::string input =
      jwt_signing_input({SignatureAlgorithm::EdDSA, eddsa().kid, std::string(kAccessTokenType)}, good_claims());
  EXPECT_TRUE(verify(jws_assemble(input, eddsa().key.sign(input))));
}

TEST(Jwt, refuses_with_the_code_that_was_asked_for) {
  JwtExpectations other = expectations();
  other.refusal = ErrorCode::invalid_provider_token;
  EXPECT_EQ(verify_jwt("x", eddsa().keys(), other, kNow).error().code, ErrorCode::invalid_provider_token);
  EXPECT_EQ(verify("x").error().code, ErrorCode::no_session);
}

TEST(Jwt, t38_takes_no_other_alg_in_the_header) {
  const std::string rest = R"(,"typ":"at+jwt","kid":")" + eddsa().kid + "\"}";
  EXPECT_TRUE(accepts_header(R"({"alg":"EdDSA")" + rest));
  for (const char* alg : {R"("none")", R"("None")", R"("nOnE")", R"("")", "0", "null", "[\"EdDSA\"]", R"("ES256")",
                          R"("RS256")", R"("HS256")", R"("eddsa")", R"("Ed25519")"})
    EXPECT_FALSE(accepts_header(std::string(R"({"alg":)") + alg + rest)) << alg;
  EXPECT_FALSE(accepts_header("{" + rest.substr(1)));
}

TEST(Jwt, t38_takes_no_token_without_a_signature) {
  const std::string input = base64url_encode(R"({"alg":"none","typ":"at+jwt"})") + '.' +
                            base64url_encode(boost::json::serialize(good_claims()));
  EXPECT_FALSE(verify(input + '.'));
  EXPECT_FALSE(verify(input));
}

TEST(Jwt, t38_never_uses_a_public_key_as_an_hmac_secret) {
  for (const auto algorithm : {SignatureAlgorithm::EdDSA, SignatureAlgorithm::ES256, SignatureAlgorithm::RS256}) {
    const Signer signer(algorithm);
    const std::string input = base64url_encode(R"({"alg":"HS256","typ":"at+jwt","kid":")" + signer.kid + "\"}") + '.' +
                              base64url_encode(boost::json::serialize(good_claims()));
    const std::string jwk = boost::json::serialize(to_jwk(signer.keys().front()));
    for (const std::string& secret : {signer.key.public_key().to_pem(), jwk, signer.key.public_key().parts().x,
                                      signer.key.public_key().parts().n, std::string()}) {
      const std::string token = input + '.' + base64url_encode(hmac_sha256(secret, input));
      EXPECT_FALSE(verify_jwt(token, signer.keys(), expectations(), kNow));
    }
  }
}

TEST(Jwt, t38_swaps_no_algorithms_between_keys) {
  const Signer es256(SignatureAlgorithm::ES256);
  KeySet both = eddsa().keys();
  both.push_back(es256.keys().front());
  const std::string claims = boost::json::serialize(good_claims());
  const auto crossed = [&](const Signer& by, std::string_view alg, const std::string& kid) {
    const std::string input =
        base64url_encode("{\"alg\":\"" + std::string(alg) + R"(","typ":"at+jwt","kid":")" + kid + "\"}") + '.' +
        base64url_encode(claims);
    return verify_jwt(input + '.' + base64url_encode(by.key.sign(input)), both, expectations(), kNow).has_value();
  };
  EXPECT_TRUE(crossed(es256, "ES256", es256.kid));
  EXPECT_FALSE(crossed(es256, "ES256", eddsa().kid));
  EXPECT_FALSE(crossed(es256, "EdDSA", es256.kid));
  EXPECT_FALSE(crossed(eddsa(), "EdDSA", es256.kid));
}

TEST(Jwt, t38_looks_kid_up_and_does_nothing_else_with_it) {
  for (const std::string& kid : {std::string("../../etc/passwd"), std::string("' OR 1=1 --"), std::string(10'240, 'k'),
                                 std::string("https://evil.example/jwks"), std::string()})
    EXPECT_FALSE(accepts_header(R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + kid + "\"}")) << kid;
  EXPECT_FALSE(accepts_header(R"({"alg":"EdDSA","typ":"at+jwt","kid":1})"));
}

TEST(Jwt, takes_a_token_without_kid_only_from_a_set_of_one) {
  const std::string token = token_with_header(R"({"alg":"EdDSA","typ":"at+jwt"})");
  EXPECT_TRUE(verify(token));
  KeySet two = eddsa().keys();
  two.push_back(Signer(SignatureAlgorithm::EdDSA).keys().front());
  EXPECT_FALSE(verify_jwt(token, two, expectations(), kNow));
  EXPECT_FALSE(verify_jwt(token, {}, expectations(), kNow));
}

TEST(Jwt, t38_takes_no_key_and_no_extension_from_the_header) {
  EXPECT_TRUE(accepts_header(header_with("")));
  EXPECT_TRUE(accepts_header(header_with(R"(,"x5t":"AAAA")")));
  for (const char* more : {R"(,"jwk":{"kty":"OKP"})", R"(,"jku":"https://evil.example")",
                           R"(,"x5u":"https://e.example")", R"(,"x5c":["AAAA"])", R"(,"crit":["exp"],"exp":1)",
                           R"(,"crit":[])", R"(,"b64":false)", R"(,"b64":false,"crit":["b64"])", R"(,"zip":"DEF")"})
    EXPECT_FALSE(accepts_header(header_with(more))) << more;
}

TEST(Jwt, t38_takes_no_duplicate_members) {
  EXPECT_FALSE(accepts_header(header_with(R"(,"alg":"EdDSA")")));
  EXPECT_FALSE(accepts_header(header_with(R"(,"kid":"x")")));
  const std::string input = base64url_encode(header_with("")) + '.' + base64url_encode(R"({"sub":"a","sub":"b"})");
  EXPECT_FALSE(verify(input + '.' + base64url_encode(eddsa().key.sign(input))));
}

TEST(Jwt, t38_takes_the_compact_form_alone) {
  const std::string token = jwt_sign(eddsa().key, eddsa().kid, kAccessTokenType, good_claims());
  const std::size_t first = token.find('.'), second = token.rfind('.');
  const std::string json = boost::json::serialize(object{{"protected", token.substr(0, first)},
                                                         {"payload", token.substr(first + 1, second - first - 1)},
                                                         {"signature", token.substr(second + 1)}});
  for (const std::string& other :
       {json, token + '.', '.' + token, token + ".AAAA", std::string("a.b.c.d.e"), token.substr(0, second), ' ' + token,
        token + '\n', token + '=', std::string(), std::string("..")})
    EXPECT_FALSE(verify(other)) << other;
}

TEST(Jwt, fails_at_every_altered_character) {
  const std::string token = jwt_sign(eddsa().key, eddsa().kid, kAccessTokenType, good_claims());
  ASSERT_TRUE(verify(token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify(changed)) << i;
    EXPECT_FALSE(verify(token.substr(0, i))) << i;
  }
}

TEST(Jwt, t40_refuses_giants_at_once) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(verify(std::string(1'000'000, '.')));
  EXPECT_FALSE(verify(std::string(1024 * 1024, 'A')));
  EXPECT_FALSE(verify(std::string(500'000, 'A') + '.' + std::string(500'000, 'A') + ".A"));
  EXPECT_FALSE(accepts_header(R"({"alg":"PBES2-HS256+A128KW","p2c":2147483648,"zip":"DEF"})"));
  EXPECT_FALSE(accepts_header(header_with(R"(,"pad":")" + std::string(kMaxJwsBytes, 'x') + '"')));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(100));
}

TEST(Jwt, t41_keeps_to_the_edges_of_its_times) {
  const std::int64_t now = to_unix_seconds(kNow);
  EXPECT_TRUE(accepts_claims(with(good_claims(), "exp", now + 1)));
  EXPECT_FALSE(accepts_claims(with(good_claims(), "exp", now)));
  EXPECT_FALSE(accepts_claims(with(good_claims(), "exp", now - 1)));
  EXPECT_TRUE(accepts_claims(without(without(with(good_claims(), "exp", now), "nbf"), "iat"),
                             kNow - std::chrono::microseconds(1)));
  EXPECT_TRUE(accepts_claims(with(good_claims(), "nbf", now)));
  EXPECT_FALSE(accepts_claims(with(good_claims(), "nbf", now + 1)));
  EXPECT_FALSE(accepts_claims(with(good_claims(), "iat", now + 1)));
  EXPECT_TRUE(accepts_claims(without(without(good_claims(), "nbf"), "iat")));
}

TEST(Jwt, t41_allows_the_configured_skew_and_no_more) {
  JwtExpectations skewed = expectations();
  skewed.leeway = std::chrono::seconds(60);
  const std::int64_t now = to_unix_seconds(kNow);
  const auto accepts = [&](std::string_view name, std::int64_t time) {
    const std::string token = jwt_sign(eddsa().key, eddsa().kid, kAccessTokenType, with(good_claims(), name, time));
    return verify_jwt(token, eddsa().keys(), skewed, kNow).has_value();
  };
  EXPECT_TRUE(accepts("exp", now - 59));
  EXPECT_FALSE(accepts("exp", now - 60));
  EXPECT_TRUE(accepts("nbf", now + 60));
  EXPECT_FALSE(accepts("nbf", now + 61));
  EXPECT_TRUE(accepts("iat", now + 60));
  EXPECT_FALSE(accepts("iat", now + 61));
}

TEST(Jwt, t41_takes_whole_numbers_as_dates_and_needs_exp) {
  const std::int64_t now = to_unix_seconds(kNow);
  for (const char* name : {"exp", "nbf", "iat"}) {
    for (const value& date : {value(static_cast<double>(now + 100)), value(std::to_string(now + 100)), value(nullptr),
                              value(true), value(-1), value(9.3e18), value(std::uint64_t{1} << 63), value(object{}),
                              value(std::int64_t{253'402'300'800})})
      EXPECT_FALSE(accepts_claims(with(good_claims(), name, date))) << name << ' ' << boost::json::serialize(date);
  }
  EXPECT_TRUE(accepts_claims(with(good_claims(), "exp", std::int64_t{253'402'300'799})));
  EXPECT_FALSE(accepts_claims(without(good_claims(), "exp")));
}

TEST(Jwt, t41_wants_its_own_issuer_to_the_character) {
  for (const value& issuer :
       {value("https://id.example.com/"), value("http://id.example.com"), value("HTTPS://id.example.com"), value(""),
        value(nullptr), value(boost::json::array{kIssuer})})
    EXPECT_FALSE(accepts_claims(with(good_claims(), "iss", issuer)));
  EXPECT_FALSE(accepts_claims(without(good_claims(), "iss")));
  EXPECT_FALSE(accepts_claims(without(good_claims(), "sub")));
  EXPECT_FALSE(accepts_claims(with(good_claims(), "sub", 7)));
}

TEST(Jwt, t41_wants_its_own_audience_as_text_or_in_a_list) {
  EXPECT_TRUE(accepts_claims(with(good_claims(), "aud", boost::json::array{"other", "platform"})));
  for (const value& audience : {value("other"), value("Platform"), value(boost::json::array{}), value(nullptr),
                                value(1), value(boost::json::array{"platform", 1}), value(object{{"platform", 1}})})
    EXPECT_FALSE(accepts_claims(with(good_claims(), "aud", audience)));
  EXPECT_FALSE(accepts_claims(without(good_claims(), "aud")));
}

TEST(Jwt, t41_takes_no_other_type) {
  const auto accepts = [](std::string_view typ) {
    return verify(jwt_sign(eddsa().key, eddsa().kid, typ, good_claims())).has_value();
  };
  for (const char* typ : {"at+jwt", "AT+JWT", "application/at+jwt"}) EXPECT_TRUE(accepts(typ)) << typ;
  for (const char* typ : {"", "JWT", "jwt", "audit-checkpoint+jws", "at+jwt ", "dpop+jwt"})
    EXPECT_FALSE(accepts(typ)) << typ;
  EXPECT_FALSE(accepts_header(R"({"alg":"EdDSA","typ":1,"kid":")" + eddsa().kid + "\"}"));
}

TEST(Jwt, t41_a_retired_key_verifies_until_it_leaves_the_set) {
  const Signer old_signer(SignatureAlgorithm::EdDSA), new_signer(SignatureAlgorithm::EdDSA);
  const std::string token = jwt_sign(old_signer.key, old_signer.kid, kAccessTokenType, good_claims());
  KeySet rotating = new_signer.keys();
  rotating.push_back(old_signer.keys().front());
  EXPECT_TRUE(verify_jwt(token, rotating, expectations(), kNow));
  EXPECT_FALSE(verify_jwt(token, new_signer.keys(), expectations(), kNow));
}

}  // namespace
}  // namespace gatehouse::auth
