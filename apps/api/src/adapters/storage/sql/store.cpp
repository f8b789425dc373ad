#include "adapters/storage/sql/store.hpp"

#include <fmt/format.h>

#include "adapters/storage/sql/migrator.hpp"
#include "adapters/storage/sql/sealer.hpp"
#include "adapters/storage/sql/transaction.hpp"

namespace gatehouse::adapters::sql {
namespace {

// So that a page of work that piled up while nobody sealed does not hold its caller for ever.
constexpr int kMostBatches = 20;

/// Stands in until composition has made the real one.
class NoCipher final : public ports::DataCipher {
 public:
  Result<std::string> seal(ports::DataPurpose, std::string_view, std::string_view) override { return refuse(); }
  Result<Secret<std::string>> open(ports::DataPurpose, std::string_view, std::string_view) override { return refuse(); }
  Result<bool> is_outdated(ports::DataPurpose, std::string_view) override { return refuse(); }
  std::string keyed_hash(std::string_view, std::string_view) const override { return {}; }

 private:
  static Failure refuse() { return fail(ErrorCode::internal_error, {}, "the store was used before its data cipher"); }
};

}  // namespace

SqlStore::SqlStore(std::unique_ptr<Driver> driver)
    : no_cipher_(std::make_unique<NoCipher>()),
      cipher_(no_cipher_.get()),
      driver_(std::move(driver)),
      session_reads_(
          [this](const auto& ids) { return read([&](ports::Tx& tx) { return tx.sessions().find_with_users(ids); }); }) {
  if (!driver_->dialect().is_postgres)
    driver_->before_commit([](Connection& connection) { seal_all_rows(connection); });
}

SqlStore::~SqlStore() = default;

Result<> SqlStore::run_read(const Body& body) {
  return driver_->read([&](Connection& connection) -> Result<> {
    Transaction transaction(connection, *cipher_);
    return body(transaction);
  });
}

Result<> SqlStore::run_write(const Body& body) {
  return driver_->write([&](Connection& connection) -> Result<> {
    Transaction transaction(connection, *cipher_);
    return body(transaction);
  });
}

Result<std::optional<ports::SessionAndUser>> SqlStore::find_session(const domain::SessionId& id) {
  // SQLite's readers answer side by side in this process: joining would only make them wait.
  if (!driver_->dialect().is_postgres) return Store::find_session(id);
  return session_reads_.find(id);
}

bool SqlStore::find_session_later(const domain::SessionId& id, SessionAnswer answer) {
  return driver_->dialect().is_postgres && session_reads_.find_later(id, std::move(answer));
}

Result<> SqlStore::check() {
  GH_TRY(const SchemaState state, Migrator(*driver_).check());
  if (state.pending.empty()) return {};
  return unavailable(fmt::format("database: {} migrations are pending; run gatehouse migrate", state.pending.size()));
}

Result<int> SqlStore::seal() {
  int sealed = 0;
  if (!driver_->dialect().is_postgres) return sealed;
  const LedgerPositions after = seal_mark_.look_after(std::chrono::steady_clock::now());
  bool waiting = false;
  GH_CHECK(driver_->read([&](Connection& connection) -> Result<> {
    waiting = has_unsealed_rows(connection, after);
    return {};
  }));
  if (!waiting) return sealed;
  for (int batch = 0; batch < kMostBatches; ++batch) {
    Sealed more;
    GH_CHECK(driver_->write([&](Connection& connection) -> Result<> {
      more = seal_rows(connection, after);
      return {};
    }));
    sealed += more.rows;
    seal_mark_.note(more.up_to, std::chrono::steady_clock::now());
    if (more.rows < kSealBatch) break;
  }
  return sealed;
}

Result<FenceReport> SqlStore::fence(Timestamp now, Duration longest_token, const Then& then) {
  FenceReport report;
  // Without the time limits of requests: it touches every session and every subject.
  GH_CHECK(driver_->migrate([&](Connection& connection) -> Result<> {
    report = fence_database(connection, now, now + longest_token);
    Transaction transaction(connection, *cipher_);
    GH_CHECK(then(transaction));
    if (!connection.dialect().is_postgres) seal_all_rows(connection);
    return {};
  }));
  GH_CHECK(seal());
  return report;
}

}  // namespace gatehouse::adapters::sql
