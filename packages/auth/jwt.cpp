#include "auth/jwt.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "auth/strict_json.hpp"

namespace gatehouse::auth {
namespace {

// Far beyond any date that a token may name, and small enough to be counted in microseconds.
constexpr std::int64_t kMaxUnixSeconds = 253'402'300'799;  // 9999-12-31T23:59:59Z

enum class Read { absent, wrong, there };

/// A NumericDate, but whole seconds only: a fraction or a string is another reader's other date.
Read read_date(const boost::json::object& claims, std::string_view name, Timestamp& out) {
  const boost::json::value* value = claims.if_contains(name);
  if (value == nullptr) return Read::absent;
  if (!value->is_int64() || value->get_int64() < 0 || value->get_int64() > kMaxUnixSeconds) return Read::wrong;
  out = from_unix_seconds(value->get_int64());
  return Read::there;
}

bool read_optional_date(const boost::json::object& claims, std::string_view name, std::optional<Timestamp>& out) {
  Timestamp time;
  const Read read = read_date(claims, name, time);
  if (read == Read::there) out = time;
  return read != Read::wrong;
}

/// `aud` is one text or a list of texts (RFC 7519 section 4.1.3).
bool read_audience(const boost::json::object& claims, std::vector<std::string>& out) {
  const boost::json::value* value = claims.if_contains("aud");
  if (value == nullptr) return false;
  if (value->is_string()) {
    out.emplace_back(value->get_string());
    return true;
  }
  if (!value->is_array() || value->get_array().empty()) return false;
  for (const boost::json::value& item : value->get_array()) {
    if (!item.is_string()) return false;
    out.emplace_back(item.get_string());
  }
  return true;
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Fills the named claims out of `claims.all`; the sentence says what is wrong with their shape.
std::string_view read_claims(Claims& claims) {
  const std::optional<std::string> issuer = claims.text("iss"), subject = claims.text("sub");
  if (!issuer || !subject) return "iss or sub is missing";
  claims.issuer = *issuer;
  claims.subject = *subject;
  if (!read_audience(claims.all, claims.audience)) return "aud is missing or of another shape";
  if (read_date(claims.all, "exp", claims.expires_at) != Read::there) return "exp is missing or no whole number";
  if (!read_optional_date(claims.all, "iat", claims.issued_at) ||
      !read_optional_date(claims.all, "nbf", claims.not_before))
    return "iat or nbf is no whole number";
  return {};
}

std::string_view check_claims(const Claims& claims, const JwtExpectations& expectations, Timestamp now) {
  if (!contains(expectations.issuers, claims.issuer)) return "another issuer";
  const auto is_ours = [&](const std::string& audience) { return contains(expectations.audiences, audience); };
  if (!expectations.audiences.empty() && std::none_of(claims.audience.begin(), claims.audience.end(), is_ours))
    return "another audience";
  if (now >= claims.expires_at + expectations.leeway) return "expired";
  if (claims.not_before && now + expectations.leeway < *claims.not_before) return "not valid yet";
  if (claims.issued_at && now + expectations.leeway < *claims.issued_at) return "issued in the future";
  return {};
}

}  // namespace

std::optional<std::string> Claims::text(std::string_view name) const {
  const boost::json::value* value = all.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::string jwt_signing_input(const JwsHeader& header, const boost::json::object& claims) {
  return jws_signing_input(header, boost::json::serialize(claims));
}

std::string jwt_sign(const PrivateKey& key, std::string kid, std::string_view typ, const boost::json::object& claims) {
  return jws_sign(key, std::move(kid), std::string(typ), boost::json::serialize(claims));
}

Result<Claims> verify_jwt(std::string_view token, const KeySet& keys, const JwtExpectations& expectations,
                          Timestamp now) {
  GH_TRY(Jws jws, verify_jws(token, keys, {expectations.typ, expectations.refusal}));
  const auto refuse = [&](std::string_view cause) { return fail(expectations.refusal, {}, std::string(cause)); };
  std::optional<boost::json::object> payload = parse_strict_object(jws.payload);
  if (!payload) return refuse("the payload is not one JSON object");
  Claims claims;
  claims.kid = std::move(jws.kid);
  claims.all = std::move(*payload);
  if (const std::string_view fault = read_claims(claims); !fault.empty()) return refuse(fault);
  if (const std::string_view fault = check_claims(claims, expectations, now); !fault.empty()) return refuse(fault);
  return claims;
}

}  // namespace gatehouse::auth
