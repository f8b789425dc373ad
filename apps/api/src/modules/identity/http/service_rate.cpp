#include "modules/identity/http/service_rate.hpp"

#include <algorithm>

namespace gatehouse::http {

bool ServiceRate::admit(const std::string& service, std::chrono::steady_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  const auto [found, is_new] = buckets_.try_emplace(service, Bucket{per_second_, now});
  Bucket& bucket = found->second;
  const double seconds = std::chrono::duration<double>(now - bucket.filled_at).count();
  bucket.tokens = std::min(per_second_, bucket.tokens + std::max(seconds, 0.0) * per_second_);
  bucket.filled_at = now;
  if (bucket.tokens < 1.0) return false;
  bucket.tokens -= 1.0;
  return true;
}

}  // namespace gatehouse::http
