#include <boost/json/object.hpp>

#include "modules/identity/application/access_token.hpp"
#include "modules/identity/http/basic_credentials.hpp"
#include "modules/identity/http/guard.hpp"
#include "modules/identity/http/stories/session_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;

struct TokenBody {
  std::optional<std::string> audience;
};
BOOST_DESCRIBE_STRUCT(TokenBody, (), (audience))

struct ClientCredentialsForm {
  std::string grant_type;
  std::optional<std::string> client_id;
  std::optional<Secret<std::string>> client_secret;
  std::optional<std::string> audience;
  std::optional<std::string> scope;
};
BOOST_DESCRIBE_STRUCT(ClientCredentialsForm, (), (grant_type, client_id, client_secret, audience, scope))

server::Response render(const application::AccessToken& token) {
  return server::Response::json(200, json::object{{"access_token", token.text.expose()},
                                                  {"token_type", "Bearer"},
                                                  {"expires_in", token.expires_in.count()}});
}

/// RFC 6749 section 5.2.
server::Response oauth_error(int status, std::string_view error, std::string_view description) {
  auto response = server::Response::json(status, json::object{{"error", error}, {"error_description", description}});
  if (status == 401) response.header("WWW-Authenticate", "Basic realm=\"gatehouse\"");
  return response;
}

Result<server::Response> client_credentials(const Api& api, const server::Request& request) {
  const auto form = server::read_form<ClientCredentialsForm>(request);
  if (!form) return oauth_error(400, "invalid_request", form.error().detail);
  if (form->grant_type != "client_credentials")
    return oauth_error(400, "unsupported_grant_type", "only client_credentials is supported");
  const auto key = service_key_of(request, form->client_id, form->client_secret);
  if (!key) return oauth_error(401, "invalid_client", "send the service's name and key");
  const auto caller = api.authenticator.service(key->key.expose());
  if (!caller || (key->name && *key->name != caller->name() && *key->name != "service:" + caller->name())) {
    if (!caller && error_info(caller.error().code).status >= 500) return Failure(caller.error());
    return oauth_error(401, "invalid_client", "the service key is not valid");
  }
  const auto token = application::mint_service_token(api.deps, *caller, form->audience);
  if (!token && token.error().code == ErrorCode::invalid_target)
    return oauth_error(400, "invalid_target", token.error().detail);
  if (!token) return Failure(token.error());
  return render(*token);
}

}  // namespace

Result<server::Response> token(const Api& api, const server::Request& request) {
  if (server::is_form(request)) return client_credentials(api, request);
  GH_TRY(const auto caller, prove_caller(api, request, Access::session, {}));
  TokenBody body;
  if (!request.body.empty()) {
    GH_TRY(body, server::read_body<TokenBody>(request));
  }
  GH_TRY(const auto made, application::mint_access_token(api.deps, caller, body.audience));
  return render(made);
}

}  // namespace gatehouse::http
