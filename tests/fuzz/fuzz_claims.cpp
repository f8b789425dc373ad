// The claims of an access token and of a provider's ID token, under a signature that is right: what verifies has every
// claim that was asked for.
#include "auth/id_token.hpp"
#include "auth/jwt.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace gatehouse;
using fuzz::expect;

FUZZ(input) {
  static const auto kKey = auth::PrivateKey::generate(auth::SignatureAlgorithm::EdDSA);
  static const auth::KeySet kKeys{{"k", kKey.public_key()}};
  const Timestamp now = from_unix_seconds(1'800'000'000);
  const std::string access = auth::jws_sign(kKey, "k", "at+jwt", input);
  const auth::JwtExpectations wanted{.issuers = {"https://id.example.com"}, .audiences = {"platform"}};
  if (const auto claims = auth::verify_jwt(access, kKeys, wanted, now))
    expect(claims->issuer == wanted.issuers.front() && claims->expires_at > now && !claims->subject.empty());

  auth::IdTokenExpectations provider;
  provider.issuers = {"https://accounts.google.com"};
  provider.audiences = {"client"};
  provider.nonce = "n-0S6";
  provider.nonce_may_be_hashed = true;
  provider.max_age = std::chrono::minutes(10);
  provider.email_verified_may_be_text = true;
  if (const auto token = auth::verify_id_token(auth::jws_sign(kKey, "k", "JWT", input), kKeys, provider, now))
    expect(!token->subject.empty() && token->subject.size() <= 255 * 4 &&
           (!token->email_verified || !token->email.empty()));
}
