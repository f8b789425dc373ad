#include "composition/serve.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "adapters/clock/system_clock.hpp"
#include "composition/core.hpp"
#include "composition/free_port.hpp"
#include "composition/health.hpp"
#include "composition/key_watch.hpp"
#include "composition/listener.hpp"
#include "composition/mail_service.hpp"
#include "composition/stop_signal.hpp"
#include "composition/worker_set.hpp"
#include "config/facts.hpp"
#include "modules/identity/http/routes.hpp"
#include "observability/log.hpp"
#include "observability/metrics.hpp"
#include "server/same_origin.hpp"
#include "server/server.hpp"

namespace gatehouse::composition {
namespace {

using observability::Level;

/// Under --dev with port 0 the address of everything follows from the port that is found.
Result<> settle_port(config::Config& config) {
  const auto at = split_listen(config.server.listen);
  if (!config.development() || at.port != 0) return {};
  GH_TRY(const auto port, find_free_port());
  const bool is_ipv6 = at.host.find(':') != std::string::npos;
  config.server.listen = (is_ipv6 ? "[" + at.host + "]" : at.host) + ":" + std::to_string(port);
  config::set_public_url(config, "http://" + config.server.listen);
  return {};
}

std::string path_of(const std::string& url) {
  const auto authority = url.find("://");
  const auto slash = authority == std::string::npos ? std::string::npos : url.find('/', authority + 3);
  return slash == std::string::npos ? std::string() : url.substr(slash);
}

server::LanesOptions lanes(const config::Config& whole) {
  const config::ServerConfig& config = whole.server;
  // With local keys nothing waits in `upstream`: signing only computes, and more threads than cores would take turns.
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const bool waits = whole.keys.provider == config::KeyProvider::vault;
  return {.store = {config.store_threads, config.store_queue, 0},
          // A story that hashes waits for the database before and after: two for each that may hash keep the cores
          // busy, and one more where those of a network wait for one another.
          .hash = {config.hash_threads * 2 + 1, config.hash_queue, 0},
          .upstream = {waits ? config.upstream_threads : std::min(config.upstream_threads, cores),
                       config.upstream_queue, 0},
          .provider = {config.upstream_threads, config.upstream_queue, 0}};
}

/// What --dev adds, over the clock and the core.
class DevelopmentTools : public http::Development {
 public:
  DevelopmentTools(adapters::DevClock& clock, Core& core) : clock_(clock), core_(core) {}
  void set_clock(Timestamp now) override {
    clock_.set(now);
    core_.session_map().drop_all();
  }
  void advance_clock(Duration by) override {
    clock_.advance(by);
    core_.session_map().drop_all();
  }
  Result<> reset() override {
    GH_CHECK(core_.store().write([](ports::Tx& tx) { return tx.machinery().reset(); }));
    clock_.reset();
    core_.session_map().drop_all();
    return {};
  }

 private:
  adapters::DevClock& clock_;
  Core& core_;
};

void announce(const config::Config& config, const std::string& url) {
  std::printf("{\"url\":\"%s\"}\n", url.c_str());
  if (config.development())
    std::printf(
        "\n  Gatehouse runs in DEVELOPMENT mode: local keys, no real mail, /dev/* is open.\n"
        "  Never put it on a network. It listens on loopback only.\n\n"
        "  API       %s/v1/openapi.json\n"
        "  mailbox   %s/dev/mailbox\n\n",
        url.c_str(), url.c_str());
  std::fflush(stdout);
}

}  // namespace

Result<> serve(config::Config config, Workers workers) {
  StopSignal stop_signal;
  GH_CHECK(settle_port(config));
  adapters::DevClock movable_clock;
  const adapters::SystemClock system_clock;
  const ports::Clock& clock = config.development() ? static_cast<const ports::Clock&>(movable_clock) : system_clock;
  GH_TRY(auto core, Core::open(config, Purpose::server, clock));

  observability::Metrics metrics;
  KeyWatch key_watch(*core);
  key_watch.publish(metrics);
  Backlog backlog(*core);
  backlog.expose(metrics);
  Health health(*core, backlog);
  DevelopmentTools development(movable_clock, *core);
  http::Api api(core->deps());
  api.health = [&health] { return health.look(); };
  const auto mail_feedback = make_mail_feedback_reader(config.mail);
  api.mail_feedback = mail_feedback.get();
  api.metrics = [&metrics] { return metrics.expose(); };
  if (config.development()) api.development = &development;

  server::Lanes lanes_of_work(lanes(config));
  server::IoThreads io(config.server.io_threads);
  server::ServerHooks hooks;
  hooks.now = [&clock] { return clock.now(); };
  hooks.allows_origin = [&settings = core->settings()](std::string_view origin) {
    for (const auto& [name, client] : settings.clients)
      for (const auto& allowed : client.origins)
        if (allowed == origin) return true;
    return false;
  };
  const bool ops_apart = !config.server.ops_listen.empty();
  auto rows = http::main_rows(config.development());
  if (!ops_apart) rows.push_back(http::ops_rows().back());  // metrics, on the main listener
  server::Server main(server_options(config, config.server.listen),
                      server::Router(http::make_routes(api, rows), path_of(config.server.public_url)), io,
                      lanes_of_work, metrics, hooks);
  std::unique_ptr<server::Server> ops;
  if (ops_apart)
    ops = std::make_unique<server::Server>(server_options(config, config.server.ops_listen),
                                           server::Router(http::make_routes(api, http::ops_rows())), io, lanes_of_work,
                                           metrics, hooks);
  api.draining = [&main] { return main.draining(); };
  // Workers wake others too, from the moment that they run until they have stopped.
  std::atomic<WorkerSet*> to_wake{nullptr};
  core->on_wake([&main, &to_wake] {
    main.wake_pollers();
    if (auto* here = to_wake.load()) here->wake();
  });
  std::unique_ptr<WorkerSet> worker_set;
  if (workers == Workers::here) {
    GH_TRY(worker_set, WorkerSet::start(config, *core, metrics));
    to_wake = worker_set.get();
    health.watch(worker_set.get());
  }

  GH_TRY([[maybe_unused]] const auto port, main.start());
  if (ops) GH_CHECK(ops->start());
  announce(config, config.development() ? config.server.public_url : main.url());
  observability::log(Level::info, "started", {{"url", main.url()}, {"version", GATEHOUSE_VERSION}});

  stop_signal.wait();
  observability::log(Level::info, "stopping");
  const bool finished =
      main.drain(std::chrono::duration_cast<std::chrono::milliseconds>(config.server.shutdown_timeout));
  if (ops) ops->stop();
  main.stop();
  lanes_of_work.stop();
  core->deps().store.stop_answering();
  to_wake = nullptr;
  health.watch(nullptr);
  worker_set.reset();
  core->on_wake([] {});
  observability::log(Level::info, "stopped", {{"all_answered", finished}});
  return {};
}

}  // namespace gatehouse::composition
