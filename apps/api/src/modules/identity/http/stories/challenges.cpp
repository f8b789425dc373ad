#include <boost/json/object.hpp>

#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/reauthenticate.hpp"
#include "modules/identity/application/service_challenge.hpp"
#include "modules/identity/application/verify_mfa.hpp"
#include "modules/identity/http/cookies.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/render.hpp"
#include "modules/identity/http/stories/account_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;

struct ChallengeBody {
  std::string user_id;
  std::string purpose;
};
BOOST_DESCRIBE_STRUCT(ChallengeBody, (), (user_id, purpose))

struct VerifyBody {
  std::string method;
  Secret<std::string> code;
};
BOOST_DESCRIBE_STRUCT(VerifyBody, (), (method, code))

struct ReauthenticateBody {
  std::optional<Secret<std::string>> password;
  std::optional<std::string> method;
  std::optional<Secret<std::string>> code;
};
BOOST_DESCRIBE_STRUCT(ReauthenticateBody, (), (password, method, code))

/// Nothing for a bearer client's or a service's challenge. Returns `cross_origin`.
Result<bool> check_browser(const Api& api, const server::Request& request, const std::string& challenge_id) {
  GH_TRY(const auto client_id, application::challenge_client(api.deps, challenge_id));
  const auto* client = client_id.empty() ? nullptr : api.deps.settings.find_client(client_id);
  if (client == nullptr || client->transport != application::Transport::cookie) return false;
  GH_CHECK(check_origin(api, request, *client));
  return true;
}

server::Response render(const application::ChallengeProved& proved) {
  return server::Response::json(200, json::object{{"status", "verified"},
                                                  {"user_id", proved.user_id.str()},
                                                  {"amr", application::text_array(proved.amr)},
                                                  {"acr", domain::to_text(proved.acr)}});
}

}  // namespace

Result<server::Response> create_challenge(const Api& api, const server::Request& request,
                                          const application::Caller& caller) {
  GH_TRY(auto body, server::read_body<ChallengeBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  if (!is_id_text(body.user_id)) return fail(ErrorCode::not_found);
  GH_TRY(const auto issued,
         application::create_service_challenge(
             api.deps, caller, {domain::UserId(std::move(body.user_id)), std::move(body.purpose)}, info));
  return server::Response::json(201, json::object{{"id", issued.id.expose()},
                                                  {"methods", application::text_array(issued.methods)},
                                                  {"expires_at", to_rfc3339(issued.expires_at)}})
      .header("Location", api.deps.settings.public_url + "/v1/mfa/challenges/" + issued.id.expose());
}

Result<server::Response> get_challenge(const Api& api, const server::Request& request,
                                       const application::Caller& caller) {
  GH_TRY(const auto found,
         application::find_service_challenge(api.deps, caller, std::string(request.param("challenge_id"))));
  const auto& challenge = found.challenge;
  json::object body{{"status", found.status},
                    {"user_id", challenge.user_id.str()},
                    {"purpose", challenge.purpose},
                    {"methods", application::text_array(found.methods)},
                    {"expires_at", to_rfc3339(challenge.expires_at)},
                    {"verified_at", application::time_or_null(challenge.verified_at)}};
  if (challenge.verified_at) {
    body["acr"] = "aal2";
    body["amr"] = application::text_array(challenge.verified_amr);
  }
  return server::Response::json(200, body);
}

Result<server::Response> verify_challenge(const Api& api, const server::Request& request) {
  GH_TRY(auto body, server::read_body<VerifyBody>(request));
  application::VerifyMfaInput input{.challenge_id = std::string(request.param("challenge_id")),
                                    .method = std::move(body.method),
                                    .code = std::move(body.code)};
  GH_TRY(const bool by_cookie, check_browser(api, request, input.challenge_id));
  if (by_cookie) {
    input.cookie = single_cookie(request, challenge_cookie_name(api.deps.settings));
    input.device_token = single_cookie(request, device_cookie_name(api.deps.settings));
  }
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(auto result, application::verify_mfa(api.deps, input, info));
  if (const auto* proved = std::get_if<application::ChallengeProved>(&result)) return render(*proved);
  auto response = render_sign_in(api, std::get<application::SignedIn>(std::move(result)));
  if (by_cookie) response.set_cookies.push_back(remove_challenge_cookie(api.deps.settings));
  return response;
}

Result<server::Response> reauthenticate(const Api& api, const server::Request& request,
                                        const application::Caller& caller) {
  GH_TRY(auto body, server::read_body<ReauthenticateBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto renewed,
         application::reauthenticate(api.deps, caller,
                                     {std::move(body.password), std::move(body.method), std::move(body.code)}, info));
  return render_reauthenticated(api, renewed);
}

}  // namespace gatehouse::http
