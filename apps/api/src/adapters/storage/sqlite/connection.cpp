#include "adapters/storage/sqlite/connection.hpp"

#include <stdexcept>

#include <fmt/format.h>
#include <sqlite3.h>

namespace gatehouse::adapters::sqlite {
namespace {

using sql::DatabaseError;
using sql::DatabaseErrorKind;

// Statements whose text is built per call (filters) must not fill the memory.
constexpr std::size_t kMostPrepared = 512;
constexpr int kCheckpointPages = 4000;

DatabaseErrorKind kind_of(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return DatabaseErrorKind::unique_violation;
    case SQLITE_BUSY_SNAPSHOT:
      return DatabaseErrorKind::conflict;
    default:
      break;
  }
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
      return DatabaseErrorKind::busy;
    case SQLITE_FULL:
      return DatabaseErrorKind::full;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return DatabaseErrorKind::read_only;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return DatabaseErrorKind::corrupt;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM:
      return DatabaseErrorKind::unavailable;
    default:
      return DatabaseErrorKind::other;
  }
}

[[noreturn]] void throw_error(sqlite3* db, std::string_view doing) {
  const int extended = sqlite3_extended_errcode(db);
  const std::string message = sqlite3_errmsg(db);
  const DatabaseErrorKind kind = kind_of(extended);
  std::string constraint;
  if (kind == DatabaseErrorKind::unique_violation) {
    if (const auto colon = message.find(": "); colon != std::string::npos) constraint = message.substr(colon + 2);
  }
  throw DatabaseError(kind, fmt::format("{}: {} ({})", doing, message, extended), std::move(constraint));
}

sql::Row read_row(sqlite3_stmt* statement) {
  const int columns = sqlite3_column_count(statement);
  std::vector<sql::Row::Cell> cells(static_cast<std::size_t>(columns));
  for (int i = 0; i < columns; ++i) {
    auto& cell = cells[static_cast<std::size_t>(i)];
    switch (sqlite3_column_type(statement, i)) {
      case SQLITE_INTEGER:
        cell = std::int64_t{sqlite3_column_int64(statement, i)};
        break;
      case SQLITE_FLOAT:
        cell = sqlite3_column_double(statement, i);
        break;
      case SQLITE_TEXT:
      case SQLITE_BLOB: {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
        cell = std::string(bytes != nullptr ? bytes : "", static_cast<std::size_t>(sqlite3_column_bytes(statement, i)));
        break;
      }
      default:
        break;
    }
  }
  return sql::Row(std::move(cells));
}

