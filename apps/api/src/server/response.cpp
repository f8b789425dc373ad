#include "server/response.hpp"

#include <boost/json/serialize.hpp>

#include "contracts/generated/error_code.hpp"
#include "server/route.hpp"

namespace gatehouse::server {

Response Response::json(int status, const boost::json::value& value) {
  return json_text(status, boost::json::serialize(value));
}

Response Response::json_text(int status, std::string text) {
  return Response::text(status, std::string(kJson), std::move(text));
}

Response Response::shared_json(int status, std::shared_ptr<const std::string> text) {
  Response response;
  response.status = status;
  response.content_type = kJson;
  response.shared_body = std::move(text);
  return response;
}

Response Response::text(int status, std::string content_type, std::string body) {
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

Response Response::no_content() {
  Response response;
  response.status = 204;
  return response;
}

Response Response::redirect_303(std::string url) {
  Response response;
  response.status = 303;
  response.headers.emplace_back("Location", std::move(url));
  return response;
}

Response Response::problem(Error error) {
  Response response;
  response.status = error_info(error.code).status;
  response.error = std::make_shared<const Error>(std::move(error));
  return response;
}

Response Response::problem(ErrorCode code, std::string detail) {
  Error error;
  error.code = code;
  error.detail = std::move(detail);
  return problem(std::move(error));
}

Response Response::wait(std::chrono::milliseconds at_most) {
  Response response;
  response.poll_again = at_most;
  return response;
}

Response& Response::header(std::string name, std::string value) & {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Response Response::header(std::string name, std::string value) && {
  headers.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

Response answer(Result<Response> result) {
  if (result) return std::move(*result);
  return Response::problem(std::move(result).error());
}

}  // namespace gatehouse::server
