#include "modules/identity/application/finish_provider_flow.hpp"
#include "modules/identity/application/start_provider_flow.hpp"
#include "modules/identity/http/cookies.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/render.hpp"
#include "modules/identity/http/stories/provider_stories.hpp"
#include "observability/log.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

constexpr std::size_t kMaxRedirect = 2048;
constexpr std::size_t kMaxParameter = 4096;

struct StartQuery {
  std::optional<std::string> client_id;
  std::optional<std::string> redirect_to;
  std::optional<std::string> request;
};
BOOST_DESCRIBE_STRUCT(StartQuery, (), (client_id, redirect_to, request))

struct CallbackParameters {
  std::optional<std::string> code;
  std::optional<std::string> state;
  std::optional<std::string> iss;
  std::optional<std::string> error;
  std::optional<std::string> user;
};
BOOST_DESCRIBE_STRUCT(CallbackParameters, (), (code, state, iss, error, user))

/// Only a person's browser on its way walks through here: a frame, an image or a preview would set or spend a flow
/// that nobody sees.
Result<> check_navigation(const server::Request& request) {
  if (request.method == "HEAD") return fail(ErrorCode::method_not_allowed);
  const auto destination = request.header("Sec-Fetch-Dest");
  if (destination && *destination != "document")
    return fail(ErrorCode::cross_origin, "open this address in the browser's own window");
  return {};
}

/// As the contract has it; no provider sends more.
Result<> check_lengths(const CallbackParameters& brought) {
  const std::pair<const char*, const std::optional<std::string>*> all[] = {{"code", &brought.code},
                                                                           {"state", &brought.state},
                                                                           {"iss", &brought.iss},
                                                                           {"error", &brought.error},
                                                                           {"user", &brought.user}};
  for (const auto& [name, value] : all)
    if (*value && (*value)->size() > kMaxParameter)
      return fail_field(ErrorCode::invalid_request, name, "too_long", "at most 4096 characters");
  return {};
}

/// What the person is told by a code alone; the cause stands here, under the request's id.
void log_failure(const server::Request& request, const std::string& provider, const Error& failure) {
  const bool ours = failure.code == ErrorCode::internal_error;
  observability::log(ours ? observability::Level::error : observability::Level::info, "provider_flow_failed",
                     {{"provider", provider},
                      {"code", error_info(failure.code).code},
                      {"cause", failure.cause},
                      {"request_id", request.request_id},
                      {"traceparent", request.traceparent}});
}

std::string provider_in(const server::Request& request) { return std::string(request.param("provider")); }

Result<server::Response> finish(const Api& api, const server::Request& request, CallbackParameters&& brought) {
  GH_CHECK(check_lengths(brought));
  const auto& settings = api.deps.settings;
  application::CallbackInput input{.provider = provider_in(request),
                                   .flow_cookie = {},
                                   .state = std::move(brought.state),
                                   .code = std::move(brought.code),
                                   .issuer = std::move(brought.iss),
                                   .error = std::move(brought.error),
                                   .user = std::move(brought.user)};
  if (is_id_text(input.provider))
    input.flow_cookie = single_cookie(request, flow_cookie_name(settings, input.provider));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto finished, application::finish_provider_flow(api.deps, input, info));
  if (finished.failure) log_failure(request, input.provider, *finished.failure);
  auto response = server::Response::redirect_303(finished.location);
  if (finished.outcome) response.set_cookies = sign_in_cookies(api, *finished.outcome);
  if (finished.spent) {
    const auto* provider = api.deps.providers.find(input.provider);
    response.set_cookies.push_back(
        remove_flow_cookie(settings, input.provider, provider != nullptr && provider->facts().uses_form_post));
  }
  return response;
}

}  // namespace

Result<server::Response> start_provider_sign_in(const Api& api, const server::Request& request) {
  GH_CHECK(check_navigation(request));
  GH_TRY(auto query, server::read_query<StartQuery>(request));
  if (query.redirect_to && query.redirect_to->size() > kMaxRedirect) return fail(ErrorCode::invalid_redirect);
  if (query.request && (query.client_id || query.redirect_to))
    return fail_field(ErrorCode::invalid_request, "request", "not_alone", "the link says all there is; send it alone");
  GH_TRY(auto client_id, named_client(query.client_id));
  application::StartInput input{.provider = provider_in(request),
                                .request = std::move(query.request),
                                .client_id = std::move(client_id),
                                .redirect_to = std::move(query.redirect_to),
                                .device_token = single_cookie(request, device_cookie_name(api.deps.settings))};
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto started, application::start_provider_flow(api.deps, input, info));
  if (started.failure) log_failure(request, input.provider, *started.failure);
  auto response = server::Response::redirect_303(started.location);
  if (started.cookie)
    response.set_cookies.push_back(
        set_flow_cookie(api.deps.settings, input.provider, *started.cookie, started.uses_form_post));
  return response;
}

Result<server::Response> finish_provider_sign_in(const Api& api, const server::Request& request) {
  GH_CHECK(check_navigation(request));
  GH_TRY(auto brought, server::read_query<CallbackParameters>(request, server::Unknown::ignore));
  brought.user.reset();  // it comes by form alone
  return finish(api, request, std::move(brought));
}

Result<server::Response> finish_provider_sign_in_by_form(const Api& api, const server::Request& request) {
  GH_CHECK(check_navigation(request));
  GH_TRY(auto brought, server::read_form<CallbackParameters>(request, server::Unknown::ignore));
  return finish(api, request, std::move(brought));
}

}  // namespace gatehouse::http
