#pragma once
// Request: one HTTP request as handlers see it, whole and already checked by the edge (framing, limits, Host, trusted
// proxies). It says where a call came from, never who calls: identity is the http room's matter. A handler gets it by
// const reference, on a lane's thread, and keeps nothing of it after it returns. RFC 9110, RFC 9112.
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/result.hpp"

namespace gatehouse::server {

struct Request {
  std::string method;
  std::string path;                                          ///< as sent, without the base path; never logged
  std::string query;                                         ///< as sent, without '?'; never logged
  std::vector<std::pair<std::string, std::string>> headers;  ///< in order, names as sent
  std::string body;
  std::string peer_ip;         ///< the other end of the TCP connection
  std::string client_ip;       ///< after trusted proxies; canonical, IPv4-mapped addresses unmapped
  bool through_proxy = false;  ///< any Forwarded, Via, X-Forwarded-* or X-Real-IP field was present, trusted or not
  bool tls = false;            ///< this connection is TLS, or a trusted proxy says that the client's was
  bool last_call = false;      ///< the edge is draining: a long poll answers now with what there is
  std::string request_id;
  std::string traceparent;  ///< W3C: the caller's trace continued, or a new one, with a span of our own
  std::vector<std::pair<std::string, std::string>> path_params;  ///< decoded
  std::string_view route_pattern;                                ///< "/v1/me/sessions/{id}": safe to log
  std::chrono::steady_clock::time_point received_at;             ///< when its head was complete

  /// The first field of that name, in any case; nullopt where absent.
  std::optional<std::string_view> header(std::string_view name) const;
  /// How many fields have that name: two of what must be single is the caller's error.
  std::size_t header_count(std::string_view name) const;
  /// The decoded path parameter; empty where the pattern has none of that name.
  std::string_view param(std::string_view name) const;
  /// The decoded query parameter; nullopt where absent. Returns `invalid_request` when it is given twice, is not
  /// well-formed percent-encoded UTF-8, or holds a NUL.
  Result<std::optional<std::string>> query_param(std::string_view name) const;
};

/// ASCII case-insensitive equality, as for field names.
bool iequals(std::string_view a, std::string_view b);

}  // namespace gatehouse::server
