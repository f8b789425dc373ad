#pragma once
// The token endpoint's answer (RFC 6749 sections 5.1 and 5.2), providers' liberties included: GitHub sends errors with
// status 200. Pure.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/result.hpp"
#include "foundation/secret.hpp"

namespace gatehouse::adapters::oauth {

struct TokenAnswer {
  Secret<std::string> access_token;
  std::optional<Secret<std::string>> refresh_token, id_token;
  std::string scope;
  std::optional<std::int64_t> expires_in;  ///< seconds, 1 to a year
};

/// The tokens. Returns `invalid_state` when the code is spent, expired or another's (`invalid_grant`, GitHub's
/// `bad_verification_code`), `provider_error` for every other error, for a status other than 200, and for what is no
/// such answer: no JSON object, no `access_token` of printable ASCII, a `token_type` other than Bearer. The cause names
/// the error's code, and nothing that could be a secret.
Result<TokenAnswer> parse_token_answer(int status, std::string_view body);

}  // namespace gatehouse::adapters::oauth
