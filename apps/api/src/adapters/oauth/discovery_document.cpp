#include "adapters/oauth/discovery_document.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "adapters/oauth/json_members.hpp"
#include "auth/strict_json.hpp"

namespace gatehouse::adapters::oauth {
namespace {

constexpr std::size_t kMaxEndpointLength = 2'048;

Failure refuse_document(std::string cause) {
  return fail(ErrorCode::provider_error, {}, "discovery: " + std::move(cause));
}

bool is_endpoint(std::string_view url, Reach reach) {
  const bool scheme = url.starts_with("https://") || (reach == Reach::anywhere && url.starts_with("http://"));
  return scheme && url.size() <= kMaxEndpointLength &&
         std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 127; });
}

/// Whether a list is absent or holds the value: metadata that are silent promise the default.
bool may_hold(const boost::json::object& document, std::string_view name, std::string_view value) {
  const boost::json::value* list = document.if_contains(name);
  if (list == nullptr) return true;
  if (!list->is_array()) return false;
  return std::any_of(list->get_array().begin(), list->get_array().end(), [&](const boost::json::value& item) {
    return item.is_string() && std::string_view(item.get_string()) == value;
  });
}

}  // namespace

std::string discovery_url(std::string_view issuer) {
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string(issuer) + "/.well-known/openid-configuration";
}

Result<Endpoints> parse_discovery(std::string_view json, std::string_view issuer, Reach reach) {
  const auto document = auth::parse_strict_object(json);
  if (!document) return refuse_document("it is not one JSON object");
  if (text_member(*document, "issuer") != issuer) return refuse_document("its issuer is another");
  if (!may_hold(*document, "response_types_supported", "code")) return refuse_document("it does not support `code`");
  if (!may_hold(*document, "code_challenge_methods_supported", "S256"))
    return refuse_document("it does not support S256");
  Endpoints found;
  const std::pair<const char*, std::string*> wanted[] = {{"authorization_endpoint", &found.authorization},
                                                         {"token_endpoint", &found.token},
                                                         {"jwks_uri", &found.jwks},
                                                         {"userinfo_endpoint", &found.userinfo}};
  for (const auto& [name, target] : wanted) {
    const bool optional = target == &found.userinfo;
    if (optional && !document->contains(name)) continue;
    *target = text_member(*document, name);
    if (!is_endpoint(*target, reach)) return refuse_document(std::string(name) + " is missing or no https address");
  }
  const boost::json::value* promise = document->if_contains("authorization_response_iss_parameter_supported");
  found.promises_issuer = promise != nullptr && promise->is_bool() && promise->get_bool();
  return found;
}

}  // namespace gatehouse::adapters::oauth
