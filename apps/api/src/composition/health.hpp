#pragma once
// What readiness says of each dependency, looked at no more than once a second, whoever asks.
#include <chrono>
#include <mutex>
#include <vector>

#include "composition/backlog.hpp"
#include "composition/core.hpp"
#include "composition/worker_set.hpp"
#include "modules/identity/http/api.hpp"

namespace gatehouse::composition {

class Health {
 public:
  Health(Core& core, Backlog& backlog) : core_(core), backlog_(backlog) {}
  /// The workers of this process, which know why something fails; without them only the backlog tells that it does.
  void watch(const WorkerSet* workers);
  std::vector<http::DependencyHealth> look();

 private:
  std::vector<http::DependencyHealth> ask();
  http::DependencyHealth broker(const std::optional<Backlog::State>& waiting) const;
  http::DependencyHealth mail(const std::optional<Backlog::State>& waiting) const;

  Core& core_;
  Backlog& backlog_;
  std::mutex mutex_;
  const WorkerSet* workers_ = nullptr;
  std::chrono::steady_clock::time_point asked_at_{};
  std::vector<http::DependencyHealth> answer_;
};

}  // namespace gatehouse::composition
