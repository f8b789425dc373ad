#include "composition/work.hpp"

#include <atomic>
#include <memory>

#include "adapters/clock/system_clock.hpp"
#include "composition/core.hpp"
#include "composition/health.hpp"
#include "composition/key_watch.hpp"
#include "composition/listener.hpp"
#include "composition/stop_signal.hpp"
#include "composition/worker_set.hpp"
#include "modules/identity/http/routes.hpp"
#include "observability/log.hpp"
#include "server/server.hpp"

namespace gatehouse::composition {
namespace {

/// Who watches and scrapes a worker are few: one thread takes them, two answer.
class OpsListener {
 public:
  OpsListener(const config::Config& config, Core& core, Health& health, observability::Metrics& metrics)
      : api_(core.deps()), lanes_({.store = {2, 64, 0}, .hash = {1, 1, 0}, .upstream = {1, 1, 0}}), io_(1) {
    api_.health = [&health] { return health.look(); };
    api_.metrics = [&metrics] { return metrics.expose(); };
    server_ = std::make_unique<server::Server>(server_options(config, config.server.ops_listen),
                                               server::Router(http::make_routes(api_, http::ops_rows())), io_, lanes_,
                                               metrics);
  }
  ~OpsListener() {
    server_->stop();
    lanes_.stop();
  }
  OpsListener(const OpsListener&) = delete;
  OpsListener& operator=(const OpsListener&) = delete;

  Result<std::uint16_t> start() { return server_->start(); }
  std::string url() const { return server_->url(); }

 private:
  http::Api api_;
  server::Lanes lanes_;
  server::IoThreads io_;
  std::unique_ptr<server::Server> server_;
};

}  // namespace

Result<> work(const config::Config& config) {
  StopSignal stop_signal;
  const adapters::SystemClock clock;
  GH_TRY(auto core, Core::open(config, Purpose::worker, clock));
  observability::Metrics metrics;
  KeyWatch key_watch(*core);
  key_watch.publish(metrics);
  Backlog backlog(*core);
  backlog.expose(metrics);
  Health health(*core, backlog);
  // Workers wake others too, from the moment that they run until they have stopped.
  std::atomic<WorkerSet*> to_wake{nullptr};
  core->on_wake([&to_wake] {
    if (auto* here = to_wake.load()) here->wake();
  });
  GH_TRY(auto workers, WorkerSet::start(config, *core, metrics));
  to_wake = workers.get();
  health.watch(workers.get());
  std::unique_ptr<OpsListener> ops;
  if (!config.server.ops_listen.empty()) {
    ops = std::make_unique<OpsListener>(config, *core, health, metrics);
    GH_TRY([[maybe_unused]] const auto port, ops->start());
  }
  observability::log(observability::Level::info, "worker_started",
                     {{"version", GATEHOUSE_VERSION}, {"ops", ops ? ops->url() : ""}});
  stop_signal.wait();
  ops.reset();
  health.watch(nullptr);
  to_wake = nullptr;
  workers.reset();
  core->on_wake([] {});
  observability::log(observability::Level::info, "worker_stopped");
  return {};
}

}  // namespace gatehouse::composition
