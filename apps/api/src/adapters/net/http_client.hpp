#pragma once
// The HTTP client for everything that Gatehouse calls: Resend, Vault, sign-in providers, Watchman. One request, one
// bounded answer: time limits, a size limit, TLS always verified, no redirect followed, no environment proxy, no cookie
// kept, and no private address unless it is allowed, judged by what the name resolved to. Connections are kept alive.
// Blocking; call it on the upstream lane or a worker. Thread-safe. RFC 9110, RFC 9112.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/result.hpp"

namespace gatehouse::adapters::net {

struct HttpSettings {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{10'000};  ///< for the whole exchange
  std::size_t max_body = 1024 * 1024;
  bool allow_private = false;  ///< hosts at loopback or private addresses
  bool allow_http = false;     ///< without TLS
  std::string ca_file;         ///< PEM; where set, no other authority is trusted
};

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  HttpHeaders headers{};
  std::string body{};
  std::optional<std::chrono::milliseconds> timeout{};  ///< instead of the settings'
};

struct HttpResponse {
  int status = 0;
  HttpHeaders headers;  ///< names in lower case
  std::string body;

  /// The first field of that lower-case name.
  std::optional<std::string_view> header(std::string_view name) const;
  /// Retry-After in seconds, where it is a number of at most a day.
  std::optional<std::chrono::seconds> retry_after() const;
};

class HttpClient {
 public:
  explicit HttpClient(HttpSettings settings);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// The answer, whatever its status. Returns `provider_timeout` when time ran out or nobody could be reached, and
  /// `provider_error` when no whole answer came: bad TLS, an address that is not allowed, an answer too large, a
  /// malformed URL. The cause names the host and never the rest of the URL.
  Result<HttpResponse> send(const HttpRequest& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `application/x-www-form-urlencoded` of the pairs.
std::string form_encode(const std::vector<std::pair<std::string, std::string>>& pairs);
/// One part of a URL's path or query, percent-encoded but for unreserved characters (RFC 3986).
std::string url_encode(std::string_view text);

}  // namespace gatehouse::adapters::net
