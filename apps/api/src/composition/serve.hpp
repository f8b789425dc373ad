#pragma once
// `gatehouse serve`: the edge over a core, until SIGTERM or SIGINT. The first line on stdout is {"url":"…"}.
#include "config/config.hpp"
#include "foundation/result.hpp"

namespace gatehouse::composition {

enum class Workers { here, elsewhere };

/// Returns once it was asked to stop and everything in flight is answered. Errors carry one line in `detail`: what was
/// refused, and the mend. A second signal ends it at once.
Result<> serve(config::Config config, Workers workers);

}  // namespace gatehouse::composition
