#include "modules/identity/application/sign_up.hpp"

#include <boost/json/object.hpp>

#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/stories/session_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

struct SignUpBody {
  std::string email;
  Secret<std::string> password;
  std::optional<std::string> name;
  std::optional<std::string> locale;
  std::optional<std::string> client_id;
};
BOOST_DESCRIBE_STRUCT(SignUpBody, (), (email, password, name, locale, client_id))

struct TokenBody {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(TokenBody, (), (token))

struct EmailBody {
  std::string email;
};
BOOST_DESCRIBE_STRUCT(EmailBody, (), (email))

}  // namespace

Result<server::Response> sign_up(const Api& api, const server::Request& request) {
  GH_TRY(auto body, server::read_body<SignUpBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::sign_up(api.deps,
                                {.email = std::move(body.email),
                                 .password = std::move(body.password),
                                 .name = std::move(body.name),
                                 .locale = std::move(body.locale),
                                 .client_id = body.client_id.value_or("default")},
                                info));
  return server::Response::json(202, boost::json::object{{"status", "verification_required"}});
}

Result<server::Response> verify_email(const Api& api, const server::Request& request) {
  GH_TRY(const auto body, server::read_body<TokenBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto user, application::verify_email(api.deps, body.token, info));
  return server::Response::json(200, boost::json::object{{"user_id", user.str()}});
}

Result<server::Response> resend_verification(const Api& api, const server::Request& request) {
  GH_TRY(const auto body, server::read_body<EmailBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::resend_verification(api.deps, body.email, info));
  return server::Response::json(202, boost::json::object{{"status", "accepted"}});
}

}  // namespace gatehouse::http
