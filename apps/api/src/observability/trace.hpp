#pragma once
// W3C Trace Context: the caller's trace continued, or a new one begun; and the scope that gives the lines logged while
// a request or a job is worked on its request_id and traceparent.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::observability {

struct TraceParent {
  std::string trace_id;   ///< 32 lower-case hexadecimal digits, not all zero
  std::string parent_id;  ///< 16, likewise
  std::uint8_t flags = 0;
};

/// nullopt for what the standard says to ignore.
std::optional<TraceParent> parse_traceparent(std::string_view text);
/// A new span under `incoming`, or under a new trace where it is absent or malformed.
std::string next_traceparent(std::string_view incoming = {});
/// 26 characters of [0-9a-z]: unique, not secret.
std::string new_request_id();

/// Lines logged by this thread while it lives carry these; scopes nest. Both texts must outlive it.
class TraceScope {
 public:
  TraceScope(std::string_view request_id, std::string_view traceparent);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

  static std::string_view request_id();
  static std::string_view traceparent();

 private:
  std::string_view outer_request_id_, outer_traceparent_;
};

}  // namespace gatehouse::observability
