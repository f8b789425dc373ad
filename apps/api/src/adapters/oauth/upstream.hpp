#pragma once
// Calls to one provider: its headers, one deadline for all calls of a story, a circuit breaker, and redirects refused.
// Blocking; thread-safe.
#include <chrono>
#include <string>

#include "adapters/net/http_client.hpp"
#include "adapters/oauth/circuit.hpp"
#include "foundation/result.hpp"

namespace gatehouse::adapters::oauth {

/// When a story's patience with its provider ends, on the monotonic clock.
struct Deadline {
  std::chrono::steady_clock::time_point at;

  static Deadline in(std::chrono::milliseconds patience) { return {std::chrono::steady_clock::now() + patience}; }
  std::chrono::milliseconds left() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at - std::chrono::steady_clock::now());
  }
};

class Upstream {
 public:
  /// `http` is shared by all providers; both must outlive this.
  Upstream(net::HttpClient& http, net::HttpHeaders headers) : http_(http), headers_(std::move(headers)) {}

  /// The answer, whatever its status but a redirect's. Returns `provider_timeout` when the deadline has come, nobody
  /// answers, or the provider has been silent of late; `provider_error` for a redirect, and as HttpClient does.
  Result<net::HttpResponse> send(net::HttpRequest request, const Deadline& deadline);
  /// GET with an optional bearer token.
  Result<net::HttpResponse> get(const std::string& url, const std::string& bearer, const Deadline& deadline);
  /// Whether it has answered of late, as far as anybody asked.
  bool answers() const { return !circuit_.is_open(); }

 private:
  net::HttpClient& http_;
  const net::HttpHeaders headers_;
  Circuit circuit_;
};

}  // namespace gatehouse::adapters::oauth
