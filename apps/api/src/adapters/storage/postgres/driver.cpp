#include "adapters/storage/postgres/driver.hpp"

#include <thread>

#include <fmt/format.h>

#include "adapters/storage/postgres/commit_fate.hpp"
#include "adapters/storage/postgres/feed.hpp"
#include "adapters/storage/postgres/pool.hpp"
#include "failpoint/failpoint.hpp"

namespace gatehouse::adapters::postgres {
namespace {

using sql::Connection;
using sql::DatabaseError;
using sql::DatabaseErrorKind;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

// A number of our own among the database's advisory locks: "gatehous" in ASCII.
// The server looks after its client meanwhile, so that a killed one does not keep the lock for as long as its statement
// would run.
constexpr const char* kBeginMigration =
    "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'; "
    "SET LOCAL client_connection_check_interval = '1s'; "
    "SELECT pg_advisory_xact_lock(7449355575084283251); SET LOCAL lock_timeout = '1s'";
constexpr auto kMigrationPatience = std::chrono::minutes(30);
// A change of a table waits for whoever reads it, a dump for instance, and everybody else waits behind that change: so
// it lets go after a second, and tries again.
constexpr auto kMigrationTries = std::chrono::minutes(2);
constexpr auto kMigrationRest = std::chrono::seconds(1);
// A cut connection is replaced and the work run again, but only where that leaves the caller's deadline whole.
constexpr auto kRetryCutWithin = 500ms;

/// What a read sees: each statement would commit by itself here, so anything but reading is refused as the bug it is.
class ReadingConnection final : public Connection {
 public:
  explicit ReadingConnection(Connection& connection) : connection_(connection) {}
  sql::Dialect dialect() const override { return connection_.dialect(); }
  sql::Rows query(const sql::Statement& statement, const sql::Params& params) override {
    check_reads(statement);
    return connection_.query(statement, params);
  }
  std::vector<sql::Rows> query_all(const std::vector<Question>& questions) override {
    for (const Question& question : questions) check_reads(question.statement);
    return connection_.query_all(questions);
  }
  std::int64_t execute(const sql::Statement& statement, const sql::Params&) override { refuse(statement.name); }
  void announce_invalidation(std::string_view) override { refuse("announce_invalidation"); }
  void run_script(const std::string&) override { refuse("run_script"); }

 private:
  static void check_reads(const sql::Statement& statement) {
    const std::string_view text = statement.postgres.empty() ? statement.text : statement.postgres;
    if (!text.starts_with("SELECT") && !text.starts_with("WITH") && !text.starts_with("(")) refuse(statement.name);
  }
  [[noreturn]] static void refuse(std::string_view what) {
    throw DatabaseError(DatabaseErrorKind::read_only, fmt::format("{} inside a read", what));
  }
  Connection& connection_;
};

class PostgresDriver final : public sql::Driver {
 public:
  explicit PostgresDriver(PostgresOptions options)
      : options_(std::move(options)),
        pool_({.url = options_.url,
               .connect_timeout = options_.connect_timeout,
               .statement_timeout = options_.statement_timeout,
               .lock_timeout = options_.lock_timeout},
              options_.pool_size, options_.acquire_timeout) {}

  sql::Dialect dialect() const override { return {.is_postgres = true}; }

  Result<> read(const sql::Work& work) override {
    return with_retries([&] {
      const Pool::Lease lease = pool_.acquire();
      ReadingConnection reading(*lease);
      return work(reading);
    });
  }

  Result<> write(const sql::Work& work) override {
    return with_retries([&] { return write_once(work); });
  }

  Result<> migrate(const sql::Work& work) override {
    for (const auto begun = Clock::now();; std::this_thread::sleep_for(kMigrationRest)) {
      try {
        return migrate_once(work);
      } catch (const DatabaseError& error) {
        const bool again = error.kind() == DatabaseErrorKind::busy && Clock::now() < begun + kMigrationTries;
        if (!again) return sql::to_failure(error);
      }
    }
  }

  void before_commit(std::function<void(Connection&)>) override {}

