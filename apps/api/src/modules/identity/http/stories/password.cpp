#include <boost/json/object.hpp>

#include "modules/identity/application/change_password.hpp"
#include "modules/identity/application/forgot_password.hpp"
#include "modules/identity/application/reset_password.hpp"
#include "modules/identity/http/cookies.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/stories/account_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

struct ForgotBody {
  std::string email;
  std::optional<std::string> client_id;
  std::optional<std::string> device_token;
};
BOOST_DESCRIBE_STRUCT(ForgotBody, (), (email, client_id, device_token))

struct ResetBody {
  std::string token;
  Secret<std::string> password;
  std::optional<std::string> method;
  std::optional<Secret<std::string>> code;
};
BOOST_DESCRIBE_STRUCT(ResetBody, (), (token, password, method, code))

struct ChangeBody {
  std::optional<Secret<std::string>> current_password;
  Secret<std::string> new_password;
};
BOOST_DESCRIBE_STRUCT(ChangeBody, (), (current_password, new_password))

/// The device cookie, where the call comes from one of the client's own pages.
std::optional<std::string> own_device(const Api& api, const server::Request& request, const std::string& client_id) {
  const auto* client = api.deps.settings.find_client(client_id);
  if (client == nullptr || client->transport != application::Transport::cookie || !check_origin(api, request, *client))
    return std::nullopt;
  return single_cookie(request, device_cookie_name(api.deps.settings));
}

}  // namespace

Result<server::Response> forgot_password(const Api& api, const server::Request& request) {
  GH_TRY(auto body, server::read_body<ForgotBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  if (!body.device_token) body.device_token = own_device(api, request, body.client_id.value_or("default"));
  GH_CHECK(application::forgot_password(api.deps,
                                        {.email = std::move(body.email),
                                         .client_id = body.client_id.value_or("default"),
                                         .device_token = std::move(body.device_token)},
                                        info));
  return server::Response::json(202, boost::json::object{{"status", "accepted"}});
}

Result<server::Response> reset_password(const Api& api, const server::Request& request) {
  GH_TRY(auto body, server::read_body<ResetBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::reset_password(api.deps,
                                       {.token = std::move(body.token),
                                        .password = std::move(body.password),
                                        .method = std::move(body.method),
                                        .code = std::move(body.code)},
                                       info));
  return server::Response::no_content();
}

Result<server::Response> change_my_password(const Api& api, const server::Request& request,
                                            const application::Caller& caller) {
  GH_TRY(auto body, server::read_body<ChangeBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::change_password(api.deps, caller,
                                        {std::move(body.current_password), std::move(body.new_password)}, info));
  return server::Response::no_content();
}

}  // namespace gatehouse::http
