#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "auth/token.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/backup_codes.hpp"
#include "modules/identity/application/enroll_totp.hpp"
#include "modules/identity/application/my_factors.hpp"
#include "modules/identity/http/cookies.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/guard.hpp"
#include "modules/identity/http/render.hpp"
#include "modules/identity/http/stories/account_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;

struct CodeBody {
  Secret<std::string> code;
};
BOOST_DESCRIBE_STRUCT(CodeBody, (), (code))

/// The enrolment token that a sign-in ended in, where the call carries one in place of a session.
Result<std::optional<std::string>> enrollment_token(const Api& api, const server::Request& request) {
  GH_TRY(const auto credentials, find_credentials(api, request));
  if (!credentials.bearer || auth::token_kind(*credentials.bearer) != auth::TokenKind::mailed)
    return std::optional<std::string>();
  std::optional<std::string> token(*credentials.bearer);
  GH_TRY(const auto client_id, application::enrollment_client(api.deps, *token));
  const auto* client = client_id ? api.deps.settings.find_client(*client_id) : nullptr;
  if (client != nullptr && client->transport == application::Transport::cookie)
    GH_CHECK(check_origin(api, request, *client));
  return token;
}

server::Response render(const application::TotpEnrollment& begun) {
  return server::Response::json(200, json::object{{"secret", begun.secret.expose()},
                                                  {"otpauth_uri", begun.otpauth_uri.expose()},
                                                  {"qr_svg", begun.qr_svg.expose()}});
}

server::Response render(const Api& api, const application::TotpConfirmed& confirmed) {
  server::Response cookies;
  json::object body{{"backup_codes", application::text_array(application::shown(confirmed.backup_codes))}};
  body["session"] = session_member(api, confirmed.signed_in, cookies);
  if (const auto& device = confirmed.signed_in.device_token) {
    if (cookies.set_cookies.empty()) {
      body["device_token"] = device->expose();
    } else {
      cookies.set_cookies.push_back(set_device_cookie(api.deps.settings, *device));
    }
  }
  auto response = server::Response::json(200, body);
  response.set_cookies = std::move(cookies.set_cookies);
  return response;
}

}  // namespace

Result<server::Response> enroll_totp(const Api& api, const server::Request& request) {
  GH_TRY(const auto token, enrollment_token(api, request));
  GH_TRY(const auto info, request_info(api, request));
  if (token) {
    GH_TRY(const auto begun, application::begin_totp(api.deps, *token, info));
    return render(begun);
  }
  GH_TRY(const auto caller, prove_caller(api, request, Access::step_up, {}));
  GH_TRY(const auto begun, application::begin_totp(api.deps, caller, info));
  return render(begun);
}

Result<server::Response> confirm_totp(const Api& api, const server::Request& request) {
  GH_TRY(const auto token, enrollment_token(api, request));
  GH_TRY(const auto info, request_info(api, request));
  if (token) {
    GH_TRY(const auto body, server::read_body<CodeBody>(request));
    GH_TRY(const auto confirmed, application::confirm_totp(api.deps, *token, body.code, info));
    return render(api, confirmed);
  }
  GH_TRY(const auto caller, prove_caller(api, request, Access::session, {}));
  GH_TRY(const auto body, server::read_body<CodeBody>(request));
  GH_TRY(const auto confirmed, application::confirm_totp(api.deps, caller, body.code, info));
  return render(api, confirmed);
}

Result<server::Response> my_mfa(const Api& api, const server::Request&, const application::Caller& caller) {
  GH_TRY(const auto status, application::my_factors(api.deps, caller));
  json::array factors;
  if (status.totp_since)
    factors.push_back(json::object{{"type", "totp"}, {"enrolled_at", to_rfc3339(*status.totp_since)}});
  if (status.backup_codes_since)
    factors.push_back(json::object{{"type", "backup_code"}, {"enrolled_at", to_rfc3339(*status.backup_codes_since)}});
  return server::Response::json(
      200, json::object{{"factors", std::move(factors)}, {"backup_codes_left", status.backup_codes_left}});
}

Result<server::Response> remove_totp(const Api& api, const server::Request& request,
                                     const application::Caller& caller) {
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::remove_totp(api.deps, caller, info));
  return server::Response::no_content();
}

Result<server::Response> create_backup_codes(const Api& api, const server::Request& request,
                                             const application::Caller& caller) {
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto codes, application::renew_backup_codes(api.deps, caller, info));
  return server::Response::json(200,
                                json::object{{"backup_codes", application::text_array(application::shown(codes))}});
}

}  // namespace gatehouse::http
