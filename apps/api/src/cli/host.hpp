#pragma once
// What the command line needs of the process: implemented by composition, which alone knows the adapters. Every error
// carries one line in `detail` that says why and the mend.
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "domain/identity/signing_key.hpp"
#include "foundation/result.hpp"
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"
#include "modules/identity/application/reseal.hpp"
#include "modules/identity/ports/event_bus.hpp"
#include "modules/identity/ports/event_source.hpp"

namespace gatehouse::cli {

/// How a new signing key takes over.
enum class KeyRotation { publish_first, at_once, at_once_and_revoke_old };

/// Who runs a command, as the audit log names them.
struct Operator {
  application::Caller caller;
  application::RequestInfo request;
};

/// An opened installation, for the commands that work on it beside a running server or without one.
class Installation {
 public:
  virtual ~Installation() = default;
  virtual const application::Dependencies& deps() const = 0;
  virtual Result<std::vector<domain::SigningKey>> list_keys() = 0;
  /// The key that is next, or signs now. The audit rows of both name `who`.
  virtual Result<domain::SigningKey> rotate_keys(KeyRotation how, const Operator& who) = 0;
  /// Returns `not_found`, or `conflict` for a key that must stay published.
  virtual Result<domain::SigningKey> retire_key(const std::string& kid, const Operator& who) = 0;
  /// Both return `invalid_request` where no bus is configured.
  virtual Result<std::unique_ptr<ports::EventBus>> event_bus() = 0;
  virtual Result<std::unique_ptr<ports::DeadLetters>> dead_letters() = 0;
};

/// What `gatehouse keys rewrap` is asked for.
struct RewrapWishes {
  bool new_data_keys = false;
  std::optional<std::filesystem::path> old_key_file;  ///< the configuration names the new key-encryption key
};

struct MigrationReport {
  int schema = 0;
  std::vector<std::string> pending;  ///< before
  std::vector<std::string> applied;
};

/// One line of `gatehouse doctor`.
struct Finding {
  std::string what;
  bool ok = true;
  std::string detail;
  std::string mend;
};

/// What `gatehouse backup` wrote, and what it did not.
struct BackupReport {
  std::string file;
  std::uintmax_t bytes = 0;
  std::vector<std::string> keep_besides;  ///< one sentence each: without these the backup is worth little
};

/// What `gatehouse fence` did.
struct FenceReport {
  std::int64_t sessions = 0, tokens = 0, challenges = 0, factors = 0;
  std::int64_t segment_after = 0;  ///< row of the audit log after which the new segment begins
  std::int64_t last_known = 0;     ///< newest row that a checkpoint outside the database speaks of; 0 for none
};

class Host {
 public:
  virtual ~Host() = default;
  /// Returns once it was asked to stop.
  virtual Result<> serve(config::Config config, bool with_workers) = 0;
  virtual Result<> work(config::Config config) = 0;
  virtual Result<std::unique_ptr<Installation>> open(const config::Config& config) = 0;
  /// Opens the installation itself, since the database may still be under the old key-encryption key.
  virtual Result<application::RewrapReport> rewrap(const config::Config& config, const RewrapWishes& wishes,
                                                   const Operator& who) = 0;
  virtual Result<MigrationReport> migrate(const config::Config& config, bool only_check) = 0;
  virtual std::vector<Finding> examine(const config::Config& config) = 0;
  /// Both name a file; neither overwrites one.
  virtual Result<BackupReport> back_up(const config::Config& config, const std::string& file) = 0;
  /// Puts the backup in the database's place; no server uses it before fence(), which the caller runs next.
  virtual Result<> restore(const config::Config& config, const std::string& file) = 0;
  virtual Result<FenceReport> fence(const config::Config& config, const application::Caller& by) = 0;
};

}  // namespace gatehouse::cli