  std::unique_ptr<sql::InvalidationFeed> open_feed() override {
    ConnectSettings settings = pool_.settings();
    if (!options_.listen_url.empty()) settings.url = options_.listen_url;
    return make_feed(settings);
  }

 private:
  Result<> migrate_once(const sql::Work& work) {
    PgConnection connection(pool_.settings());
    connection.wait_at_most(kMigrationPatience);
    connection.run_script(kBeginMigration);
    GH_CHECK(work(connection));
    connection.run_script("COMMIT");
    // Other connections prepared their statements against the old schema.
    pool_.forget_idle();
    return {};
  }

  template <class Attempt>
  Result<> with_retries(Attempt attempt) {
    const auto begun = Clock::now();
    for (int tries = 1;; ++tries) {
      try {
        return attempt();
      } catch (const DatabaseError& error) {
        const bool cut = error.kind() == DatabaseErrorKind::unavailable;
        if (cut) pool_.forget_idle();
        const bool again =
            error.kind() == DatabaseErrorKind::conflict || (cut && Clock::now() < begun + kRetryCutWithin);
        if (!again || tries == kTries) return sql::to_failure(error);
      }
    }
  }

  Result<> write_once(const sql::Work& work) {
    const Pool::Lease lease = pool_.acquire();
    PgConnection& connection = *lease;
    connection.begin();
    try {
      Result<> outcome = work(connection);
      if (outcome) {
        GH_FAILPOINT(before_commit);
        commit(connection);
        GH_FAILPOINT(after_commit);
      } else {
        roll_back(connection);
      }
      return outcome;
    } catch (...) {
      roll_back(connection);
      throw;
    }
  }

  void commit(PgConnection& connection) {
    const std::string id = connection.transaction_id();
    if (id.empty() && connection.has_fate()) throw_gone_on();
    bool committed = false;
    try {
      committed = connection.commit();
    } catch (const DatabaseError& error) {
      if (error.kind() != DatabaseErrorKind::unavailable || connection.is_refused()) throw;
      if (!connection.has_fate()) throw;  // and so it is done again
      switch (learn_fate(pool_.settings(), {id, connection.backend_pid(), connection.server_life()},
                         options_.resolve_timeout)) {
        case CommitFate::committed:
          return;
        case CommitFate::aborted:
          throw DatabaseError(DatabaseErrorKind::unavailable, "cut before the commit");
        case CommitFate::unknown:
          throw DatabaseError(DatabaseErrorKind::outcome_unknown, error.what());
      }
    }
    if (!committed) throw_gone_on();
  }

  [[noreturn]] static void throw_gone_on() {
    throw DatabaseError(DatabaseErrorKind::other, "a closure went on after a failed statement; nothing was written");
  }

  static void roll_back(PgConnection& connection) noexcept {
    try {
      connection.roll_back();
    } catch (const std::exception&) {
      // The connection is not usable then, and the pool closes it.
    }
  }

  PostgresOptions options_;
  Pool pool_;
};

}  // namespace

Result<std::unique_ptr<sql::Driver>> open_postgres(PostgresOptions options) {
  auto driver = std::make_unique<PostgresDriver>(std::move(options));
  const Result<> answered = driver->read([](Connection& connection) -> Result<> {
    constexpr sql::Statement kVersion{"version", "SELECT current_setting('server_version_num')::bigint"};
    const std::int64_t version = connection.query_one(kVersion, {}).value().integer(0);
    if (version >= 150000) return {};
    const std::string sentence = fmt::format("PostgreSQL {} is too old; Gatehouse needs 15 or newer", version / 10000);
    return fail(ErrorCode::dependency_unavailable, sentence, sentence);
  });
  if (answered) return std::unique_ptr<sql::Driver>(std::move(driver));
  if (!answered.error().detail.empty()) return fail(answered.error());
  const std::string sentence =
      fmt::format("PostgreSQL cannot be used ({}); check database.url, that the server runs and lets this user in",
                  answered.error().cause);
  return fail(ErrorCode::dependency_unavailable, sentence, sentence);
}

}  // namespace gatehouse::adapters::postgres
