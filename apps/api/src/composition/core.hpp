#pragma once
// Core: the opened installation: database, keys, hasher, session map, and the Dependencies that every use case is
// given. `serve`, `worker` and the command line all work on one. Opening checks and migrates the schema, settles the
// mode stamp, and refuses a wrong key-encryption key; what it refuses it says in one line with the mend.
#include <filesystem>
#include <memory>
#include <optional>

#include "adapters/hashing/argon2_hasher.hpp"
#include "adapters/keys/refreshable.hpp"
#include "adapters/mail/template_renderer.hpp"
#include "adapters/oauth/providers.hpp"
#include "adapters/storage/session_map.hpp"
#include "adapters/storage/sql/driver.hpp"
#include "adapters/storage/sql/fence.hpp"
#include "adapters/storage/sql/store.hpp"
#include "composition/key_services.hpp"
#include "composition/settings.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/note_machinery.hpp"

namespace gatehouse::composition {

/// The configured database, opened and nothing more.
Result<std::unique_ptr<adapters::sql::Driver>> open_driver(const config::Config& config);

/// What the core is opened for: a server holds the file's serve lock and follows the fence; server and worker keep keys
/// fresh.
enum class Purpose { server, worker, command };

class Core {
 public:
  /// Errors carry one line for the operator in `detail`.
  /// With `old_key_file` a database that is still under that key-encryption key is moved to the configured one.
  static Result<std::unique_ptr<Core>> open(const config::Config& config, Purpose purpose, const ports::Clock& clock,
                                            const std::optional<std::filesystem::path>& old_key_file = {});
  ~Core();
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  const application::Dependencies& deps() const { return *deps_; }
  const application::Settings& settings() const { return settings_; }
  adapters::sql::SqlStore& store() { return *store_; }
  adapters::storage::FencedSessionMap& session_map() { return session_map_; }
  adapters::keys::KeyManager& key_manager() { return keys_->manager(); }
  adapters::keys::DataKeyring& keyring() { return keys_->keyring(); }
  KeyServices& keys() { return *keys_; }
  adapters::hashing::Argon2Hasher& hasher() { return hasher_; }
  const adapters::oauth::Providers& providers() const { return *providers_; }
  adapters::sql::Fence* fence() { return fence_.get(); }

  /// Whom the audit rows of key steps name from now on; the system itself until then.
  void note_key_steps(const application::By& who, const application::RequestInfo& request);

  /// What a commit wakes: set by whoever runs workers and long polls.
  void on_wake(std::function<void()> wake) { wake_ = std::move(wake); }

 private:
  Core(const config::Config& config, application::Settings settings, const ports::Clock& clock);
  Result<> open_database(const config::Config& config, Purpose purpose);
  Result<> open_keys(const config::Config& config, Purpose purpose,
                     const std::optional<std::filesystem::path>& old_key_file);

  application::Settings settings_;
  const ports::Clock& clock_;
  std::function<void()> wake_ = [] {};
  adapters::storage::FencedSessionMap session_map_;
  std::shared_ptr<void> serve_lock_;
  std::unique_ptr<adapters::sql::SqlStore> store_;
  adapters::hashing::Argon2Hasher hasher_;
  std::unique_ptr<KeyServices> keys_;
  std::unique_ptr<adapters::mail::TemplateRenderer> renderer_;
  std::unique_ptr<adapters::oauth::Providers> providers_;
  std::unique_ptr<application::Dependencies> deps_;
  std::unique_ptr<adapters::keys::Refresher> refresher_;
  std::unique_ptr<adapters::sql::Fence> fence_;
};

}  // namespace gatehouse::composition
