#include "auth/jwk.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "auth/crypto/digest.hpp"
#include "auth/encoding.hpp"
#include "auth/strict_json.hpp"

namespace gatehouse::auth {
namespace {

constexpr std::size_t kMaxSetBytes = 256 * 1024;
constexpr std::size_t kMaxKidBytes = 256;

/// The required members in the order of RFC 7638: lexicographic.
boost::json::object required_members(const PublicKey& key) {
  const PublicKeyParts& parts = key.parts();
  switch (key.algorithm()) {
    case SignatureAlgorithm::EdDSA:
      return {{"crv", "Ed25519"}, {"kty", "OKP"}, {"x", base64url_encode(parts.x)}};
    case SignatureAlgorithm::ES256:
      return {{"crv", "P-256"}, {"kty", "EC"}, {"x", base64url_encode(parts.x)}, {"y", base64url_encode(parts.y)}};
    case SignatureAlgorithm::RS256:
      return {{"e", base64url_encode(parts.e)}, {"kty", "RSA"}, {"n", base64url_encode(parts.n)}};
  }
  return {};
}

/// The member as text: empty when absent, nullopt when it is no string.
std::optional<std::string_view> text_member(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  if (value == nullptr) return std::string_view();
  if (!value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

bool bytes_member(const boost::json::object& object, std::string_view name, std::string& out) {
  const std::optional<std::string_view> text = text_member(object, name);
  const std::optional<std::string> bytes = text ? base64url_decode(*text) : std::nullopt;
  if (!bytes) return false;
  out = *bytes;
  return true;
}

std::optional<SignatureAlgorithm> algorithm_of(std::string_view kty, std::string_view crv) {
  if (kty == "OKP" && crv == "Ed25519") return SignatureAlgorithm::EdDSA;
  if (kty == "EC" && crv == "P-256") return SignatureAlgorithm::ES256;
  if (kty == "RSA" && crv.empty()) return SignatureAlgorithm::RS256;
  return std::nullopt;
}

bool is_for_verifying(const boost::json::object& jwk) {
  constexpr std::array<std::string_view, 7> kPrivate{"d", "p", "q", "dp", "dq", "qi", "k"};
  if (std::any_of(kPrivate.begin(), kPrivate.end(), [&](std::string_view name) { return jwk.contains(name); }))
    return false;
  if (const boost::json::value* use = jwk.if_contains("use"); use != nullptr && *use != "sig") return false;
  const boost::json::value* operations = jwk.if_contains("key_ops");
  if (operations == nullptr) return true;
  if (!operations->is_array()) return false;
  const boost::json::array& list = operations->get_array();
  return std::find(list.begin(), list.end(), boost::json::value("verify")) != list.end();
}

}  // namespace

std::string jwk_thumbprint(const PublicKey& key) {
  return base64url_encode(sha256(boost::json::serialize(required_members(key))));
}

boost::json::object to_jwk(const VerificationKey& key) {
  boost::json::object jwk = required_members(key.key);
  jwk["use"] = "sig";
  jwk["alg"] = to_string(key.key.algorithm());
  jwk["kid"] = key.kid;
  return jwk;
}

std::string jwk_set_to_json(std::span<const VerificationKey> keys) {
  boost::json::array list;
  for (const VerificationKey& key : keys) list.push_back(to_jwk(key));
  return boost::json::serialize(boost::json::object{{"keys", std::move(list)}});
}

std::optional<VerificationKey> parse_jwk(const boost::json::object& jwk) {
  if (!is_for_verifying(jwk)) return std::nullopt;
  const auto kty = text_member(jwk, "kty"), crv = text_member(jwk, "crv"), alg = text_member(jwk, "alg"),
             kid = text_member(jwk, "kid");
  if (!kty || !crv || !alg || !kid || kid->size() > kMaxKidBytes) return std::nullopt;
  const std::optional<SignatureAlgorithm> algorithm = algorithm_of(*kty, *crv);
  if (!algorithm || (!alg->empty() && *alg != to_string(*algorithm))) return std::nullopt;
  PublicKeyParts parts;
  if (!bytes_member(jwk, "x", parts.x) || !bytes_member(jwk, "y", parts.y) || !bytes_member(jwk, "n", parts.n) ||
      !bytes_member(jwk, "e", parts.e))
    return std::nullopt;
  std::optional<PublicKey> key = PublicKey::from_parts(*algorithm, parts);
  if (!key) return std::nullopt;
  return VerificationKey{std::string(*kid), std::move(*key)};
}

std::optional<KeySet> parse_jwk_set(std::string_view json) {
  if (json.size() > kMaxSetBytes) return std::nullopt;
  const std::optional<boost::json::object> set = parse_strict_object(json);
  const boost::json::value* list = set ? set->if_contains("keys") : nullptr;
  if (list == nullptr || !list->is_array()) return std::nullopt;
  KeySet keys;
  for (const boost::json::value& item : list->get_array()) {
    std::optional<VerificationKey> key = item.is_object() ? parse_jwk(item.get_object()) : std::nullopt;
    if (!key) continue;
    const auto same_kid = [&](const VerificationKey& other) { return other.kid == key->kid; };
    if (std::any_of(keys.begin(), keys.end(), same_kid)) return std::nullopt;
    keys.push_back(std::move(*key));
  }
  return keys;
}

}  // namespace gatehouse::auth
