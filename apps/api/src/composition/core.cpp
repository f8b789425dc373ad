#include "composition/core.hpp"

#include "adapters/storage/postgres/driver.hpp"
#include "adapters/storage/sql/fence_operation.hpp"
#include "adapters/storage/sql/migrator.hpp"
#include "adapters/storage/sql/stamp.hpp"
#include "adapters/storage/sqlite/driver.hpp"
#include "adapters/storage/sqlite/file_safety.hpp"
#include "composition/anchor.hpp"
#include "composition/identity_providers.hpp"
#include "config/facts.hpp"
#include "modules/identity/application/service_keys.hpp"

namespace gatehouse::composition {
namespace {

namespace sql = adapters::sql;
namespace sqlite = adapters::sqlite;

adapters::hashing::HasherSettings hasher_settings(const config::Config& config) {
  return {.params = {.memory_kib = static_cast<std::uint32_t>(config.password.argon2_memory_kib),
                     .iterations = static_cast<std::uint32_t>(config.password.argon2_iterations)},
          .threads = static_cast<int>(config.server.hash_threads),
          .queue = static_cast<int>(config.server.hash_queue)};
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

/// A restored database would bring back what was spent or ended since its backup (decision 18).
Result<> refuse_unfenced(sql::Driver& driver) {
  GH_TRY(const bool needed, sql::needs_fence(driver));
  if (!needed) return {};
  return fail(ErrorCode::dependency_unavailable, "the database comes from a backup: run gatehouse fence, then start");
}

/// Writes once before anybody is served: a disk that is full or a database that can't be written is told at the start,
/// in one line, and not to the first caller.
Result<> prove_writable(ports::Store& store, Timestamp now) {
  const auto written =
      store.write([&](ports::Tx& tx) -> Result<> { return tx.machinery().put_fact("last_start", to_rfc3339(now)); });
  if (written) return {};
  return fail(written.error().code,
              "the database can't be written (" + written.error().cause + "); mend that and start again");
}

std::vector<application::DeclaredService> declared_services(const config::Config& config) {
  std::vector<application::DeclaredService> declared;
  for (const auto& [name, service] : config.services) declared.push_back({name, service.key, service.permissions});
  return declared;
}

std::chrono::milliseconds millis(Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration);
}

Result<std::unique_ptr<sql::Driver>> open_postgres(const config::Config& config) {
  adapters::postgres::PostgresOptions options;
  options.url = config.database.url.expose();
  options.listen_url = config.database.listen_url.expose();
  options.pool_size = config.database.pool_size;
  options.connect_timeout = millis(config.database.connect_timeout);
  options.acquire_timeout = options.connect_timeout;
  options.statement_timeout = millis(config.database.statement_timeout);
  options.lock_timeout = millis(config.database.lock_timeout);
  return adapters::postgres::open_postgres(std::move(options));
}

/// Only where this process would deliver what it writes. A command beside a server may not know how that one sends
/// mail, so what it writes waits for whoever delivers.
bool has_mailbox(const config::Config& config, Purpose purpose) {
  const auto provider = config.mail.provider.value_or(config::MailProvider::mailbox);
  return config.development() && purpose != Purpose::command && provider == config::MailProvider::mailbox;
}

}  // namespace

Result<std::unique_ptr<sql::Driver>> open_driver(const config::Config& config) {
  const std::string& url = config.database.url.expose();
  if (url.starts_with("postgres://") || url.starts_with("postgresql://")) return open_postgres(config);
  const auto file = config::sqlite_path(config);
  return sqlite::open_sqlite({.path = file.empty() ? ":memory:" : file.string(), .production = !config.development()});
}

Core::Core(const config::Config& config, application::Settings settings, const ports::Clock& clock)
    : settings_(std::move(settings)),
      clock_(clock),
      session_map_(config.session.cache_size),
      hasher_(hasher_settings(config)) {}

Core::~Core() = default;

Result<std::unique_ptr<Core>> Core::open(const config::Config& config, Purpose purpose, const ports::Clock& clock,
                                         const std::optional<std::filesystem::path>& old_key_file) {
  GH_TRY(auto settings, make_settings(config));
  settings.has_mailbox = has_mailbox(config, purpose);
  std::unique_ptr<Core> core(new Core(config, std::move(settings), clock));
  GH_CHECK(core->open_database(config, purpose));
  GH_CHECK(core->open_keys(config, purpose, old_key_file));
  if (purpose != Purpose::command) GH_CHECK(refuse_older_than_anchor(config, core->deps()));
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
  if (purpose != Purpose::command) GH_CHECK(refuse_unfenced(*driver));
  store_ = std::make_unique<sql::SqlStore>(std::move(driver));
  return purpose == Purpose::server ? prove_writable(*store_, clock_.now()) : Result<>();
}

Result<> Core::open_keys(const config::Config& config, Purpose purpose,
                         const std::optional<std::filesystem::path>& old_key_file) {
  GH_TRY(keys_, KeyServices::open(config, *store_, clock_));
  GH_TRY(providers_, make_identity_providers(config, clock_));
  renderer_ = std::make_unique<adapters::mail::TemplateRenderer>(make_brand(config));
  deps_.reset(new application::Dependencies{settings_, clock_, *store_, session_map_, hasher_, keys_->keyring(),
                                            keys_->signer(), *renderer_, *providers_, [this] { wake_(); }});
  note_key_steps(application::by_system(), {});
  if (old_key_file) GH_CHECK(keys_->adopt_from(*old_key_file));
  GH_CHECK(keys_->start());
  if (purpose != Purpose::command) refresher_ = std::make_unique<adapters::keys::Refresher>(*keys_);
  if (purpose == Purpose::server) {
    fence_ = std::make_unique<sql::Fence>(store_->driver(), session_map_);
  }
  return {};
}

void Core::note_key_steps(const application::By& who, const application::RequestInfo& request) {
  keys_->manager().note_steps(
      [this, who, request](ports::Tx& tx, domain::RotationStepKind kind, const std::string& kid, Timestamp now) {
        return application::note_key_step(tx, *deps_, who, request, kind, kid, now);
      });
}

}  // namespace gatehouse::composition
