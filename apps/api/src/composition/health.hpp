#pragma once
// What readiness says of each dependency, looked at no more than once a second, whoever asks.
#include <chrono>
#include <mutex>
#include <vector>

#include "composition/core.hpp"
#include "modules/identity/http/api.hpp"

namespace gatehouse::composition {

class Health {
 public:
  explicit Health(Core& core) : core_(core) {}
  std::vector<http::DependencyHealth> look();

 private:
  std::vector<http::DependencyHealth> ask();

  Core& core_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point asked_at_{};
  std::vector<http::DependencyHealth> answer_;
};

}  // namespace gatehouse::composition
