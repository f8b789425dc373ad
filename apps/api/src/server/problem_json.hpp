#pragma once
// The one mapper from Error to an answer: RFC 9457 problem+json, with Retry-After, and WWW-Authenticate on 401 (RFC
// 6750) and for step-up (RFC 9470). The edge calls it for every Response::problem; handlers never do. Pure.
#include <string_view>

#include <boost/json/object.hpp>

#include "foundation/result.hpp"
#include "server/response.hpp"

namespace gatehouse::server {

struct ProblemContext {
  std::string_view type_base;  ///< "{public_url}/v1/errors/"
  std::string_view request_id;
  bool credentials_sent = false;  ///< an Authorization field came: the challenge says invalid_token
};

/// The members of the problem document.
boost::json::object problem_document(const Error& error, const ProblemContext& context);
/// The whole answer. The private cause is never part of it.
Response render_problem(const Error& error, const ProblemContext& context);

}  // namespace gatehouse::server
