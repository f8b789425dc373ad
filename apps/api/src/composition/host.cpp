#include "composition/host.hpp"

#include "adapters/clock/system_clock.hpp"
#include "adapters/storage/sql/migrator.hpp"
#include "composition/core.hpp"
#include "composition/event_bus.hpp"
#include "composition/serve.hpp"
#include "composition/work.hpp"

namespace gatehouse::composition {
namespace {

class OpenedInstallation : public cli::Installation {
 public:
  OpenedInstallation(std::unique_ptr<Core> core, config::Config config)
      : core_(std::move(core)), config_(std::move(config)) {}
  const application::Dependencies& deps() const override { return core_->deps(); }

  Result<std::vector<domain::SigningKey>> list_keys() override { return core_->key_manager().list(); }
  Result<domain::SigningKey> rotate_keys(cli::KeyRotation how, const cli::Operator& who) override {
    using adapters::keys::RotateMode;
    const auto mode = how == cli::KeyRotation::publish_first ? RotateMode::publish_first
                      : how == cli::KeyRotation::at_once     ? RotateMode::at_once
                                                             : RotateMode::at_once_and_revoke_old;
    core_->note_key_steps(application::by(who.caller), who.request);
    return core_->key_manager().rotate(core_->deps().clock.now(), mode);
  }
  Result<domain::SigningKey> retire_key(const std::string& kid, const cli::Operator& who) override {
    core_->note_key_steps(application::by(who.caller), who.request);
    return core_->key_manager().retire(kid, core_->deps().clock.now());
  }
  Result<std::unique_ptr<ports::EventBus>> event_bus() override { return make_event_bus(config_); }
  Result<std::unique_ptr<ports::DeadLetters>> dead_letters() override { return make_dead_letters(config_); }

 private:
  std::unique_ptr<Core> core_;
  const config::Config config_;
};

const ports::Clock& machine_clock() {
  static const adapters::SystemClock clock;
  return clock;
}

}  // namespace

Result<> ProgramHost::serve(config::Config config, bool with_workers) {
  return composition::serve(std::move(config), with_workers ? Workers::here : Workers::elsewhere);
}

Result<> ProgramHost::work(config::Config config) { return composition::work(config); }

Result<std::unique_ptr<cli::Installation>> ProgramHost::open(const config::Config& config) {
  GH_TRY(auto core, Core::open(config, Purpose::command, machine_clock()));
  return std::unique_ptr<cli::Installation>(std::make_unique<OpenedInstallation>(std::move(core), config));
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
