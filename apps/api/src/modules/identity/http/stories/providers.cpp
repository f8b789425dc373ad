#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "modules/identity/application/exchange_provider_code.hpp"
#include "modules/identity/application/my_accounts.hpp"
#include "modules/identity/application/native_sign_in.hpp"
#include "modules/identity/application/start_provider_flow.hpp"
#include "modules/identity/application/user_view.hpp"
#include "modules/identity/http/cookies.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/guard.hpp"
#include "modules/identity/http/list_parameters.hpp"
#include "modules/identity/http/render.hpp"
#include "modules/identity/http/stories/provider_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;
using domain::OAuthIntent;

struct AuthorizeBody {
  std::optional<std::string> client_id;
  std::string redirect_to;
  std::string intent;
  std::optional<std::string> code_challenge;
};
BOOST_DESCRIBE_STRUCT(AuthorizeBody, (), (client_id, redirect_to, intent, code_challenge))

struct ExchangeBody {
  std::string code;
  std::optional<Secret<std::string>> code_verifier;
  std::optional<std::string> device_token;
};
BOOST_DESCRIBE_STRUCT(ExchangeBody, (), (code, code_verifier, device_token))

struct NonceBody {
  std::optional<std::string> client_id;
};
BOOST_DESCRIBE_STRUCT(NonceBody, (), (client_id))

struct IdTokenBody {
  Secret<std::string> id_token;
  std::optional<std::string> client_id;
  std::optional<std::string> name;
  std::optional<std::string> device_token;
};
BOOST_DESCRIBE_STRUCT(IdTokenBody, (), (id_token, client_id, name, device_token))

std::string provider_of(const server::Request& request) { return std::string(request.param("provider")); }

/// A call that sets a cookie comes from one of the client's origins; its device is the cookie's then.
Result<> check_cookie_client(const Api& api, const server::Request& request, const std::string& client_id,
                             std::optional<std::string>* device_token) {
  const auto* client = api.deps.settings.find_client(client_id);
  if (client == nullptr || client->transport != application::Transport::cookie) return {};
  GH_CHECK(check_origin(api, request, *client));
  if (device_token != nullptr && !*device_token)
    *device_token = single_cookie(request, device_cookie_name(api.deps.settings));
  return {};
}

/// Whoever links or proves themselves again: the session itself. None for a sign-in, whatever the call carries.
Result<std::optional<application::Caller>> caller_for(const Api& api, const server::Request& request,
                                                      OAuthIntent intent, Access access) {
  if (intent == OAuthIntent::sign_in) return std::optional<application::Caller>();
  GH_TRY(auto caller, prove_caller(api, request, access, {}));
  return std::optional(std::move(caller));
}

server::Response render(const Api& api, const application::ExchangeOutcome& outcome) {
  if (const auto* signed_in = std::get_if<application::SignInOutcome>(&outcome)) return render_sign_in(api, *signed_in);
  if (const auto* linked = std::get_if<application::AccountLinked>(&outcome))
    return server::Response::json(
        200, json::object{{"status", "linked"}, {"account", application::account_json(linked->account)}});
  return render_reauthenticated(api, std::get<application::Reauthenticated>(outcome).renewed);
}

}  // namespace

Result<server::Response> list_providers(const Api& api, const server::Request&) {
  json::array items;
  for (const auto* provider : api.deps.providers.list()) {
    const auto& facts = provider->facts();
    items.push_back(json::object{{"name", facts.name},
                                 {"preset", facts.preset},
                                 {"title", facts.title},
                                 {"nonce", facts.takes_native_id_tokens}});
  }
  return server::Response::json(200, json::object{{"items", std::move(items)}});
}

Result<server::Response> authorize_with_provider(const Api& api, const server::Request& request) {
  GH_TRY(auto body, server::read_body<AuthorizeBody>(request));
  const auto intent = domain::from_text<OAuthIntent>(body.intent);
  if (!intent)
    return fail_field(ErrorCode::invalid_request, "intent", "unknown", "say sign_in, link or reauthenticate");
  const bool links = *intent == OAuthIntent::link;
  GH_TRY(const auto caller, caller_for(api, request, *intent, links ? Access::step_up : Access::session));
  const bool signs_in = *intent == OAuthIntent::sign_in;
  GH_TRY(const auto client_id, named_client(body.client_id, signs_in ? "default" : ""));
  if (signs_in) GH_CHECK(check_cookie_client(api, request, client_id, nullptr));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto url, application::authorize_with_provider(api.deps,
                                                              {.provider = provider_of(request),
                                                               .client_id = client_id,
                                                               .redirect_to = std::move(body.redirect_to),
                                                               .intent = *intent,
                                                               .code_challenge = std::move(body.code_challenge)},
                                                              caller ? &*caller : nullptr, info));
  return server::Response::json(200, json::object{{"authorization_url", url}});
}

Result<server::Response> exchange_provider_code(const Api& api, const server::Request& request) {
  GH_TRY(auto body, server::read_body<ExchangeBody>(request));
  GH_TRY(const auto facts, application::look_at_exchange_code(api.deps, body.code));
  GH_TRY(const auto caller, caller_for(api, request, facts.intent, Access::session));
  GH_CHECK(check_cookie_client(api, request, facts.client_id, &body.device_token));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto outcome, application::exchange_provider_code(api.deps,
                                                                 {.code = std::move(body.code),
                                                                  .code_verifier = std::move(body.code_verifier),
                                                                  .device_token = std::move(body.device_token)},
                                                                 caller ? &*caller : nullptr, info));
  return render(api, outcome);
}

Result<server::Response> create_provider_nonce(const Api& api, const server::Request& request) {
  GH_TRY(const auto body, server::read_body<NonceBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto client_id, named_client(body.client_id));
  GH_TRY(const auto nonce, application::create_provider_nonce(api.deps, provider_of(request), client_id, info));
  return server::Response::json(200, json::object{{"nonce", nonce}});
}

Result<server::Response> sign_in_with_id_token(const Api& api, const server::Request& request) {
  GH_TRY(auto body, server::read_body<IdTokenBody>(request));
  GH_TRY(const auto client_id, named_client(body.client_id));
  GH_CHECK(check_cookie_client(api, request, client_id, &body.device_token));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto outcome, application::sign_in_with_id_token(api.deps,
                                                                {.provider = provider_of(request),
                                                                 .client_id = client_id,
                                                                 .id_token = std::move(body.id_token),
                                                                 .name = std::move(body.name),
                                                                 .device_token = std::move(body.device_token)},
                                                                info));
  return render_sign_in(api, outcome);
}

Result<server::Response> list_my_accounts(const Api& api, const server::Request&, const application::Caller& caller) {
  GH_TRY(const auto accounts, application::my_accounts(api.deps, caller));
  json::array items;
  for (const auto& account : accounts) items.push_back(application::account_json(account));
  return server::Response::json(200, whole_list_json(std::move(items)));
}

Result<server::Response> unlink_my_account(const Api& api, const server::Request& request,
                                           const application::Caller& caller) {
  GH_TRY(const auto id, id_param(request, "account_id"));
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::unlink_my_account(api.deps, caller, domain::AccountId(id), info));
  return server::Response::no_content();
}

}  // namespace gatehouse::http
