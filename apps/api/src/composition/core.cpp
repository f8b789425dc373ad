#include "composition/core.hpp"

#include "adapters/keys/local/key_encryption_key.hpp"
#include "adapters/keys/local/local_signer.hpp"
#include "adapters/storage/sql/migrator.hpp"
#include "adapters/storage/sql/stamp.hpp"
#include "adapters/storage/sqlite/driver.hpp"
#include "adapters/storage/sqlite/file_safety.hpp"
#include "auth/crypto/random.hpp"
#include "config/facts.hpp"
#include "modules/identity/application/service_keys.hpp"

namespace gatehouse::composition {
namespace {

namespace keys = adapters::keys;
namespace sql = adapters::sql;
namespace sqlite = adapters::sqlite;

adapters::hashing::HasherSettings hasher_settings(const config::Config& config) {
  return {.params = {.memory_kib = static_cast<std::uint32_t>(config.password.argon2_memory_kib),
                     .iterations = static_cast<std::uint32_t>(config.password.argon2_iterations)},
          .threads = static_cast<int>(config.server.hash_threads),
          .queue = static_cast<int>(config.server.hash_queue)};
}

keys::KeySettings key_settings(const config::Config& config) {
  keys::KeySettings settings;
  settings.algorithm = config.keys.algorithm;
  settings.rules.rotate_every = config.keys.rotate_every;
  settings.rules.keep_after = config.token.ttl + std::chrono::minutes(5);
  return settings;
}

Result<> bring_schema_up(sql::Driver& driver, const config::Config& config, Timestamp now) {
  sql::Migrator migrator(driver);
  GH_TRY(const auto state, migrator.check());
  if (state.pending.empty()) return {};
  if (!config.database.migrate)
    return fail(ErrorCode::dependency_unavailable,
                "the database schema is older than this binary and database.migrate is false: run gatehouse migrate");
  GH_TRY([[maybe_unused]] const auto applied, migrator.migrate(now));
  return {};
}

/// Every purpose's data key is there before the first write: a write closure may read one, but not make it.
Result<> make_data_keys(ports::DataCipher& cipher) {
  using enum ports::DataPurpose;
  for (const auto purpose : {totp_secret, mail_body, personal_data, provider_token, signing_key})
    GH_CHECK(cipher.seal(purpose, "start", "start"));
  return {};
}

std::vector<application::DeclaredService> declared_services(const config::Config& config) {
  std::vector<application::DeclaredService> declared;
  for (const auto& [name, service] : config.services) declared.push_back({name, service.key, service.permissions});
  return declared;
}

}  // namespace

Result<std::unique_ptr<sql::Driver>> open_driver(const config::Config& config) {
  const auto file = config::sqlite_path(config);
  return sqlite::open_sqlite({.path = file.empty() ? ":memory:" : file.string(), .production = !config.development()});
}

Core::Core(const config::Config& config, application::Settings settings, const ports::Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      session_map_(config.session.cache_size),
      hasher_(hasher_settings(config)) {}

Core::~Core() = default;

Result<std::unique_ptr<Core>> Core::open(const config::Config& config, Purpose purpose, const ports::Clock& clock) {
  GH_TRY(auto settings, make_settings(config));
  std::unique_ptr<Core> core(new Core(config, std::move(settings), clock));
  GH_CHECK(core->open_database(config, purpose));
  GH_CHECK(core->open_keys(config, purpose));
  if (purpose == Purpose::server) GH_CHECK(application::declare_services(core->deps(), declared_services(config)));
  return core;
}

Result<> Core::open_database(const config::Config& config, Purpose purpose) {
  const auto file = config::sqlite_path(config);
  if (purpose == Purpose::server && !file.empty()) {
    GH_CHECK(sqlite::create_private_file(file.string()));
    GH_TRY(auto lock, sqlite::take_serve_lock(file.string()));
    serve_lock_ = std::shared_ptr<void>(std::move(lock));
  }
  GH_TRY(auto driver, open_driver(config));
  GH_CHECK(bring_schema_up(*driver, config, clock_.now()));
  GH_CHECK(sql::settle_mode(*driver, config.development() ? sql::Mode::development : sql::Mode::production));
  store_ = std::make_unique<sql::SqlStore>(std::move(driver));
  return {};
}

Result<> Core::open_keys(const config::Config& config, Purpose purpose) {
  Secret<std::string> kek;
  if (!config.keys.encryption_key.empty()) {
    GH_TRY(kek, keys::parse_key_encryption_key(config.keys.encryption_key));
  } else if (config.in_memory()) {
    kek = Secret<std::string>(auth::random_bytes(32));
  } else {
    GH_TRY(kek, keys::development_key_encryption_key(config.data / "kek", *store_));
  }
  key_wrap_ = std::make_unique<keys::LocalKeyWrap>(std::move(kek));
  keyring_ = std::make_unique<keys::DataKeyring>(*store_, *key_wrap_, clock_);
  store_->use_cipher(*keyring_);
  GH_CHECK(keyring_->start());
  GH_CHECK(make_data_keys(*keyring_));

  auto signer = std::make_unique<keys::LocalSigner>(*store_, *keyring_, config.keys.algorithm);
  key_maker_ = std::make_unique<keys::LocalKeyMaker>(*keyring_);
  refreshable_ = signer.get();
  key_manager_ = std::make_unique<keys::KeyManager>(*store_, *key_maker_, key_settings(config),
                                                    [refreshable = signer.get()] { (void)refreshable->refresh(); });
  signer_ = std::move(signer);
  GH_TRY([[maybe_unused]] const int steps, key_manager_->tick(clock_.now()));
  GH_CHECK(refreshable_->refresh());

  renderer_ = std::make_unique<adapters::mail::TemplateRenderer>(make_brand(config));
  deps_.reset(new application::Dependencies{settings_, clock_, *store_, session_map_, hasher_, *keyring_, *signer_,
                                            *renderer_, [this] { wake_(); }});
  if (purpose == Purpose::server) {
    refresher_ = std::make_unique<keys::Refresher>(*refreshable_);
    fence_ = std::make_unique<sql::Fence>(store_->driver(), session_map_);
  }
  return {};
}

}  // namespace gatehouse::composition
