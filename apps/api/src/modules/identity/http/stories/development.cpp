#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/dev_user.hpp"
#include "modules/identity/application/mailbox.hpp"
#include "modules/identity/http/credentials.hpp"
#include "modules/identity/http/render.hpp"
#include "modules/identity/http/stories/service_stories.hpp"
#include "server/json_body.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;
constexpr std::chrono::milliseconds kLookAgain{50};

struct MailboxQuery {
  std::optional<std::string> to;
  std::optional<std::string> after;
  std::optional<std::int64_t> wait;
};
BOOST_DESCRIBE_STRUCT(MailboxQuery, (), (to, after, wait))

struct DevUserBody {
  std::string email;
  std::optional<Secret<std::string>> password;
  std::optional<std::string> name;
  std::optional<std::vector<std::string>> roles;
  std::optional<bool> verified;
  std::optional<std::string> totp_secret;
};
BOOST_DESCRIBE_STRUCT(DevUserBody, (), (email, password, name, roles, verified, totp_secret))

struct ClockBody {
  std::optional<std::string> now;
  std::optional<std::string> advance;
};
BOOST_DESCRIBE_STRUCT(ClockBody, (), (now, advance))

json::object mail_json(const application::MailboxItem& item) {
  return {{"id", item.message.id.str()},
          {"to", item.message.to},
          {"subject", item.message.subject},
          {"template", item.message.template_name},
          {"text", item.message.text},
          {"html", item.message.html},
          {"links", application::text_array(item.links)},
          {"token", application::text_or_null(item.token)},
          {"created_at", to_rfc3339(item.message.created_at)}};
}

}  // namespace

Result<server::Response> dev_mailbox(const Api& api, const server::Request& request) {
  GH_TRY(const auto query, server::read_query<MailboxQuery>(request));
  GH_TRY(const auto mails, application::list_mailbox(api.deps, query.to, query.after));
  const auto patience = std::chrono::seconds(std::clamp<std::int64_t>(query.wait.value_or(0), 0, 30));
  if (mails.empty() && !request.last_call && std::chrono::steady_clock::now() < request.received_at + patience)
    return server::Response::wait(kLookAgain);
  json::array items;
  for (const auto& each : mails) items.push_back(mail_json(each));
  return server::Response::json(200, json::object{{"items", std::move(items)}});
}

Result<server::Response> dev_clear_mailbox(const Api& api, const server::Request&) {
  GH_CHECK(application::clear_mailbox(api.deps));
  return server::Response::no_content();
}

Result<server::Response> dev_create_user(const Api& api, const server::Request& request) {
  GH_TRY(auto body, server::read_body<DevUserBody>(request));
  GH_TRY(const auto info, request_info(api, request));
  GH_TRY(const auto made, application::create_dev_user(api.deps,
                                                       {.email = std::move(body.email),
                                                        .password = std::move(body.password),
                                                        .name = std::move(body.name),
                                                        .roles = body.roles.value_or(std::vector<std::string>()),
                                                        .verified = body.verified.value_or(true),
                                                        .password_rule = application::PasswordRule::any},
                                                       body.totp_secret, info));
  server::Response cookies;
  return server::Response::json(201, json::object{{"user", application::user_json(made.view)},
                                                  {"session", session_member(api, made.signed_in, cookies)}});
}

Result<server::Response> dev_clock(const Api& api, const server::Request& request) {
  GH_TRY(const auto body, server::read_body<ClockBody>(request));
  if (body.now.has_value() == body.advance.has_value())
    return fail_field(ErrorCode::invalid_request, "now", "required", "give `now` or `advance`, one of the two");
  if (body.now) {
    const auto now = from_rfc3339(*body.now);
    if (!now) return fail_field(ErrorCode::invalid_request, "now", "invalid", "give a time as RFC 3339");
    api.development->set_clock(*now);
  } else {
    const auto by = parse_duration(*body.advance);
    if (!by) return fail_field(ErrorCode::invalid_request, "advance", "invalid", "give a duration such as 15m");
    api.development->advance_clock(*by);
  }
  return server::Response::json(200, json::object{{"now", to_rfc3339(api.deps.clock.now())}});
}

Result<server::Response> dev_reset(const Api& api, const server::Request&) {
  GH_CHECK(api.development->reset());
  return server::Response::no_content();
}

}  // namespace gatehouse::http
