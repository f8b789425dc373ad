#include "modules/identity/http/guard.hpp"

#include "auth/token.hpp"
#include "modules/identity/application/note_denied.hpp"
#include "modules/identity/application/step_up.hpp"
#include "modules/identity/http/basic_credentials.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/idempotent.hpp"

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

/// Services may also prove themselves as OAuth clients do (RFC 6749 section 2.3.1).
bool is_basic(const server::Request& request) {
  const auto header = request.header("Authorization");
  return header && header->size() > 6 && server::iequals(header->substr(0, 6), "Basic ");
}

Result<Caller> by_basic(const Api& api, const server::Request& request) {
  const auto sent = service_key_of(request, std::nullopt, std::nullopt);
  if (!sent) return fail(ErrorCode::invalid_service_key, "send Basic with NAME:KEY");
  GH_TRY(auto caller, api.authenticator.service(sent->key.expose()));
  if (sent->name && *sent->name != caller.name() && *sent->name != "service:" + caller.name())
    return fail(ErrorCode::invalid_service_key, "the key is another service's");
  return caller;
}

Result<Caller> by_credentials(const Api& api, const server::Request& request, Access access) {
  if (access == Access::service && is_basic(request)) return by_basic(api, request);
  GH_TRY(const auto credentials, find_credentials(api, request));
  if (credentials.bearer) return by_bearer(api, *credentials.bearer, access);
  if (credentials.cookie) return by_cookie(api, request, *credentials.cookie, access);
  if (access == Access::service) return fail(ErrorCode::invalid_service_key, "send a service key as Bearer");
  return fail(ErrorCode::no_session);
}

Result<> check_rate(const Api& api, const Caller& caller) {
  if (caller.kind() != CallerKind::service) return {};
  if (api.service_rate->admit(caller.name(), std::chrono::steady_clock::now())) return {};
  Error error;
  error.code = ErrorCode::throttled;
  error.detail = "this service asks more often than it may";
  error.retry_after = std::chrono::seconds(1);
  return fail(std::move(error));
}

Failure lacks(std::string_view permission) {
  return fail(ErrorCode::forbidden, "this call needs the permission " + std::string(permission));
}

Result<Caller> identify(const Api& api, const server::Request& request, Access access) {
  GH_TRY(auto caller, by_credentials(api, request, access));
  GH_CHECK(check_rate(api, caller));
  return caller;
}

/// The permission; and that a person's session is as strong as the roles ask that give it.
Result<> check_permitted(const Api& api, const Caller& caller, std::string_view permission) {
  if (!caller.has_permission(permission)) return lacks(permission);
  if (!caller.is_person()) return {};
  return application::check_second_factor(api.deps.settings, caller.actor().roles, caller.actor().acr);
}

Result<> check_allowed(const Api& api, const Caller& caller, Access access, std::string_view permission) {
  if (!permission.empty()) GH_CHECK(check_permitted(api, caller, permission));
  if (access == Access::step_up) GH_CHECK(application::require_step_up(api.deps, caller));
  return {};
}

Result<server::Response> run_allowed(const Api& api, const server::Request& request, const Row& row,
                                     const Caller& caller) {
  GH_CHECK(check_allowed(api, caller, row.access, row.permission));
  if (row.recent) GH_CHECK(application::require_step_up(api.deps, caller));
  const auto story = [&] { return std::get<CallerStory>(row.story)(api, request, caller); };
  return row.idempotent ? run_idempotent(api, request, caller, story) : story();
}

bool is_denial(ErrorCode code) { return code == ErrorCode::forbidden || code == ErrorCode::mfa_required; }

/// The story of a row that needs a caller. What staff and services may not do is put on record.
Result<server::Response> as_caller(const Api& api, const server::Request& request, const Row& row) {
  GH_TRY(const auto caller, identify(api, request, row.access));
  auto response = run_allowed(api, request, row, caller);
  const bool watched = row.access == Access::staff || row.access == Access::service;
  if (!response && watched && is_denial(response.error().code)) {
    if (const auto info = request_info(api, request))
      (void)application::note_denied(api.deps, caller, std::string(row.method) + ' ' + std::string(row.pattern),
                                     response.error(), *info);
  }
  return response;
}

}  // namespace

Result<Caller> prove_caller(const Api& api, const server::Request& request, Access access,
                            std::string_view permission) {
  GH_TRY(auto caller, identify(api, request, access));
  GH_CHECK(check_allowed(api, caller, access, permission));
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
  if (row.later != nullptr) {
    route.later = [&api, later = row.later](const server::Request& request, server::LaterAnswer answer) {
      return later(api, request, std::move(answer));
    };
  }
  if (const auto* story = std::get_if<OpenStory>(&row.story)) {
    route.handler = [&api, story = *story](const server::Request& request) {
      return server::answer(story(api, request));
    };
    // What neither waits nor computes is answered on the io thread itself.
    if (row.lane == server::Lane::edge) route.fast = route.handler;
  } else {
    route.handler = [&api, row](const server::Request& request) {
      return server::answer(as_caller(api, request, row));
    };
  }
  return route;
}

}  // namespace gatehouse::http
