// `gatehouse backup`, `restore` and `fence` over the concrete adapters.
#include <filesystem>

#include "adapters/clock/system_clock.hpp"
#include "adapters/storage/postgres/dump.hpp"
#include "adapters/storage/sql/fence_operation.hpp"
#include "adapters/storage/sql/migrator.hpp"
#include "adapters/storage/sqlite/backup.hpp"
#include "composition/anchor.hpp"
#include "composition/core.hpp"
#include "composition/host.hpp"
#include "config/facts.hpp"
#include "modules/identity/application/audit_checkpoint.hpp"
#include "modules/identity/application/record.hpp"
#include "modules/identity/workers/checkpointer.hpp"

namespace gatehouse::composition {
namespace {

bool on_postgres(const config::Config& config) { return config.database.url.expose().starts_with("postgres"); }

/// In no backup, and nothing of it works without (decision 20).
std::vector<std::string> what_else_to_keep(const config::Config& config) {
  std::vector<std::string> to;
  if (config.keys.provider == config::KeyProvider::vault)
    to.push_back("Vault itself (its own snapshots): it holds the keys of signing and of encryption");
  else if (!config.keys.encryption_key.empty())
    to.emplace_back("keys.encryption_key: without it second factors, signing keys and mails in the backup are lost");
  else
    to.push_back("the key-encryption key " + (config.data / "kek").string() +
                 ": without it second factors and signing keys in the backup are lost");
  if (!config.files.toml.empty()) to.push_back("the configuration, " + config.files.toml.front().string());
  to.push_back(config.audit.anchor_file.empty()
                   ? "audit.anchor_file is not set: nothing outside the database can show that a restored one is older"
                   : "audit.anchor_file " + config.audit.anchor_file +
                         ": never put an older one back, it shows that a database is older");
  return to;
}

Result<> refuse_memory() {
  return fail(ErrorCode::invalid_request, "a database in memory has no backup: name a folder with --data");
}

Result<> restore_postgres(const config::Config& config, const std::string& file) {
  GH_TRY(const auto driver, open_driver(config));
  GH_TRY(const auto state, adapters::sql::Migrator(*driver).check());
  if (state.newest > 0)
    return fail(ErrorCode::conflict,
                "the database holds Gatehouse's schema already: restore into a new one, or move the old one away with "
                "ALTER SCHEMA identity RENAME TO identity_replaced");
  return adapters::postgres::restore_dump(config.database.url.expose(), file);
}

/// What a fence leaves in the audit log, in its own transaction.
struct FenceNote {
  const application::Caller& by;
  std::int64_t segment_after = 0;
  std::optional<std::string> last_anchor;
  bool restored = false;
};

Result<> write_note(ports::Tx& tx, const application::Dependencies& deps, const FenceNote& note) {
  namespace actions = domain::audit_actions;
  const application::RequestInfo request{.request_id = "cli-" + application::new_id(deps.clock.now())};
  application::Record record(tx, deps, request, deps.clock.now());
  if (note.restored) GH_CHECK(record.audit(application::by(note.by), actions::kStoreRestored, domain::UserId()));
  boost::json::object details{{"segment_after", note.segment_after}};
  if (note.last_anchor) details["last_anchor"] = *note.last_anchor;
  return record.audit(application::by(note.by), actions::kStoreFenced, domain::UserId(), {.details = details});
}

}  // namespace

Result<cli::BackupReport> ProgramHost::back_up(const config::Config& config, const std::string& file) {
  if (on_postgres(config)) {
    GH_CHECK(adapters::postgres::dump(config.database.url.expose(), file));
  } else {
    const auto database = config::sqlite_path(config);
    if (database.empty() || config.in_memory()) GH_CHECK(refuse_memory());
    GH_CHECK(adapters::sqlite::back_up(database.string(), file));
  }
  std::error_code unknown;
  return cli::BackupReport{file, std::filesystem::file_size(file, unknown), what_else_to_keep(config)};
}

Result<> ProgramHost::restore(const config::Config& config, const std::string& file) {
  if (on_postgres(config)) return restore_postgres(config, file);
  const auto database = config::sqlite_path(config);
  if (database.empty() || config.in_memory()) return refuse_memory();
  return adapters::sqlite::restore(file, database.string());
}

Result<cli::FenceReport> ProgramHost::fence(const config::Config& config, const application::Caller& by) {
  const adapters::SystemClock clock;
  GH_TRY(const auto core, Core::open(config, Purpose::command, clock));
  const auto& deps = core->deps();
  FenceNote note{.by = by, .segment_after = 0, .last_anchor = {}, .restored = false};
  GH_TRY(note.last_anchor, last_anchor(config));
  GH_TRY(note.restored, adapters::sql::needs_fence(core->store().driver()));
  GH_TRY([[maybe_unused]] const int sealed, deps.store.seal());
  GH_TRY(const auto head, deps.store.read([](ports::Tx& tx) { return tx.audit().head(); }));
  note.segment_after = head ? head->sequence : 0;
  GH_TRY(const auto done, core->store().fence(clock.now(), deps.settings.token_ttl,
                                              [&](ports::Tx& tx) { return write_note(tx, deps, note); }));
  GH_TRY(const auto checkpoint, application::make_segment_checkpoint(deps, note.segment_after));
  if (!config.audit.anchor_file.empty()) GH_CHECK(workers::append_anchor(config.audit.anchor_file, checkpoint.jws));
  cli::FenceReport report{done.sessions, done.tokens, done.challenges, done.factors, note.segment_after, 0};
  if (note.last_anchor) {
    const auto known = application::read_audit_checkpoint(deps, *note.last_anchor);
    if (known) report.last_known = known->sequence;
  }
  return report;
}

}  // namespace gatehouse::composition
