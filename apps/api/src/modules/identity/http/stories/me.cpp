#include <boost/json/object.hpp>

#include "modules/identity/application/change_email.hpp"
#include "modules/identity/application/delete_user.hpp"
#include "modules/identity/application/export_me.hpp"
#include "modules/identity/application/my_profile.hpp"
#include "modules/identity/http/cookies.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/etag.hpp"
#include "modules/identity/http/stories/account_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

using MaybeText = std::optional<server::Nullable<std::string>>;

struct ProfileBody {
  MaybeText name;
  MaybeText locale;
  MaybeText picture;
};
BOOST_DESCRIBE_STRUCT(ProfileBody, (), (name, locale, picture))

struct NewEmailBody {
  std::string email;
};
BOOST_DESCRIBE_STRUCT(NewEmailBody, (), (email))

std::optional<std::optional<std::string>> wanted(MaybeText& member) {
  if (!member) return std::nullopt;
  return std::move(member->value);
}

server::Response render(const application::UserView& view) {
  return server::Response::json(200, application::user_json(view)).header("ETag", etag_of(view.user.version));
}

}  // namespace

Result<server::Response> get_me(const Api& api, const server::Request&, const application::Caller& caller) {
  GH_TRY(const auto view, application::my_profile(api.deps, caller));
  return render(view);
}

Result<server::Response> patch_me(const Api& api, const server::Request& request, const application::Caller& caller) {
  GH_TRY(auto body, server::read_body<ProfileBody>(request));
  GH_TRY(const auto expected, if_match(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(
      const auto view,
      application::change_my_profile(
          api.deps, caller, {.name = wanted(body.name), .locale = wanted(body.locale), .picture = wanted(body.picture)},
          expected, info));
  return render(view);
}

Result<server::Response> delete_me(const Api& api, const server::Request& request, const application::Caller& caller) {
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::delete_me(api.deps, caller, info));
  auto response = server::Response::no_content();
  response.set_cookies.push_back(remove_session_cookie(api.deps.settings));
  return response;
}

Result<server::Response> export_me(const Api& api, const server::Request& request, const application::Caller& caller) {
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto all, application::export_me(api.deps, caller, info));
  return server::Response::json(200, all).header("Content-Disposition", "attachment; filename=\"account.json\"");
}

Result<server::Response> change_my_email(const Api& api, const server::Request& request,
                                         const application::Caller& caller) {
  GH_TRY(const auto body, server::read_body<NewEmailBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_CHECK(application::request_email_change(api.deps, caller, body.email, info));
  return server::Response::json(202, boost::json::object{{"status", "accepted"}});
}

}  // namespace gatehouse::http