/// Before the library's first use: its count of memory in use, which nobody reads, takes a lock at every allocation.
void configure_library() { [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

/// Leaves the statement ready for its next use, whatever happens.
struct ResetAtEnd {
  sqlite3_stmt* statement;
  ~ResetAtEnd() { sqlite3_reset(statement); }
};

}  // namespace

SqliteConnection::SqliteConnection(const std::string& path, Access access, std::chrono::milliseconds busy_timeout) {
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (access == Access::read_only && path != ":memory:" ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
  configure_library();
  try {
    if (sqlite3_open_v2(path.c_str(), &db_, flags, nullptr) != SQLITE_OK) throw_error(db_, "open");
    sqlite3_busy_timeout(db_, static_cast<int>(busy_timeout.count()));
    sqlite3_db_config(db_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    run_script(
        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = "
        "ON");
    if (access == Access::read_only) {
      // A reader's pages are void at the next commit of the writer, and the system's cache has them anyway.
      run_script("PRAGMA query_only = ON; PRAGMA cache_size = -2000");
    } else {
      run_script(
          "PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST; PRAGMA journal_size_limit = 67108864;"
          "PRAGMA cache_size = -16000");
      sqlite3_wal_autocheckpoint(db_, kCheckpointPages);
    }
  } catch (...) {
    sqlite3_close_v2(db_);
    throw;
  }
}

SqliteConnection::~SqliteConnection() {
  forget_statements();
  sqlite3_close_v2(db_);
}

std::int64_t SqliteConnection::changes() const noexcept { return sqlite3_total_changes64(db_); }

void SqliteConnection::defer_checkpoints() noexcept {
  const auto note = [](void* self, sqlite3*, const char*, int pages) {
    static_cast<SqliteConnection*>(self)->log_pages_ = pages;
    return SQLITE_OK;
  };
  sqlite3_wal_hook(db_, note, this);  // in the place of SQLite's own, which moves the log
}

void SqliteConnection::checkpoint_if_due() noexcept {
  if (log_pages_ < kCheckpointPages) return;
  log_pages_ = 0;
  sqlite3_wal_checkpoint_v2(db_, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

void SqliteConnection::release_memory() noexcept { sqlite3_db_release_memory(db_); }

void SqliteConnection::forget_statements() {
  for (const auto& [text, statement] : prepared_) sqlite3_finalize(statement);
  prepared_.clear();
}

sqlite3_stmt* SqliteConnection::prepare(const sql::Statement& statement) {
  if (const auto found = prepared_.find(statement.text); found != prepared_.end()) return found->second;
  if (prepared_.size() >= kMostPrepared) forget_statements();
  sqlite3_stmt* prepared = nullptr;
  const char* tail = nullptr;
  if (sqlite3_prepare_v3(db_, statement.text.data(), static_cast<int>(statement.text.size()), SQLITE_PREPARE_PERSISTENT,
                         &prepared, &tail) != SQLITE_OK) {
    throw_error(db_, statement.name);
  }
  const std::string_view rest(tail, statement.text.size() - static_cast<std::size_t>(tail - statement.text.data()));
  if (prepared == nullptr || rest.find_first_not_of(" \t\n;") != std::string_view::npos) {
    sqlite3_finalize(prepared);
    throw std::logic_error(fmt::format("{}: not exactly one statement", statement.name));
  }
  prepared_.emplace(std::string(statement.text), prepared);
  return prepared;
}

void SqliteConnection::bind(sqlite3_stmt* prepared, const sql::Statement& statement, const sql::Params& params) {
  if (static_cast<std::size_t>(sqlite3_bind_parameter_count(prepared)) != params.size()) {
    throw std::logic_error(fmt::format("{}: {} parameters for {} placeholders", statement.name, params.size(),
                                       sqlite3_bind_parameter_count(prepared)));
  }
  for (std::size_t i = 0; i < params.size(); ++i) {
    const sql::Value& value = params[i];
    const int at = static_cast<int>(i) + 1;
    int bound = SQLITE_OK;
    if (value.is_null()) {
      bound = sqlite3_bind_null(prepared, at);
    } else if (value.kind() == sql::Kind::real) {
      bound = sqlite3_bind_double(prepared, at, value.real());
    } else if (value.kind() == sql::Kind::text || value.kind() == sql::Kind::json) {
      bound = sqlite3_bind_text64(prepared, at, value.bytes().data(), value.bytes().size(), SQLITE_STATIC, SQLITE_UTF8);
    } else if (value.kind() == sql::Kind::blob) {
      bound = sqlite3_bind_blob64(prepared, at, value.bytes().data(), value.bytes().size(), SQLITE_STATIC);
    } else {
      bound = sqlite3_bind_int64(prepared, at, value.number());
    }
    if (bound != SQLITE_OK) throw_error(db_, statement.name);
  }
}

sql::Rows SqliteConnection::query(const sql::Statement& statement, const sql::Params& params) {
  sqlite3_stmt* prepared = prepare(statement);
  const ResetAtEnd reset{prepared};
  bind(prepared, statement, params);
  sql::Rows rows;
  int step = SQLITE_OK;
  while ((step = sqlite3_step(prepared)) == SQLITE_ROW) rows.push_back(read_row(prepared));
  if (step != SQLITE_DONE) throw_error(db_, statement.name);
  return rows;
}

std::int64_t SqliteConnection::execute(const sql::Statement& statement, const sql::Params& params) {
  sqlite3_stmt* prepared = prepare(statement);
  const ResetAtEnd reset{prepared};
  bind(prepared, statement, params);
  // sqlite3_changes keeps the count of an earlier statement when this one changes nothing at all.
  const std::int64_t before = sqlite3_total_changes64(db_);
  int step = SQLITE_OK;
  while ((step = sqlite3_step(prepared)) == SQLITE_ROW) continue;
  if (step != SQLITE_DONE) throw_error(db_, statement.name);
  return sqlite3_total_changes64(db_) == before ? 0 : std::int64_t{sqlite3_changes64(db_)};
}

void SqliteConnection::run_script(const std::string& script) {
  if (sqlite3_exec(db_, script.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) throw_error(db_, "script");
}

bool SqliteConnection::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

void SqliteConnection::roll_back() noexcept {
  if (in_transaction()) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace gatehouse::adapters::sqlite
