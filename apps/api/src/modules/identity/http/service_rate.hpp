#pragma once
// The own rate limit of services (`[throttle] service_rate`): so many requests a second of one service, so that a
// program gone wild can't crowd out people. A bucket a service, in this process. Thread-safe.
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace gatehouse::http {

class ServiceRate {
 public:
  explicit ServiceRate(std::size_t per_second) : per_second_(static_cast<double>(per_second)) {}

  /// Whether one more request of the service is admitted now.
  bool admit(const std::string& service, std::chrono::steady_clock::time_point now);

 private:
  struct Bucket {
    double tokens = 0;
    std::chrono::steady_clock::time_point filled_at{};
  };

  const double per_second_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace gatehouse::http
