#pragma once
// The janitor: upkeep in small batches (application/janitor.hpp), one step of each kind a round, so that none starves
// the others and traffic is never held up.
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/workers/loop.hpp"
#include "modules/identity/workers/worker_metrics.hpp"

namespace gatehouse::workers {

class Janitor {
 public:
  Janitor(const application::Dependencies& deps, WorkerMetrics& metrics) : deps_(deps), metrics_(metrics) {}
  Result<More> step();

 private:
  const application::Dependencies& deps_;
  WorkerMetrics& metrics_;
};

}  // namespace gatehouse::workers
