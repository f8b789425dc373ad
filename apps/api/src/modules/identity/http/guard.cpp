#include "modules/identity/http/guard.hpp"

#include "auth/token.hpp"
#include "modules/identity/application/step_up.hpp"
#include "modules/identity/http/credentials.hpp"

namespace gatehouse::http {
namespace {

using application::Caller;
using application::CallerKind;

bool changes_state(const server::Request& request) { return request.method != "GET" && request.method != "HEAD"; }

Result<Caller> by_bearer(const Api& api, std::string_view token, Access access) {
  const auto kind = auth::token_kind(token);
  const bool takes_service = access == Access::service || access == Access::staff;
  if (kind == auth::TokenKind::service && takes_service) return api.authenticator.service(token);
  if (access == Access::service)
    return fail(kind ? ErrorCode::wrong_token_type : ErrorCode::invalid_service_key, "this call needs a service key");
  if (!kind && access == Access::reader) return api.authenticator.access_token(token);
  return api.authenticator.session(token);
}

Result<Caller> by_cookie(const Api& api, const server::Request& request, std::string_view token, Access access) {
  if (access == Access::service) return fail(ErrorCode::invalid_service_key, "this call needs a service key");
  GH_TRY(auto caller, api.authenticator.session(token));
  if (changes_state(request)) {
    const auto* client = api.deps.settings.find_client(caller.actor().client_id);
    if (client == nullptr) return fail(ErrorCode::no_session, "the session's client is not configured any more");
    GH_CHECK(check_origin(api, request, *client));
  }
  return caller;
}

Failure lacks(std::string_view permission) {
  return fail(ErrorCode::forbidden, "this call needs the permission " + std::string(permission));
}

}  // namespace

Result<Caller> prove_caller(const Api& api, const server::Request& request, Access access,
                            std::string_view permission) {
  GH_TRY(const auto credentials, find_credentials(api, request));
  if (!credentials.bearer && !credentials.cookie) {
    if (access == Access::service) return fail(ErrorCode::invalid_service_key, "send a service key as Bearer");
    return fail(ErrorCode::no_session);
  }
  GH_TRY(auto caller, credentials.bearer ? by_bearer(api, *credentials.bearer, access)
                                         : by_cookie(api, request, *credentials.cookie, access));
  if (!permission.empty() && !caller.has_permission(permission)) return lacks(permission);
  if (access == Access::step_up) GH_CHECK(application::require_step_up(api.deps, caller));
  return caller;
}

server::Route guarded(const Api& api, const Row& row) {
  server::Route route;
  route.method = row.method;
  route.pattern = row.pattern;
  route.lane = row.lane;
  route.media_types = row.media_types;
  route.cache_control = row.cache_control;
  route.cors = row.cors;
  route.reach = row.reach;
  route.mount = row.mount;
  if (row.fast != nullptr) {
    route.fast = [&api, fast = row.fast](const server::Request& request) { return fast(api, request); };
  }
  if (const auto* story = std::get_if<OpenStory>(&row.story)) {
    route.handler = [&api, story = *story](const server::Request& request) {
      return server::answer(story(api, request));
    };
  } else {
    route.handler = [&api, story = std::get<CallerStory>(row.story), access = row.access,
                     permission = row.permission](const server::Request& request) {
      auto caller = prove_caller(api, request, access, permission);
      if (!caller) return server::Response::problem(std::move(caller).error());
      return server::answer(story(api, request, *caller));
    };
  }
  return route;
}

}  // namespace gatehouse::http
