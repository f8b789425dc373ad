#include "modules/identity/application/sign_in.hpp"

#include "modules/identity/http/cookies.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/render.hpp"
#include "modules/identity/http/stories/session_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

struct SignInBody {
  std::string email;
  Secret<std::string> password;
  std::optional<std::string> client_id;
  std::optional<std::string> device_token;
};
BOOST_DESCRIBE_STRUCT(SignInBody, (), (email, password, client_id, device_token))

}  // namespace

Result<server::Response> sign_in(const Api& api, const server::Request& request) {
  GH_TRY(auto body, server::read_body<SignInBody>(request));
  const std::string client_id = body.client_id.value_or("default");
  if (const auto* client = api.deps.settings.find_client(client_id);
      client != nullptr && client->transport == application::Transport::cookie) {
    GH_CHECK(check_origin(api, request, *client));
    if (!body.device_token) body.device_token = single_cookie(request, device_cookie_name(api.deps.settings));
  }
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto outcome, application::sign_in(api.deps,
                                                  {.email = std::move(body.email),
                                                   .password = std::move(body.password),
                                                   .client_id = client_id,
                                                   .device_token = std::move(body.device_token)},
                                                  info));
  return render_sign_in(api, outcome);
}

}  // namespace gatehouse::http
