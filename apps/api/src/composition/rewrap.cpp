#include <chrono>
#include <thread>

#include "adapters/clock/system_clock.hpp"
#include "composition/core.hpp"
#include "composition/host.hpp"

namespace gatehouse::composition {
namespace {

/// Every process looks at the data keys each two seconds (adapters/keys/refreshable.hpp).
constexpr auto kUntilOthersFollow = std::chrono::milliseconds(2'500);

}  // namespace

Result<application::RewrapReport> ProgramHost::rewrap(const config::Config& config, const cli::RewrapWishes& wishes,
                                                      const cli::Operator& who) {
  static const adapters::SystemClock clock;
  GH_TRY(const auto core, Core::open(config, Purpose::command, clock, wishes.old_key_file));
  application::RewrapReport report;
  report.wrapped_anew = core->keys().adopted();
  GH_TRY(const int renewed, core->keyring().renew_wrapping());
  report.wrapped_anew += renewed;
  if (wishes.new_data_keys) {
    GH_TRY(report.data_keys_made, core->keyring().renew_data_keys());
    std::this_thread::sleep_for(kUntilOthersFollow);
  }
  GH_TRY(report.values, application::reseal_everything(core->deps()));
  GH_CHECK(application::note_rewrap(core->deps(), who.caller, report, who.request));
  return report;
}

}  // namespace gatehouse::composition
