// The accept and reject vectors that every verifier of packages/contracts/jwt.md shares.
#include <string>

#include <gtest/gtest.h>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "auth/jwk.hpp"
#include "auth/jwt.hpp"
#include "auth/tests/support.hpp"

namespace gatehouse::auth {
namespace {

struct Shared {
  boost::json::value vectors = boost::json::parse(read_file("packages/contracts/jwt-vectors.json"));
  KeySet keys = *parse_jwk_set(boost::json::serialize(vectors.at("jwks")));
  JwtExpectations expectations{.issuers = {text_of(vectors, "issuer")}, .audiences = {text_of(vectors, "audience")}};
  Timestamp now = from_unix_seconds(vectors.at("now").as_int64());

  bool accepts(const boost::json::value& vector) const {
    return verify_jwt(text_of(vector, "token"), keys, expectations, now).has_value();
  }
};

TEST(JwtVectors, accepts_what_every_verifier_accepts) {
  const Shared shared;
  ASSERT_GE(shared.vectors.at("accept").as_array().size(), 10U);
  for (const boost::json::value& vector : shared.vectors.at("accept").as_array())
    EXPECT_TRUE(shared.accepts(vector)) << vector.at("name");
}

TEST(JwtVectors, refuses_what_every_verifier_refuses) {
  const Shared shared;
  ASSERT_GE(shared.vectors.at("reject").as_array().size(), 30U);
  for (const boost::json::value& vector : shared.vectors.at("reject").as_array())
    EXPECT_FALSE(shared.accepts(vector)) << vector.at("name");
}

}  // namespace
}  // namespace gatehouse::auth
