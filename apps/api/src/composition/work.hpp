#pragma once
// `gatehouse worker`: only the long-runners, apart from `serve --no-workers`, until SIGTERM or SIGINT. Where
// `server.ops_listen` is set it answers health, readiness and metrics there, and nothing else.
#include "config/config.hpp"
#include "foundation/result.hpp"

namespace gatehouse::composition {

/// Returns once it was asked to stop and each worker has finished its step.
Result<> work(const config::Config& config);

}  // namespace gatehouse::composition
