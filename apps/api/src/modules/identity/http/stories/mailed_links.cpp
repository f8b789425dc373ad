#include <boost/json/object.hpp>

#include "modules/identity/application/change_email.hpp"
#include "modules/identity/application/delete_user.hpp"
#include "modules/identity/application/invitation.hpp"
#include "modules/identity/application/not_me.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/stories/account_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

struct LinkBody {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(LinkBody, (), (token))

struct InvitationBody {
  std::string token;
  Secret<std::string> password;
  std::optional<std::string> name;
};
BOOST_DESCRIBE_STRUCT(InvitationBody, (), (token, password, name))

using UseCase = Result<> (*)(const application::Dependencies&, const std::string&, const application::RequestInfo&);

Result<server::Response> spend(const Api& api, const server::Request& request, UseCase use_case) {
  GH_TRY(const auto body, server::read_body<LinkBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(use_case(api.deps, body.token, info));
  return server::Response::no_content();
}

}  // namespace

Result<server::Response> confirm_email_change(const Api& api, const server::Request& request) {
  return spend(api, request, application::confirm_email_change);
}
Result<server::Response> undo_email_change(const Api& api, const server::Request& request) {
  return spend(api, request, application::undo_email_change);
}
Result<server::Response> report_not_me(const Api& api, const server::Request& request) {
  return spend(api, request, application::report_not_me);
}
Result<server::Response> cancel_deletion(const Api& api, const server::Request& request) {
  return spend(api, request, application::cancel_deletion);
}

Result<server::Response> accept_invitation(const Api& api, const server::Request& request) {
  GH_TRY(auto body, server::read_body<InvitationBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto user, application::accept_invitation(
                              api.deps, {std::move(body.token), std::move(body.password), std::move(body.name)}, info));
  return server::Response::json(200, boost::json::object{{"user_id", user.str()}});
}

}  // namespace gatehouse::http
