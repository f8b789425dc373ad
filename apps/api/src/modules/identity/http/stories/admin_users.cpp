#include <fmt/ranges.h>

#include "modules/identity/application/change_compliance.hpp"
#include "modules/identity/application/create_user.hpp"
#include "modules/identity/application/list_users.hpp"
#include "modules/identity/application/update_user.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/etag.hpp"
#include "modules/identity/http/list_parameters.hpp"
#include "modules/identity/http/stories/admin_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;

struct UserListQuery : ListQuery {
  std::optional<std::string> query;
  std::optional<std::string> email;
  std::optional<std::vector<std::string>> id;
  std::optional<std::string> status;
  std::optional<std::string> role;
};
BOOST_DESCRIBE_STRUCT(UserListQuery, (ListQuery), (query, email, id, status, role))

struct CreateUserBody {
  std::string email;
  std::optional<std::string> name;
  std::optional<std::string> locale;
  std::optional<std::vector<std::string>> roles;
  std::optional<std::string> id;
  std::optional<bool> invite;
};
BOOST_DESCRIBE_STRUCT(CreateUserBody, (), (email, name, locale, roles, id, invite))

struct UserPatchBody {
  std::optional<server::Nullable<std::string>> name;
  std::optional<std::string> status;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(UserPatchBody, (), (name, status, reason))

struct ComplianceBody {
  std::optional<std::string> identity_verification;
  std::optional<std::string> screening;
  std::string reference;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(ComplianceBody, (), (identity_verification, screening, reference, reason))

struct ReasonQuery {
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(ReasonQuery, (), (reason))

server::Response single(int status, const application::AdminUser& user) {
  return server::Response::json(status, application::admin_user_json(user))
      .header("ETag", etag_of(user.view.user.version));
}

/// A state by its name on the wire.
template <class State>
Result<std::optional<State>> state_of(std::string_view field, const std::optional<std::string>& text) {
  if (!text) return std::optional<State>();
  const auto state = domain::from_text<State>(*text);
  if (!state)
    return fail_field(ErrorCode::invalid_request, std::string(field), "unknown", "there is no state `" + *text + "`");
  return state;
}

}  // namespace

Result<server::Response> list_users(const Api& api, const server::Request& request, const application::Caller& caller) {
  GH_TRY(auto query, server::read_query<UserListQuery>(request));
  const auto ids = query.id.value_or(std::vector<std::string>());
  const auto scope =
      list_scope("users", {query.query, query.email, fmt::format("{}", fmt::join(ids, ",")), query.status, query.role});
  GH_TRY(const auto page, page_request(api, query, scope));
  GH_TRY(const auto list,
         application::list_users(api.deps, caller, {query.query, query.email, ids, query.status, query.role}, page));
  json::array items;
  for (const auto& user : list.items) items.push_back(admin_user_json(user, application::Detail::listed));
  return server::Response::json(200, list_json(api, std::move(items), scope, list.next, list.total));
}

Result<server::Response> create_user(const Api& api, const server::Request& request,
                                     const application::Caller& caller) {
  GH_TRY(auto body, server::read_body<CreateUserBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto user, application::create_user(api.deps, caller,
                                                   {.email = std::move(body.email),
                                                    .name = std::move(body.name),
                                                    .locale = std::move(body.locale),
                                                    .roles = body.roles.value_or(std::vector<std::string>()),
                                                    .id = std::move(body.id),
                                                    .invite = body.invite.value_or(true) ? application::Invite::mailed
                                                                                         : application::Invite::none},
                                                   info));
  return single(201, user).header("Location",
                                  api.deps.settings.public_url + "/v1/admin/users/" + user.view.user.id.str());
}

Result<server::Response> get_user(const Api& api, const server::Request& request, const application::Caller& caller) {
  GH_TRY(const auto id, id_param(request, "user_id"));
  GH_TRY(const auto user, application::get_user(api.deps, caller, domain::UserId(id)));
  return single(200, user);
}

Result<server::Response> update_user(const Api& api, const server::Request& request,
                                     const application::Caller& caller) {
  GH_TRY(const auto id, id_param(request, "user_id"));
  GH_TRY(const auto body, server::read_body<UserPatchBody>(request));
  GH_CHECK(check_reason(body.reason));
  GH_TRY(const auto expected, if_match(request));
  GH_TRY(const auto info, request_info(api, request));
  application::UserPatch patch;
  if (body.name) patch.name = body.name->value;
  GH_TRY(patch.status, state_of<domain::UserStatus>("status", body.status));
  patch.reason = body.reason;
  GH_TRY(const auto user, application::update_user(api.deps, caller, domain::UserId(id), patch, expected, info));
  return single(200, user);
}

Result<server::Response> delete_user(const Api& api, const server::Request& request,
                                     const application::Caller& caller) {
  GH_TRY(const auto id, id_param(request, "user_id"));
  GH_TRY(const auto query, server::read_query<ReasonQuery>(request));
  GH_CHECK(check_reason(query.reason));
  GH_TRY(const auto expected, if_match(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::delete_user(api.deps, caller, domain::UserId(id), query.reason, expected, info));
  return server::Response::no_content();
}

Result<server::Response> update_compliance(const Api& api, const server::Request& request,
                                           const application::Caller& caller) {
  GH_TRY(const auto id, id_param(request, "user_id"));
  GH_TRY(const auto body, server::read_body<ComplianceBody>(request));
  GH_TRY(const auto expected, if_match(request));
  GH_TRY(const auto info, request_info(api, request));
  application::ComplianceInput input;
  GH_TRY(input.identity_verification,
         state_of<domain::IdentityVerification>("identity_verification", body.identity_verification));
  GH_TRY(input.screening, state_of<domain::Screening>("screening", body.screening));
  input.reference = body.reference;
  input.reason = body.reason;
  GH_TRY(const auto state, application::change_compliance(api.deps, caller, domain::UserId(id), input, expected, info));
  return server::Response::json(200,
                                json::object{{"user_id", state.user_id.str()},
                                             {"identity_verification", domain::to_text(state.identity_verification)},
                                             {"screening", domain::to_text(state.screening)}})
      .header("ETag", etag_of(state.version));
}

}  // namespace gatehouse::http
