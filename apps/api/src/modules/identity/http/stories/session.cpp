#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/my_sessions.hpp"
#include "modules/identity/http/cookies.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/list_parameters.hpp"
#include "modules/identity/http/stories/session_page.hpp"
#include "modules/identity/http/stories/session_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {

namespace json = boost::json;

namespace {

std::optional<std::string_view> session_token_of(const Api& api, const server::Request& request) {
  const auto credentials = find_credentials(api, request);
  if (!credentials) return std::nullopt;
  return credentials->bearer ? credentials->bearer : credentials->cookie;
}

}  // namespace

std::optional<server::Response> session_check_fast(const Api& api, const server::Request& request) {
  const auto token = session_token_of(api, request);
  if (!token) return std::nullopt;
  const auto snapshot = api.authenticator.find_cached(*token);
  if (!snapshot) return std::nullopt;
  return server::Response::shared_json(200, snapshot->actor_json);
}

bool session_check_later(const Api& api, const server::Request& request, server::LaterAnswer answer) {
  const auto token = session_token_of(api, request);
  if (!token) return false;
  return api.authenticator.snapshot_later(*token, [answer = std::move(answer)](const auto& snapshot) {
    if (!snapshot) return answer(server::answer(Failure(snapshot.error())));
    answer(*snapshot ? std::optional(server::Response::shared_json(200, (*snapshot)->actor_json)) : std::nullopt);
  });
}

Result<server::Response> session_check(const Api&, const server::Request&, const application::Caller& caller) {
  return server::Response::json(200, application::actor_json(caller.actor()));
}

Result<server::Response> sign_out(const Api& api, const server::Request& request, const application::Caller& caller) {
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::sign_out(api.deps, caller, info));
  auto response = server::Response::no_content();
  response.set_cookies.push_back(remove_session_cookie(api.deps.settings));
  return response;
}

Result<server::Response> list_my_sessions(const Api& api, const server::Request& request,
                                          const application::Caller& caller) {
  GH_TRY(const auto query, server::read_query<ListQuery>(request));
  const auto scope = list_scope("my_sessions", {caller.actor().user_id.str()});
  GH_TRY(const auto page, page_request(api, query, scope));
  GH_TRY(auto sessions, application::list_my_sessions(api.deps, caller));
  const auto found = cut_sessions(std::move(sessions), page);
  json::array items;
  for (const auto& each : found.items) items.push_back(application::session_json(each, each.id == caller.session_id()));
  return server::Response::json(200, list_json(api, std::move(items), scope, found.next));
}

Result<server::Response> end_my_session(const Api& api, const server::Request& request,
                                        const application::Caller& caller) {
  GH_TRY(const auto info, request_info(api, request));
  const std::string id(request.param("session_id"));
  if (!is_id_text(id)) return fail(ErrorCode::not_found);
  GH_CHECK(application::end_my_session(api.deps, caller, domain::SessionId(id), info));
  return server::Response::no_content();
}

Result<server::Response> end_my_sessions(const Api& api, const server::Request& request,
                                         const application::Caller& caller) {
  GH_TRY(const auto scope, request.query_param("scope"));
  if (!scope || (*scope != "others" && *scope != "all"))
    return fail_field(ErrorCode::invalid_request, "scope", "required", "say ?scope=others or ?scope=all");
  GH_TRY(const auto info, request_info(api, request));
  const bool all = *scope == "all";
  GH_CHECK(application::end_my_sessions(
      api.deps, caller, all ? application::SessionScope::all : application::SessionScope::others, info));
  auto response = server::Response::no_content();
  if (all) response.set_cookies.push_back(remove_session_cookie(api.deps.settings));
  return response;
}

}  // namespace gatehouse::http
