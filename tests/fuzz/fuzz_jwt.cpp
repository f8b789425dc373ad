// Access tokens against a set with a key of each algorithm. No key here ever signed anything, so nothing may verify.
#include "auth/jwt.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  static const auth::KeySet kKeys = [] {
    auth::KeySet keys;
    for (const auto algorithm :
         {auth::SignatureAlgorithm::EdDSA, auth::SignatureAlgorithm::ES256, auth::SignatureAlgorithm::RS256})
      keys.push_back(
          {"kid-" + std::string(auth::to_string(algorithm)), auth::PrivateKey::generate(algorithm).public_key()});
    return keys;
  }();
  const auth::JwtExpectations expectations{.issuers = {"https://id.example.com"}, .audiences = {"platform"}};
  expect(!auth::verify_jwt(input, kKeys, expectations, from_unix_seconds(1'800'000'000)));
  (void)auth::unverified_kid(input);
}
