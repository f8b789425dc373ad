#pragma once
// Calls of the HTTP surface without a socket: the rows of the route table as the server would run them, guard and
// idempotency included.
#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "composition/tests/fixture.hpp"
#include "modules/identity/application/assign_role.hpp"
#include "modules/identity/http/routes.hpp"

namespace gatehouse::composition::testing {

struct Call {
  std::string method, pattern, token;
  std::vector<std::pair<std::string, std::string>> params{};
  std::string query{};
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

struct Answer {
  int status = 0;
  std::string code;  ///< of a problem
  boost::json::value body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string text;
  std::vector<std::string> cookies;  ///< whole Set-Cookie values

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers)
      if (key == name) return value;
    return {};
  }
  const boost::json::value& at(std::string_view member) const { return body.as_object().at(member); }
};

class Http {
 public:
  explicit Http(World& world) : Http(world.deps()) {}
  explicit Http(const application::Dependencies& deps)
      : api(deps), routes_(http::make_routes(api, http::main_rows(true))) {}

  /// Long polls are run again until they answer, as the edge does.
  Answer operator()(const Call& call) const {
    const auto route = std::find_if(routes_.begin(), routes_.end(), [&](const server::Route& each) {
      return each.method == call.method && each.pattern == call.pattern;
    });
    if (route == routes_.end()) throw std::logic_error("no route " + call.method + " " + call.pattern);
    server::Request request;
    request.method = call.method;
    request.path = call.pattern;
    for (const auto& [name, value] : call.params) request.path += '/' + value;
    request.query = call.query;
    request.body = call.body;
    request.headers = call.headers;
    if (!call.token.empty()) request.headers.emplace_back("Authorization", "Bearer " + call.token);
    if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    request.client_ip = "203.0.113.7";
    request.request_id = "test-request";
    request.path_params = call.params;
    request.received_at = std::chrono::steady_clock::now();
    server::Response response = route->handler(request);
    while (response.poll_again) {
      std::this_thread::sleep_for(*response.poll_again);
      response = route->handler(request);
    }
    return read(response);
  }

  http::Api api;

 private:
  static Answer read(const server::Response& response) {
    Answer answer;
    if (response.error) {
      const auto& info = error_info(response.error->code);
      answer.status = info.status;
      answer.code = info.code;
      return answer;
    }
    answer.status = response.status;
    answer.headers = response.headers;
    answer.cookies = response.set_cookies;
    answer.text = response.content();
    boost::system::error_code not_json;
    auto parsed = boost::json::parse(answer.text, not_json);
    if (!not_json) answer.body = std::move(parsed);
    return answer;
  }

  std::vector<server::Route> routes_;
};

/// Gives a role as the operator would.
inline void give_role(World& world, const domain::UserId& user, const std::string& role) {
  const auto given =
      application::assign_role(world.deps(), application::operator_caller("test"), user, {.role = role}, world.request);
  if (!given) throw std::runtime_error("the role can't be given: " + given.error().detail);
}

/// A confirmed user with a role, signed in; the session token.
inline std::string staff_token(World& world, const std::string& email, const std::string& role) {
  give_role(world, world.add_user(email), role);
  return world.sign_in(email).token.expose();
}

inline boost::json::value json_of(const std::string& text) { return boost::json::parse(text); }

}  // namespace gatehouse::composition::testing
