#include "auth/id_token.hpp"

#include <algorithm>
#include <boost/json/value.hpp>

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"

namespace gatehouse::auth {
namespace {

constexpr std::size_t kMaxSubjectLength = 255;

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Core 3.1.3.7 numbers 3 to 5: no audience that isn't ours, and the authorized party is us.
bool parties_are_ours(const Claims& claims, const IdTokenExpectations& expectations) {
  const auto is_ours = [&](const std::string& party) { return contains(expectations.audiences, party); };
  if (!std::all_of(claims.audience.begin(), claims.audience.end(), is_ours)) return false;
  if (!claims.all.contains("azp")) return claims.audience.size() == 1;
  const std::optional<std::string> party = claims.text("azp");
  return party && is_ours(*party);
}

bool nonce_fits(const Claims& claims, const IdTokenExpectations& expectations) {
  if (!expectations.nonce) return true;
  const std::optional<std::string> nonce = claims.text("nonce");
  if (!nonce) return false;
  if (equal_in_constant_time(*nonce, *expectations.nonce)) return true;
  if (!expectations.nonce_may_be_hashed) return false;
  const std::string hash = sha256(*expectations.nonce);
  return equal_in_constant_time(*nonce, hex_encode(hash)) || equal_in_constant_time(*nonce, base64url_encode(hash));
}

/// at_hash is the left half of the hash that belongs to the signature's algorithm (Core 3.1.3.6).
bool access_token_fits(const Claims& claims, const KeySet& keys, const IdTokenExpectations& expectations) {
  if (!expectations.access_token || !claims.all.contains("at_hash")) return true;
  const auto signer =
      std::find_if(keys.begin(), keys.end(), [&](const VerificationKey& key) { return key.kid == claims.kid; });
  const VerificationKey& key = signer == keys.end() ? keys.front() : *signer;
  const std::string hash = key.key.algorithm() == SignatureAlgorithm::EdDSA ? sha512(*expectations.access_token)
                                                                            : sha256(*expectations.access_token);
  const std::optional<std::string> at_hash = claims.text("at_hash");
  return at_hash && equal_in_constant_time(*at_hash, base64url_encode(hash.substr(0, hash.size() / 2)));
}

bool is_recent(const std::optional<Timestamp>& time, const std::optional<Duration>& max_age, Duration leeway,
               Timestamp now) {
  if (!max_age) return true;
  return time && now <= *time + *max_age + leeway && *time <= now + leeway;
}

/// `auth_time` under the rules of every other date; false when it is there and no whole number.
bool read_auth_time(const Claims& claims, std::optional<Timestamp>& out) {
  const boost::json::value* value = claims.all.if_contains("auth_time");
  if (value == nullptr) return true;
  constexpr std::int64_t kMaxUnixSeconds = 253'402'300'799;
  if (!value->is_int64() || value->get_int64() < 0 || value->get_int64() > kMaxUnixSeconds) return false;
  out = from_unix_seconds(value->get_int64());
  return true;
}

bool says_verified(const Claims& claims, bool may_be_text) {
  const boost::json::value* value = claims.all.if_contains("email_verified");
  if (value == nullptr) return false;
  return value->is_bool() ? value->get_bool() : may_be_text && *value == "true";
}

std::string_view check(const Claims& claims, const KeySet& keys, const IdTokenExpectations& expectations,
                       const std::optional<Timestamp>& auth_time, Timestamp now) {
  if (claims.subject.empty() || claims.subject.size() > kMaxSubjectLength) return "sub is empty or too long";
  if (!parties_are_ours(claims, expectations)) return "aud or azp names another party";
  if (!nonce_fits(claims, expectations)) return "the nonce is missing or another";
  if (!access_token_fits(claims, keys, expectations)) return "at_hash does not fit the access token";
  if (!is_recent(claims.issued_at, expectations.max_age, expectations.leeway, now)) return "iat is missing or too old";
  if (!is_recent(auth_time, expectations.max_auth_age, expectations.leeway, now))
    return "auth_time is missing or too old";
  return {};
}

}  // namespace

Result<IdToken> verify_id_token(std::string_view token, const KeySet& keys, const IdTokenExpectations& expectations,
                                Timestamp now) {
  const auto refuse = [](std::string_view cause) {
    return fail(ErrorCode::invalid_provider_token, {}, std::string(cause));
  };
  if (expectations.audiences.empty()) return refuse("no audience is configured");
  JwtExpectations jwt;
  jwt.issuers = expectations.issuers;
  jwt.audiences = expectations.audiences;
  jwt.typ = {"jwt", ""};
  jwt.leeway = expectations.leeway;
  jwt.refusal = ErrorCode::invalid_provider_token;
  GH_TRY(Claims claims, verify_jwt(token, keys, jwt, now));
  IdToken result;
  if (!read_auth_time(claims, result.auth_time)) return refuse("auth_time is no whole number");
  if (const std::string_view fault = check(claims, keys, expectations, result.auth_time, now); !fault.empty())
    return refuse(fault);
  result.email = claims.text("email").value_or("");
  result.email_verified = !result.email.empty() && says_verified(claims, expectations.email_verified_may_be_text);
  result.name = claims.text("name").value_or("");
  result.picture = claims.text("picture").value_or("");
  result.locale = claims.text("locale").value_or("");
  result.expires_at = claims.expires_at;
  result.issuer = std::move(claims.issuer);
  result.subject = std::move(claims.subject);
  result.all = std::move(claims.all);
  return result;
}

}  // namespace gatehouse::auth
