#include "adapters/oauth/token_answer.hpp"

#include <algorithm>

#include "adapters/oauth/json_members.hpp"
#include "auth/strict_json.hpp"

namespace gatehouse::adapters::oauth {
namespace {

constexpr std::size_t kMaxTokenLength = 16 * 1'024;
constexpr std::int64_t kYear = 365 * 86'400;

/// An error code is letters and the like; anything else could be a token that went astray.
std::string loggable(std::string_view code) {
  const bool plain = code.size() <= 64 && std::all_of(code.begin(), code.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
                     });
  return plain ? std::string(code) : "an unreadable error";
}

Failure failure_of(std::string_view error) {
  const std::string cause = "the token endpoint answered " + loggable(error);
  if (error == "invalid_grant" || error == "bad_verification_code") return fail(ErrorCode::invalid_state, {}, cause);
  if (error == "invalid_client" || error == "incorrect_client_credentials" || error == "unauthorized_client")
    return fail(ErrorCode::provider_error, {}, cause + ": client_id and client_secret do not fit");
  if (error == "redirect_uri_mismatch")
    return fail(ErrorCode::provider_error, {}, cause + ": register the callback URL that `gatehouse doctor` prints");
  return fail(ErrorCode::provider_error, {}, cause);
}

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTokenLength &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

bool is_bearer(std::string_view type) {
  constexpr std::string_view kBearer = "bearer";
  return std::equal(type.begin(), type.end(), kBearer.begin(), kBearer.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

std::optional<Secret<std::string>> optional_token(const boost::json::object& answer, std::string_view name) {
  std::string token = text_member(answer, name);
  if (!is_token(token)) return std::nullopt;
  return Secret<std::string>(std::move(token));
}

}  // namespace

Result<TokenAnswer> parse_token_answer(int status, std::string_view body) {
  const auto answer = auth::parse_strict_object(body);
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::provider_error, {},
                "the token endpoint answered " + std::to_string(status) + ", " + std::string(why));
  };
  if (!answer) return refuse("and no JSON object");
  if (const std::string error = text_member(*answer, "error"); !error.empty()) return failure_of(error);
  if (status != 200 || answer->contains("error")) return refuse("and no error code");
  auto access_token = optional_token(*answer, "access_token");
  if (!access_token) return refuse("without a readable access token");
  if (!is_bearer(text_member(*answer, "token_type"))) return refuse("with a token that is not Bearer");
  TokenAnswer tokens;
  tokens.access_token = std::move(*access_token);
  tokens.refresh_token = optional_token(*answer, "refresh_token");
  tokens.id_token = optional_token(*answer, "id_token");
  tokens.scope = text_member(*answer, "scope").substr(0, 1'000);
  if (const boost::json::value* seconds = answer->if_contains("expires_in");
      seconds != nullptr && seconds->is_int64() && seconds->get_int64() > 0 && seconds->get_int64() <= kYear)
    tokens.expires_in = seconds->get_int64();
  return tokens;
}

}  // namespace gatehouse::adapters::oauth
