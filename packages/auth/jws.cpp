#include "auth/jws.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "auth/encoding.hpp"
#include "auth/strict_json.hpp"

namespace gatehouse::auth {
namespace {

constexpr std::size_t kMaxKidBytes = 256;

/// What can be said of a token before its signature is proved.
struct Parsed {
  std::string_view signing_input;
  std::string_view payload;
  std::string_view signature;
  boost::json::object header;
  std::string kid;
  bool has_kid = false;
};

/// Counts the dots before anything is split: a million of them must cost nothing.
bool split(std::string_view token, Parsed& parsed, std::string_view& header) {
  if (token.size() > kMaxJwsBytes || std::count(token.begin(), token.end(), '.') != 2) return false;
  const std::size_t first = token.find('.'), second = token.rfind('.');
  header = token.substr(0, first);
  parsed.payload = token.substr(first + 1, second - first - 1);
  parsed.signature = token.substr(second + 1);
  parsed.signing_input = token.substr(0, second);
  return true;
}

/// Reads the shape; the sentence says what is wrong, empty when nothing is.
std::string_view parse(std::string_view token, Parsed& parsed) {
  std::string_view encoded_header;
  if (!split(token, parsed, encoded_header)) return "not a compact JWS of at most 16 KiB";
  const std::optional<std::string> text = base64url_decode(encoded_header);
  std::optional<boost::json::object> header = text ? parse_strict_object(*text) : std::nullopt;
  if (!header) return "the header is not one JSON object in base64url";
  constexpr std::array<std::string_view, 7> kRefused{"crit", "b64", "zip", "jwk", "jku", "x5u", "x5c"};
  if (std::any_of(kRefused.begin(), kRefused.end(), [&](std::string_view name) { return header->contains(name); }))
    return "the header brings its own key or an extension";
  if (const boost::json::value* kid = header->if_contains("kid")) {
    if (!kid->is_string() || kid->get_string().empty() || kid->get_string().size() > kMaxKidBytes)
      return "kid is no short text";
    parsed.kid = std::string_view(kid->get_string());
    parsed.has_kid = true;
  }
  parsed.header = std::move(*header);
  return {};
}

const VerificationKey* find_key(const KeySet& keys, const Parsed& parsed) {
  if (!parsed.has_kid) return keys.size() == 1 ? &keys.front() : nullptr;
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const VerificationKey& key) { return key.kid == parsed.kid; });
  return found == keys.end() ? nullptr : &*found;
}

/// `typ` in lower case without "application/" (RFC 7515 section 4.1.9); nullopt when it is no text.
std::optional<std::string> type_of(const boost::json::object& header) {
  const boost::json::value* member = header.if_contains("typ");
  if (member == nullptr) return std::string();
  if (!member->is_string()) return std::nullopt;
  std::string type(member->get_string());
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::string_view kPrefix = "application/";
  return type.starts_with(kPrefix) ? type.substr(kPrefix.size()) : type;
}

bool is_expected(const std::string& type, const std::vector<std::string>& expected) {
  const auto same = [&](std::string_view one) {
    return std::equal(one.begin(), one.end(), type.begin(), type.end(), [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
  };
  return std::any_of(expected.begin(), expected.end(), same);
}

}  // namespace

std::string jws_signing_input(const JwsHeader& header, std::string_view payload) {
  boost::json::object members{{"alg", to_string(header.alg)}, {"kid", header.kid}};
  if (!header.typ.empty()) members["typ"] = header.typ;
  return base64url_encode(boost::json::serialize(members)) + '.' + base64url_encode(payload);
}

std::string jws_assemble(std::string signing_input, std::string_view signature) {
  return std::move(signing_input) + '.' + base64url_encode(signature);
}

std::string jws_sign(const PrivateKey& key, std::string kid, std::string typ, std::string_view payload) {
  std::string input = jws_signing_input({key.algorithm(), std::move(kid), std::move(typ)}, payload);
  const std::string signature = key.sign(input);
  return jws_assemble(std::move(input), signature);
}

Result<Jws> verify_jws(std::string_view token, const KeySet& keys, const JwsExpectations& expectations) {
  const auto refuse = [&](std::string_view cause) { return fail(expectations.refusal, {}, std::string(cause)); };
  Parsed parsed;
  if (const std::string_view fault = parse(token, parsed); !fault.empty()) return refuse(fault);
  std::optional<std::string> type = type_of(parsed.header);
  if (!type || !is_expected(*type, expectations.typ)) return refuse("another typ is expected");
  const VerificationKey* key = find_key(keys, parsed);
  if (key == nullptr) return refuse("no key of this kid");
  const boost::json::value* alg = parsed.header.if_contains("alg");
  if (alg == nullptr || !alg->is_string() || std::string_view(alg->get_string()) != to_string(key->key.algorithm()))
    return refuse("alg is not the key's");
  const std::optional<std::string> signature = base64url_decode(parsed.signature);
  if (!signature || !key->key.verify(parsed.signing_input, *signature)) return refuse("the signature is not the key's");
  std::optional<std::string> payload = base64url_decode(parsed.payload);
  if (!payload) return refuse("the payload is not base64url");
  return Jws{std::move(parsed.kid), std::move(*type), std::move(*payload)};
}

std::optional<std::string> unverified_kid(std::string_view token) {
  Parsed parsed;
  if (!parse(token, parsed).empty() || !parsed.has_kid) return std::nullopt;
  return std::move(parsed.kid);
}

}  // namespace gatehouse::auth
