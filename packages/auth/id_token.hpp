#pragma once
// ID tokens of sign-in providers (OpenID Connect Core 3.1.3.7) as a pure function: who the provider says has signed in.
// The keys and the issuer come from the provider's own configuration, never from the token.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jwt.hpp"

namespace gatehouse::auth {

struct IdTokenExpectations {
  std::vector<std::string> issuers{};         ///< Google has two spellings; `iss` must be one of them exactly
  std::vector<std::string> audiences{};       ///< our client ids at the provider
  std::optional<std::string> nonce{};         ///< required and compared when set
  bool nonce_may_be_hashed = false;           ///< native sheets send SHA-256 of the nonce, in hex or base64url
  std::optional<std::string> access_token{};  ///< at_hash is compared when both are there
  std::optional<Duration> max_age{};          ///< `iat` must be there and at most this old
  std::optional<Duration> max_auth_age{};     ///< `auth_time` must be there and at most this old: a fresh login
  bool email_verified_may_be_text = false;    ///< Apple sends "true" as text
  Duration leeway = std::chrono::seconds(60);
};

struct IdToken {
  std::string issuer{};
  std::string subject{};        ///< 1 to 255 characters
  std::string email{};          ///< empty when absent
  bool email_verified = false;  ///< only when the provider said so in so many words
  std::string name{}, picture{}, locale{};
  std::optional<Timestamp> auth_time{};
  Timestamp expires_at{};
  boost::json::object all{};
};

/// The token's claims. Returns `invalid_provider_token`, the reason in the cause, when verify_jwt() refuses it, an
/// audience is not ours, several come without `azp` or `azp` is not ours, the nonce is missing or another, `iat` or
/// `auth_time` is missing or too old where a limit is set, at_hash does not fit, or `sub` is empty or too long.
Result<IdToken> verify_id_token(std::string_view token, const KeySet& keys, const IdTokenExpectations& expectations,
                                Timestamp now);

}  // namespace gatehouse::auth
