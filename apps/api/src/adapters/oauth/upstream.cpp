#include "adapters/oauth/upstream.hpp"

namespace gatehouse::adapters::oauth {

Result<net::HttpResponse> Upstream::send(net::HttpRequest request, const Deadline& deadline) {
  const auto patience = deadline.left();
  if (patience <= std::chrono::milliseconds(0)) return fail(ErrorCode::provider_timeout, {}, "the time is up");
  if (!circuit_.admit(std::chrono::steady_clock::now()))
    return fail(ErrorCode::provider_timeout, {}, "it has not answered of late; it is asked again in some seconds");
  request.timeout = patience;
  request.headers.emplace_back("Accept", "application/json");
  request.headers.insert(request.headers.end(), headers_.begin(), headers_.end());
  auto response = http_.send(request);
  const bool answered = response || response.error().code != ErrorCode::provider_timeout;
  circuit_.report(answered, std::chrono::steady_clock::now());
  if (response && response->status >= 300 && response->status < 400)
    return fail(ErrorCode::provider_error, {}, "it answered with a redirect, which is never followed");
  return response;
}

Result<net::HttpResponse> Upstream::get(const std::string& url, const std::string& bearer, const Deadline& deadline) {
  net::HttpRequest request;
  request.url = url;
  if (!bearer.empty()) request.headers.emplace_back("Authorization", "Bearer " + bearer);
  return send(std::move(request), deadline);
}

}  // namespace gatehouse::adapters::oauth
