#pragma once
// Lanes: the bounded pools of threads on which handlers may block. `store` waits for the database only, `hash` holds
// the stories that hash, `upstream` waits for our own services (Vault), `provider` for sign-in providers; so a flood on
// one never starves the others, and a provider that hangs holds up no token. A full lane refuses at once. Fair share:
// once a lane is half full, one key (a client network) may hold only its share of it. Thread-safe. Created before and
// destroyed after the Servers that use it.
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "observability/metrics.hpp"
#include "server/route.hpp"

namespace gatehouse::server {

struct LaneOptions {
  std::size_t threads = 2;
  std::size_t queue = 256;  ///< waiting jobs beyond those that run
  std::size_t share = 0;    ///< jobs of one key, waiting and running, once half full; 0: an eighth of the whole
};

struct LanesOptions {
  LaneOptions store{4, 1024, 0};
  LaneOptions hash{2, 64, 0};
  LaneOptions upstream{8, 128, 0};
  LaneOptions provider{8, 128, 0};
};

enum class Admission { accepted, full, over_share, stopped };

class Lanes {
 public:
  explicit Lanes(const LanesOptions& options);
  ~Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  /// Queues a job, or says why not, without waiting. An empty key has no share to keep. The job must not throw.
  Admission submit(Lane lane, std::string_view share_key, std::function<void()> job);

  std::size_t queued(Lane lane) const;
  std::size_t running(Lane lane) const;

  /// Takes no more jobs, finishes those it has, and joins. Called by the destructor too.
  void stop();

 private:
  class Pool;
  Pool& pool(Lane lane) const;
  std::unique_ptr<Pool> store_, hash_, upstream_, provider_;
};

/// Gauges of what waits and what runs on each lane, looked at on each exposition. The lanes outlive the last of those.
void publish(const Lanes& lanes, observability::Metrics& metrics);

}  // namespace gatehouse::server
