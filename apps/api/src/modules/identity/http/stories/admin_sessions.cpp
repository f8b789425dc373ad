#include "modules/identity/application/admin_sessions.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/admin_recovery.hpp"
#include "modules/identity/application/user_view.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/list_parameters.hpp"
#include "modules/identity/http/stories/admin_stories.hpp"
#include "modules/identity/http/stories/session_page.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;
using application::Caller;

struct ReasonQuery {
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(ReasonQuery, (), (reason))

struct ReasonBody {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(ReasonBody, (), (reason))

using Recovery = Result<> (*)(const application::Dependencies&, const Caller&, const domain::UserId&,
                              const std::string&, const application::RequestInfo&);

Result<server::Response> recover(const Api& api, const server::Request& request, const Caller& caller,
                                 Recovery recovery) {
  GH_TRY(const auto id, id_param(request, "user_id"));
  GH_TRY(const auto body, server::read_body<ReasonBody>(request));
  GH_CHECK(check_reason(body.reason));
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(recovery(api.deps, caller, domain::UserId(id), body.reason, info));
  return server::Response::no_content();
}

}  // namespace

Result<server::Response> list_user_sessions(const Api& api, const server::Request& request, const Caller& caller) {
  GH_TRY(const auto id, id_param(request, "user_id"));
  GH_TRY(const auto query, server::read_query<ListQuery>(request));
  const auto scope = list_scope("sessions", {id});
  GH_TRY(const auto page, page_request(api, query, scope));
  GH_TRY(auto sessions, application::list_user_sessions(api.deps, caller, domain::UserId(id)));
  const auto found = cut_sessions(std::move(sessions), page);
  json::array items;
  for (const auto& each : found.items) items.push_back(application::session_json(each, each.id == caller.session_id()));
  return server::Response::json(200, list_json(api, std::move(items), scope, found.next));
}

Result<server::Response> revoke_user_sessions(const Api& api, const server::Request& request, const Caller& caller) {
  GH_TRY(const auto id, id_param(request, "user_id"));
  GH_TRY(const auto query, server::read_query<ReasonQuery>(request));
  GH_CHECK(check_reason(query.reason));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY([[maybe_unused]] const int ended,
         application::revoke_user_sessions(api.deps, caller, domain::UserId(id), query.reason, info));
  return server::Response::no_content();
}

Result<server::Response> revoke_session(const Api& api, const server::Request& request, const Caller& caller) {
  GH_TRY(const auto id, id_param(request, "session_id"));
  GH_TRY(const auto query, server::read_query<ReasonQuery>(request));
  GH_CHECK(check_reason(query.reason));
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::revoke_session(api.deps, caller, domain::SessionId(id), query.reason, info));
  return server::Response::no_content();
}

Result<server::Response> list_user_accounts(const Api& api, const server::Request& request, const Caller& caller) {
  GH_TRY(const auto id, id_param(request, "user_id"));
  GH_TRY(const auto accounts, application::list_user_accounts(api.deps, caller, domain::UserId(id)));
  json::array items;
  for (const auto& account : accounts) items.push_back(application::account_json(account));
  return server::Response::json(200, whole_list_json(std::move(items)));
}

Result<server::Response> start_password_reset(const Api& api, const server::Request& request, const Caller& caller) {
  return recover(api, request, caller, application::start_password_reset);
}

Result<server::Response> reset_user_mfa(const Api& api, const server::Request& request, const Caller& caller) {
  return recover(api, request, caller, application::reset_user_mfa);
}

Result<server::Response> unlock_user(const Api& api, const server::Request& request, const Caller& caller) {
  return recover(api, request, caller, application::unlock_user);
}

}  // namespace gatehouse::http
