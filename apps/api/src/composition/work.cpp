#include "composition/work.hpp"

#include "adapters/clock/system_clock.hpp"
#include "composition/core.hpp"
#include "composition/stop_signal.hpp"
#include "composition/worker_set.hpp"
#include "observability/log.hpp"

namespace gatehouse::composition {

Result<> work(const config::Config& config) {
  StopSignal stop_signal;
  const adapters::SystemClock clock;
  GH_TRY(auto core, Core::open(config, Purpose::worker, clock));
  GH_TRY(auto workers, WorkerSet::start(config, *core));
  observability::log(observability::Level::info, "worker_started", {{"version", GATEHOUSE_VERSION}});
  stop_signal.wait();
  workers.reset();
  observability::log(observability::Level::info, "worker_stopped");
  return {};
}

}  // namespace gatehouse::composition
