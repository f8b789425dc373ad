#include "modules/identity/http/render.hpp"

#include <boost/json/array.hpp>

#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/http/cookies.hpp"

namespace gatehouse::http {
namespace {

namespace json = boost::json;
using application::ChallengeIssued;
using application::EnrollmentIssued;
using application::SignedIn;

bool uses_cookies(const Api& api, const std::string& client_id) {
  const auto* client = api.deps.settings.find_client(client_id);
  return client != nullptr && client->transport == application::Transport::cookie;
}

std::chrono::seconds until(const Api& api, Timestamp end) {
  return std::chrono::floor<std::chrono::seconds>(end - api.deps.clock.now());
}

server::Response render(const Api& api, const SignedIn& signed_in) {
  server::Response response;
  json::object body{{"status", "signed_in"}};
  body["session"] = session_member(api, signed_in, response);
  if (signed_in.device_token) {
    if (uses_cookies(api, signed_in.session.client_id)) {
      response.set_cookies.push_back(set_device_cookie(api.deps.settings, *signed_in.device_token));
    } else {
      body["device_token"] = signed_in.device_token->expose();
    }
  }
  body["actor"] = application::actor_json(signed_in.actor);
  auto cookies = std::move(response.set_cookies);
  response = server::Response::json(200, body);
  response.set_cookies = std::move(cookies);
  return response;
}

server::Response render(const Api& api, const ChallengeIssued& issued) {
  auto response = server::Response::json(200, json::object{{"status", "mfa_required"},
                                                           {"challenge",
                                                            {{"id", issued.id.expose()},
                                                             {"methods", application::text_array(issued.methods)},
                                                             {"expires_at", to_rfc3339(issued.expires_at)}}}});
  if (issued.cookie)
    response.set_cookies.push_back(
        set_challenge_cookie(api.deps.settings, *issued.cookie, until(api, issued.expires_at)));
  return response;
}

server::Response render(const Api&, const EnrollmentIssued& issued) {
  return server::Response::json(
      200,
      json::object{{"status", "mfa_enrollment_required"},
                   {"enrollment", {{"token", issued.token.expose()}, {"expires_at", to_rfc3339(issued.expires_at)}}}});
}

}  // namespace

json::object session_member(const Api& api, const SignedIn& signed_in, server::Response& response) {
  json::object member{{"id", signed_in.session.id.str()}};
  if (uses_cookies(api, signed_in.session.client_id)) {
    response.set_cookies.push_back(
        set_session_cookie(api.deps.settings, signed_in.token, until(api, signed_in.session.expires_at)));
  } else {
    member["token"] = signed_in.token.expose();
  }
  member["expires_at"] = to_rfc3339(signed_in.session.expires_at);
  return member;
}

std::vector<std::string> sign_in_cookies(const Api& api, const application::SignInOutcome& outcome) {
  return render_sign_in(api, outcome).set_cookies;
}

server::Response render_reauthenticated(const Api& api, const SignedIn& renewed) {
  server::Response cookies;
  json::object answer{{"authenticated_at", to_rfc3339(renewed.session.authenticated_at)},
                      {"acr", domain::to_text(renewed.session.acr)}};
  answer["session"] = session_member(api, renewed, cookies);
  auto response = server::Response::json(200, answer);
  response.set_cookies = std::move(cookies.set_cookies);
  return response;
}

server::Response render_sign_in(const Api& api, const application::SignInOutcome& outcome) {
  return std::visit([&](const auto& each) { return render(api, each); }, outcome);
}

}  // namespace gatehouse::http
