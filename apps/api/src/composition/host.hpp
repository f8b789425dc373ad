#pragma once
// The command line's host over the concrete adapters.
#include "cli/host.hpp"

namespace gatehouse::composition {

class ProgramHost : public cli::Host {
 public:
  Result<> serve(config::Config config, bool with_workers) override;
  Result<> work(config::Config config) override;
  Result<std::unique_ptr<cli::Installation>> open(const config::Config& config) override;
  Result<application::RewrapReport> rewrap(const config::Config& config, const cli::RewrapWishes& wishes,
                                           const cli::Operator& who) override;
  Result<cli::MigrationReport> migrate(const config::Config& config, bool only_check) override;
  std::vector<cli::Finding> examine(const config::Config& config) override;
  Result<cli::BackupReport> back_up(const config::Config& config, const std::string& file) override;
  Result<> restore(const config::Config& config, const std::string& file) override;
  Result<cli::FenceReport> fence(const config::Config& config, const application::Caller& by) override;
};

}  // namespace gatehouse::composition
