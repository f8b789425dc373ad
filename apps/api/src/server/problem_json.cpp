#include "server/problem_json.hpp"

#include <algorithm>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace gatehouse::server {

namespace json = boost::json;

namespace {

json::object field_document(const FieldError& field) {
  json::object out{{"field", field.field}, {"pointer", field.pointer}, {"code", field.code}, {"detail", field.detail}};
  if (!field.params.empty()) {
    json::object params;
    for (const auto& [key, value] : field.params) params[key] = value;
    out["params"] = std::move(params);
  }
  return out;
}

// RFC 6750 section 3.1: no error code where no credentials were sent.
std::string challenge(const Error& error, const ProblemContext& context) {
  if (error.step_up)
    return "Bearer realm=\"gatehouse\", error=\"insufficient_user_authentication\", error_description=\"A recent "
           "sign-in is needed\", acr_values=\"" +
           error.step_up->acr_values + "\", max_age=\"" + std::to_string(error.step_up->max_age.count()) + "\"";
  if (context.credentials_sent) return "Bearer realm=\"gatehouse\", error=\"invalid_token\"";
  return "Bearer realm=\"gatehouse\"";
}

}  // namespace

json::object problem_document(const Error& error, const ProblemContext& context) {
  const ErrorInfo& info = error_info(error.code);
  json::object out{{"type", std::string(context.type_base) + std::string(info.code)},
                   {"title", info.title},
                   {"status", info.status},
                   {"detail", error.detail.empty() ? std::string(info.mend) : error.detail},
                   {"code", info.code},
                   {"request_id", context.request_id}};
  if (!error.fields.empty()) {
    json::array fields;
    for (const auto& field : error.fields) fields.push_back(field_document(field));
    out["errors"] = std::move(fields);
  }
  if (error.step_up) {
    out["max_age"] = error.step_up->max_age.count();
    out["acr_values"] = error.step_up->acr_values;
  }
  return out;
}

Response render_problem(const Error& error, const ProblemContext& context) {
  Response response = Response::text(error_info(error.code).status, "application/problem+json",
                                     json::serialize(problem_document(error, context)));
  if (error.retry_after) {
    const auto seconds = std::max<std::chrono::seconds::rep>(1, error.retry_after->count());
    response.headers.emplace_back("Retry-After", std::to_string(seconds));
  }
  if (response.status == 401 || error.step_up)
    response.headers.emplace_back("WWW-Authenticate", challenge(error, context));
  return response;
}

}  // namespace gatehouse::server
