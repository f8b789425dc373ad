// Writes audit rows through the service's own writer and sealer, as sign-ins would, many to a transaction.
//   audit_rows DATA ROWS        (DATA: an empty folder; afterwards a development installation with those rows)
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "adapters/clock/system_clock.hpp"
#include "composition/core.hpp"
#include "config/load.hpp"
#include "modules/identity/application/record.hpp"

using namespace gatehouse;

namespace {

constexpr long kAtOnce = 1000;
const application::RequestInfo kRequest{"bench", "", "203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"};

Result<> write_rows(const application::Dependencies& deps, long count) {
  const Timestamp now = deps.clock.now();
  return deps.store.write([&](ports::Tx& tx) -> Result<> {
    application::Record record(tx, deps, kRequest, now);
    for (long i = 0; i < count; ++i) {
      const domain::UserId user(application::new_id(now));
      GH_CHECK(record.audit(application::by_user(user), domain::audit_actions::kSignIn, user,
                            {.details = {{"session_id", user.str()}, {"client_id", "default"}}}));
    }
    return {};
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto loaded = config::load({.mode = config::Mode::development, .data = argv[1], .cores = 2});
  const adapters::SystemClock clock;
  const auto core = composition::Core::open(loaded.config, composition::Purpose::command, clock);
  if (!core) {
    std::fprintf(stderr, "audit_rows: %s %s\n", core.error().detail.c_str(), core.error().cause.c_str());
    return 1;
  }
  for (long left = std::atol(argv[2]); left > 0; left -= kAtOnce) {
    if (const auto written = write_rows((*core)->deps(), std::min(left, kAtOnce)); !written) {
      std::fprintf(stderr, "audit_rows: %s\n", written.error().cause.c_str());
      return 1;
    }
  }
}
