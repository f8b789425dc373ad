#include "composition/host.hpp"

#include "adapters/clock/system_clock.hpp"
#include "adapters/storage/sql/migrator.hpp"
#include "composition/core.hpp"
#include "composition/serve.hpp"

namespace gatehouse::composition {
namespace {

class OpenedInstallation : public cli::Installation {
 public:
  explicit OpenedInstallation(std::unique_ptr<Core> core) : core_(std::move(core)) {}
  const application::Dependencies& deps() const override { return core_->deps(); }

 private:
  std::unique_ptr<Core> core_;
};

const ports::Clock& machine_clock() {
  static const adapters::SystemClock clock;
  return clock;
}

}  // namespace

Result<> ProgramHost::serve(config::Config config, bool with_workers) {
  return composition::serve(std::move(config), with_workers ? Workers::here : Workers::elsewhere);
}

Result<> ProgramHost::work(config::Config) { return fail(ErrorCode::internal_error, "no workers"); }

Result<std::unique_ptr<cli::Installation>> ProgramHost::open(const config::Config& config) {
  GH_TRY(auto core, Core::open(config, Purpose::command, machine_clock()));
  return std::unique_ptr<cli::Installation>(std::make_unique<OpenedInstallation>(std::move(core)));
}

Result<cli::MigrationReport> ProgramHost::migrate(const config::Config& config, bool only_check) {
  GH_TRY(const auto driver, open_driver(config));
  adapters::sql::Migrator migrator(*driver);
  cli::MigrationReport report;
  GH_TRY(auto state, migrator.check());
  report.pending = state.pending;
  if (!only_check) {
    GH_TRY(report.applied, migrator.migrate(machine_clock().now()));
    GH_TRY(state, migrator.check());
  }
  report.schema = state.newest;
  return report;
}

}  // namespace gatehouse::composition
