#include "adapters/storage/sqlite/driver.hpp"

#include <malloc.h>

#include <filesystem>
#include <mutex>
#include <vector>

#include <fmt/format.h>

#include "adapters/storage/sqlite/feed.hpp"
#include "adapters/storage/sqlite/file_safety.hpp"
#include "adapters/storage/sqlite/writer.hpp"

namespace gatehouse::adapters::sqlite {
namespace {

using sql::DatabaseError;
using sql::DatabaseErrorKind;

// A larger file is looked through by `gatehouse backup`, not by every start and every command.
constexpr std::uintmax_t kCheckedWholeUpTo = 64U << 20U;

constexpr sql::Statement kBegin{"begin", "BEGIN"};
constexpr sql::Statement kCommit{"commit", "COMMIT"};

/// Runs the work on one snapshot; what is left of it is always rolled back.
Result<> read_on(SqliteConnection& connection, const sql::Work& work) {
  struct RollBackAtEnd {
    SqliteConnection& connection;
    ~RollBackAtEnd() { connection.roll_back(); }
  };
  try {
    connection.execute(kBegin, {});
    const RollBackAtEnd end{connection};
    return work(connection);
  } catch (const DatabaseError& error) {
    return sql::to_failure(error);
  }
}

class FileDriver final : public sql::Driver {
 public:
  FileDriver(SqliteOptions options, std::unique_ptr<SqliteConnection> connection)
      : options_(std::move(options)),
        connection_(std::move(connection)),
        writer_(*connection_, guard_, [this] { release_memory(); }) {}

  sql::Dialect dialect() const override { return {.is_postgres = false}; }

  Result<> read(const sql::Work& work) override {
    std::unique_ptr<SqliteConnection> reader = take_reader();
    if (!reader) {
      try {
        reader = std::make_unique<SqliteConnection>(options_.path, Access::read_only, options_.busy_timeout);
      } catch (const DatabaseError& error) {
        return sql::to_failure(error);
      }
    }
    Result<> outcome = read_on(*reader, work);
    give_back(std::move(reader));
    return outcome;
  }

  Result<> write(const sql::Work& work) override { return writer_.run(work, GroupCommitWriter::Hook::run); }
  Result<> migrate(const sql::Work& work) override { return writer_.run(work, GroupCommitWriter::Hook::skip); }
  void before_commit(std::function<void(sql::Connection&)> hook) override { writer_.before_commit(std::move(hook)); }
  std::unique_ptr<sql::InvalidationFeed> open_feed() override { return make_feed(options_); }

 private:
  std::unique_ptr<SqliteConnection> take_reader() {
    const std::lock_guard lock(readers_mutex_);
    if (readers_.empty()) return nullptr;
    std::unique_ptr<SqliteConnection> reader = std::move(readers_.back());
    readers_.pop_back();
    return reader;
  }
  void give_back(std::unique_ptr<SqliteConnection> reader) {
    const std::lock_guard lock(readers_mutex_);
    readers_.push_back(std::move(reader));
  }

  // Caches that a burst filled go back to the system when it has passed.
  void release_memory() {
    {
      const std::lock_guard lock(readers_mutex_);
      for (const auto& reader : readers_) reader->release_memory();
    }
    connection_->release_memory();
    ::malloc_trim(0);
  }

  SqliteOptions options_;
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> readers_;  // at most as many as threads ever read at once
  std::recursive_mutex guard_;
  std::unique_ptr<SqliteConnection> connection_;
  GroupCommitWriter writer_;
};

class MemoryDriver final : public sql::Driver {
 public:
  explicit MemoryDriver(SqliteOptions options)
      : options_(std::move(options)),
        connection_(options_.path, Access::read_write, options_.busy_timeout),
        writer_(connection_, guard_, [] { ::malloc_trim(0); }) {}

  sql::Dialect dialect() const override { return {.is_postgres = false}; }

  Result<> read(const sql::Work& work) override {
    // Recursive: a closure may come back here through the data cipher, and then stands in its transaction already.
    const std::lock_guard lock(guard_);
    if (connection_.in_transaction()) return work(connection_);
    connection_.run_script("PRAGMA query_only = ON");
    Result<> outcome = read_on(connection_, work);
    connection_.run_script("PRAGMA query_only = OFF");
    return outcome;
  }

  Result<> write(const sql::Work& work) override { return writer_.run(work, GroupCommitWriter::Hook::run); }
  Result<> migrate(const sql::Work& work) override { return writer_.run(work, GroupCommitWriter::Hook::skip); }
  void before_commit(std::function<void(sql::Connection&)> hook) override { writer_.before_commit(std::move(hook)); }
  std::unique_ptr<sql::InvalidationFeed> open_feed() override { return make_feed(options_); }

 private:
  SqliteOptions options_;
  std::recursive_mutex guard_;
  SqliteConnection connection_;
  GroupCommitWriter writer_;
};

/// Finds at start what would otherwise be found by a request: no database, a foreign one, a lock, a read-only file.
void prove_usable(SqliteConnection& connection, const std::string& path) {
  const sql::Rows mode = connection.query({"journal mode", "PRAGMA journal_mode = WAL"}, {});
  if (mode.empty() || mode.front().text(0) != "wal") {
    throw DatabaseError(DatabaseErrorKind::busy, "write-ahead logging could not be switched on");
  }
  std::error_code unknown;
  const std::string_view check = std::filesystem::file_size(path, unknown) <= kCheckedWholeUpTo
                                     ? "PRAGMA quick_check(1)"
                                     : "SELECT 'ok' FROM (SELECT count(*) FROM sqlite_schema)";
  const sql::Rows health = connection.query({"quick check", check}, {});
  if (health.empty() || health.front().text(0) != "ok") {
    throw DatabaseError(DatabaseErrorKind::corrupt, health.empty() ? "no answer" : health.front().text(0));
  }
  connection.run_script("BEGIN IMMEDIATE; ROLLBACK");
}

}  // namespace

Failure explain(const std::string& path, const DatabaseError& error) {
  const auto say = [&](std::string_view cause, std::string_view mend) {
    return refuse_start(fmt::format("the database {} {} ({}); {}", path, cause, error.what(), mend));
  };
  switch (error.kind()) {
    case DatabaseErrorKind::corrupt:
      return say("is corrupt or not a SQLite file", "restore a backup with `gatehouse restore FILE`");
    case DatabaseErrorKind::busy:
      return say("is locked by another program", "stop what holds it and start again");
    case DatabaseErrorKind::read_only:
      return say("is read-only", "make file and folder writable for their owner");
    case DatabaseErrorKind::full:
      return say("has no space left", "free disk space and start again");
    default:
      return say("cannot be opened", "check the path, its permissions and the disk");
  }
}

Result<std::unique_ptr<sql::Driver>> open_sqlite(SqliteOptions options) {
  if (options.path == ":memory:") return std::unique_ptr<sql::Driver>(std::make_unique<MemoryDriver>(options));
  GH_CHECK(create_private_file(options.path));
  if (options.production) {
    GH_CHECK(refuse_open_to_others(options.path));
    GH_CHECK(refuse_network_file_system(options.path));
  }
  try {
    auto connection = std::make_unique<SqliteConnection>(options.path, Access::read_write, options.busy_timeout);
    prove_usable(*connection, options.path);
    return std::unique_ptr<sql::Driver>(std::make_unique<FileDriver>(options, std::move(connection)));
  } catch (const DatabaseError& error) {
    return explain(options.path, error);
  }
}

}  // namespace gatehouse::adapters::sqlite
