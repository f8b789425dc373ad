#pragma once
// Response: what a handler answers. The edge adds framing, Date, the request id, security headers, CORS and, unless the
// handler or the route set one, `Cache-Control: no-store`. Failures are answered with `Response::problem`, and rendered
// once, by problem_json, so every error of the service looks alike.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

#include "foundation/result.hpp"

namespace gatehouse::server {

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string content_type;
  std::string body;
  std::shared_ptr<const std::string> shared_body;  ///< instead of `body`: serialized once, answered often
  std::vector<std::string> set_cookies;            ///< whole Set-Cookie values
  std::shared_ptr<const Error> error;              ///< set by problem(); the edge renders it and logs its cause
  /// Not an answer yet: run the handler again after this long, or sooner after Server::wake_pollers(). No thread waits
  /// meanwhile. The handler decides by request.received_at when to answer for good, and must when request.last_call.
  std::optional<std::chrono::milliseconds> poll_again;

  static Response json(int status, const boost::json::value& value);
  static Response json_text(int status, std::string text);
  static Response shared_json(int status, std::shared_ptr<const std::string> text);
  static Response text(int status, std::string content_type, std::string body);
  static Response no_content();
  static Response redirect_303(std::string url);
  static Response problem(Error error);
  static Response problem(ErrorCode code, std::string detail = {});
  static Response wait(std::chrono::milliseconds at_most);

  Response& header(std::string name, std::string value) &;
  Response header(std::string name, std::string value) &&;
  std::string_view content() const { return shared_body ? std::string_view(*shared_body) : std::string_view(body); }
};

/// So that a handler's story can return Result<Response>: the answer, or its problem.
Response answer(Result<Response> result);

}  // namespace gatehouse::server
