#pragma once
// One SQLite connection: prepared statements kept by their text, errors as DatabaseError. Used by the driver, the fence
// and backup; stores see it as sql::Connection. Not thread-safe.
#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

#include "adapters/storage/sql/connection.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace gatehouse::adapters::sqlite {

enum class Access { read_write, read_only };

class SqliteConnection final : public sql::Connection {
 public:
  /// Opens an existing file, or an empty database in memory for ":memory:". Throws DatabaseError.
  SqliteConnection(const std::string& path, Access access, std::chrono::milliseconds busy_timeout);
  ~SqliteConnection() override;
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  sql::Dialect dialect() const override { return {.is_postgres = false}; }
  sql::Rows query(const sql::Statement& statement, const sql::Params& params) override;
  std::int64_t execute(const sql::Statement& statement, const sql::Params& params) override;
  void announce_invalidation(std::string_view) override {}
  void run_script(const std::string& script) override;

  /// False once SQLite rolled back by itself, as it does when the disk is full.
  bool in_transaction() const;
  /// Runs ROLLBACK if a transaction is open; never throws.
  void roll_back() noexcept;
  /// Rows that it changed so far.
  std::int64_t changes() const noexcept;
  /// From now on no commit moves the log into the file by itself, which a caller would wait for.
  void defer_checkpoints() noexcept;
  /// Moves it, once it is long enough. What a reader holds up is moved at another time.
  void checkpoint_if_due() noexcept;
  /// Frees what its page cache keeps for the next statement.
  void release_memory() noexcept;
  sqlite3* handle() const { return db_; }

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  sqlite3_stmt* prepare(const sql::Statement& statement);
  void bind(sqlite3_stmt* prepared, const sql::Statement& statement, const sql::Params& params);
  void forget_statements();

  sqlite3* db_ = nullptr;
  int log_pages_ = 0;  ///< after the newest commit, where checkpoints are deferred
  std::unordered_map<std::string, sqlite3_stmt*, TextHash, std::equal_to<>> prepared_;
};

}  // namespace gatehouse::adapters::sqlite
