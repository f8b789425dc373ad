#pragma once
// JSON Web Tokens (RFC 7519) under RFC 8725's and RFC 9068's rules: our access tokens, and the ground for id_token.hpp.
// Verification is a pure function of token, keys, expectations and now; it never throws.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "auth/jws.hpp"
#include "foundation/result.hpp"
#include "foundation/time.hpp"

namespace gatehouse::auth {

inline constexpr std::string_view kAccessTokenType = "at+jwt";

/// What is to be signed, where the signature comes from elsewhere (Vault Transit); finish with jws_assemble().
std::string jwt_signing_input(const JwsHeader& header, const boost::json::object& claims);
/// A signed token with a key at hand.
std::string jwt_sign(const PrivateKey& key, std::string kid, std::string_view typ, const boost::json::object& claims);

struct JwtExpectations {
  std::vector<std::string> issuers{};    ///< `iss` must be one of them, character for character; never empty
  std::vector<std::string> audiences{};  ///< `aud` must contain one of them; empty: any (a verifier that only reports)
  std::vector<std::string> typ{std::string(kAccessTokenType)};  ///< as in JwsExpectations
  Duration leeway = std::chrono::seconds(0);                    ///< for exp, nbf and iat, where clocks differ
  ErrorCode refusal = ErrorCode::no_session;                    ///< the code of every refusal
};

struct Claims {
  std::string kid{};
  std::string issuer{};
  std::string subject{};
  std::vector<std::string> audience{};
  Timestamp expires_at{};
  std::optional<Timestamp> issued_at{};
  std::optional<Timestamp> not_before{};
  boost::json::object all{};  ///< every claim, those above included

  /// The claim as text, or nullopt where it is absent or no string.
  std::optional<std::string> text(std::string_view name) const;
};

/// The claims of a token whose signature, type, issuer, audience and times are right. Refused with
/// `expectations.refusal`, the reason in the cause: all of verify_jws(), a missing iss, sub, aud or exp, dates that are
/// not integers, expired (now >= exp + leeway), not yet valid, or issued in the future.
Result<Claims> verify_jwt(std::string_view token, const KeySet& keys, const JwtExpectations& expectations,
                          Timestamp now);

}  // namespace gatehouse::auth
