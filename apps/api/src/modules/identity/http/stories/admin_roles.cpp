#include "modules/identity/application/admin_reports.hpp"
#include "modules/identity/application/assign_role.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/list_parameters.hpp"
#include "modules/identity/http/stories/admin_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;

struct AssignRoleBody {
  std::string role;
  std::optional<std::string> expires_at;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(AssignRoleBody, (), (role, expires_at, reason))

struct ReasonQuery {
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(ReasonQuery, (), (reason))

}  // namespace

Result<server::Response> list_user_roles(const Api& api, const server::Request& request,
                                         const application::Caller& caller) {
  GH_TRY(const auto id, id_param(request, "user_id"));
  GH_TRY(const auto roles, application::list_user_roles(api.deps, caller, domain::UserId(id)));
  json::array items;
  for (const auto& role : roles) items.push_back(application::role_assignment_json(role));
  return server::Response::json(200, whole_list_json(std::move(items)));
}

Result<server::Response> assign_role(const Api& api, const server::Request& request,
                                     const application::Caller& caller) {
  GH_TRY(const auto id, id_param(request, "user_id"));
  GH_TRY(const auto body, server::read_body<AssignRoleBody>(request));
  GH_CHECK(check_reason(body.reason));
  GH_TRY(const auto expires_at, read_time("expires_at", body.expires_at));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto given,
         application::assign_role(api.deps, caller, domain::UserId(id), {body.role, expires_at, body.reason}, info));
  return server::Response::json(201, application::role_assignment_json(given))
      .header("Location", api.deps.settings.public_url + "/v1/admin/users/" + id + "/roles/" + given.role);
}

Result<server::Response> revoke_role(const Api& api, const server::Request& request,
                                     const application::Caller& caller) {
  GH_TRY(const auto id, id_param(request, "user_id"));
  GH_TRY(const auto query, server::read_query<ReasonQuery>(request));
  GH_CHECK(check_reason(query.reason));
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::revoke_role(api.deps, caller, domain::UserId(id), std::string(request.param("role")),
                                    query.reason, info));
  return server::Response::no_content();
}

Result<server::Response> list_roles(const Api& api, const server::Request&, const application::Caller&) {
  json::array items;
  for (const auto& role : api.deps.settings.roles.names())
    items.push_back(application::role_json(api.deps.settings, role));
  return server::Response::json(200, whole_list_json(std::move(items)));
}

}  // namespace gatehouse::http
