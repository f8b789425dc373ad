#pragma once
// Writes an answer's head and body by hand into one buffer, so that one write sends it. Pure.
#include <string>
#include <string_view>

#include "server/response.hpp"

namespace gatehouse::server {

struct WriteContext {
  std::string_view request_id;
  std::string_view date;           ///< empty: no Date
  std::string_view cache_control;  ///< unless the response has its own
  std::string_view more_headers;   ///< ready lines, e.g. of CORS
  bool hsts = false;
  bool head_only = false;  ///< HEAD: the head alone, as GET's would be
  bool keep_alive = true;
};

/// Appends the whole answer. False, and nothing is appended, when a header holds what could end its line: a bug of the
/// handler, answered 500.
bool append_response(std::string& out, const Response& response, const WriteContext& context);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 5.6.7) of seconds since 1970.
std::string http_date(std::int64_t unix_seconds);

}  // namespace gatehouse::server
