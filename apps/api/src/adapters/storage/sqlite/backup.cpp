#include "adapters/storage/sqlite/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include <fmt/format.h>
#include <sqlite3.h>

#include "adapters/storage/sql/fence_operation.hpp"
#include "adapters/storage/sqlite/connection.hpp"
#include "adapters/storage/sqlite/driver.hpp"
#include "adapters/storage/sqlite/file_safety.hpp"
#include "failpoint/failpoint.hpp"

namespace gatehouse::adapters::sqlite {
namespace {

using sql::DatabaseError;
using sql::DatabaseErrorKind;
using namespace std::chrono_literals;

/// Copies in one go: SQLite starts over whenever another process writes between two steps.
void copy(SqliteConnection& from, SqliteConnection& to) {
  sqlite3_backup* backup = sqlite3_backup_init(to.handle(), "main", from.handle(), "main");
  if (backup == nullptr) throw DatabaseError(DatabaseErrorKind::other, sqlite3_errmsg(to.handle()));
  const int step = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (step == SQLITE_DONE && finished == SQLITE_OK) return;
  const DatabaseErrorKind kind = (finished & 0xff) == SQLITE_FULL ? DatabaseErrorKind::full : DatabaseErrorKind::other;
  throw DatabaseError(kind, sqlite3_errstr(finished));
}

/// Not in WAL mode, so that the file is whole by itself.
void make_single_file(SqliteConnection& connection) {
  const auto mode = connection.query_one({"journal mode", "PRAGMA journal_mode = DELETE"}, {});
  if (!mode || mode->text(0) != "delete") throw DatabaseError(DatabaseErrorKind::busy, "the copy is in use");
}

void check_whole(SqliteConnection& connection) {
  const auto health = connection.query_one({"integrity check", "PRAGMA integrity_check(1)"}, {});
  if (!health || health->text(0) != "ok") throw DatabaseError(DatabaseErrorKind::corrupt, "it is damaged");
  const auto ledger = connection.query_one(
      {"has ledger", "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migrations'"}, {});
  if (ledger->integer(0) == 0) throw DatabaseError(DatabaseErrorKind::corrupt, "it is not a Gatehouse database");
}

/// A copy brings back what was spent since: see sql/fence_operation.hpp. An early schema has no table of facts yet.
void require_fence(SqliteConnection& connection) {
  const auto facts = connection.query_one(
      {"has facts", "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'facts'"}, {});
  if (facts->integer(0) > 0) connection.run_script(sql::kRequireFence);
}

/// The bytes and the folder's entry are on the disk when this returns.
void sync_to_disk(const std::string& path) {
  const std::string folder = std::filesystem::absolute(path).parent_path().string();
  for (const std::string& each : {path, folder}) {
    const int file = open(each.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    fsync(file);
    close(file);
  }
}

void remove_database(const std::string& path) {
  std::error_code ignored;
  for (const char* suffix : {"", "-journal", "-wal", "-shm"}) std::filesystem::remove(path + suffix, ignored);
}

/// What the WAL still holds goes into the file, which is whole by itself then. A damaged database, which may be why a
/// backup is put back, keeps its WAL.
void fold_in_wal(const std::string& path) {
  try {
    SqliteConnection connection(path, Access::read_write, 5000ms);
    connection.run_script("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (const DatabaseError&) {
    return;
  }
}

/// The old database stays under another name, and the new one takes its place in one step: wherever this is cut short,
/// a whole database is at `path`, and never none, which a start would take for the first one.
void put_in_place(const std::string& partial, const std::string& path, const std::string& replaced) {
  if (std::filesystem::exists(path)) {
    fold_in_wal(path);
    // The WAL goes with its file and by its file's name, so that what is replaced stays a whole database.
    for (const char* suffix : {"-wal", "-shm"}) {
      if (std::filesystem::exists(path + suffix)) std::filesystem::rename(path + suffix, replaced + suffix);
    }
    GH_FAILPOINT(while_restoring);
    std::error_code no_links;
    std::filesystem::create_hard_link(path, replaced, no_links);
    if (no_links) std::filesystem::rename(path, replaced);
    GH_FAILPOINT(while_restoring);
  }
  std::filesystem::rename(partial, path);
}

/// Whether a restore that was cut short left the database under both names.
bool is_same_file(const std::string& path, const std::string& replaced) {
  std::error_code unknown;
  return std::filesystem::equivalent(path, replaced, unknown) && !unknown;
}

Result<> copy_to_new_file(const std::string& from, const std::string& to) {
  GH_CHECK(create_private_file(to));
  SqliteConnection source(from, Access::read_only, 5000ms);
  SqliteConnection target(to, Access::read_write, 5000ms);
  copy(source, target);
  make_single_file(target);
  check_whole(target);
  require_fence(target);
  return {};
}

}  // namespace

Result<> back_up(const std::string& path, const std::string& target) {
  if (!std::filesystem::exists(path)) {
    return refuse_start(fmt::format("there is no database {}; name the data folder with --data", path));
  }
  if (std::filesystem::exists(target)) {
    return refuse_start(fmt::format("{} exists already; name a new file for the backup", target));
  }
  const std::string partial = target + ".partial";
  remove_database(partial);
  try {
    GH_CHECK(copy_to_new_file(path, partial));
    std::filesystem::rename(partial, target);
    sync_to_disk(target);
    return {};
  } catch (const std::exception& error) {
    remove_database(partial);
    return refuse_start(
        fmt::format("the backup to {} failed ({}); check the disk and try again", target, error.what()));
  }
}

Result<> restore(const std::string& backup, const std::string& path) {
  if (!std::filesystem::exists(backup)) return refuse_start(fmt::format("there is no backup {}", backup));
  GH_TRY(const auto lock, take_serve_lock(path));
  const std::string replaced = path + ".replaced";
  if (is_same_file(path, replaced)) std::filesystem::remove(replaced);
  if (std::filesystem::exists(path) && std::filesystem::exists(replaced)) {
    return refuse_start(fmt::format("{} is left from an earlier restore; move it away first", replaced));
  }
  const std::string partial = path + ".restoring";
  remove_database(partial);
  try {
    GH_CHECK(copy_to_new_file(backup, partial));
    put_in_place(partial, path, replaced);
    sync_to_disk(path);
    return {};
  } catch (const std::exception& error) {
    remove_database(partial);
    return refuse_start(fmt::format("the backup {} cannot be restored ({}); use another one", backup, error.what()));
  }
}

}  // namespace gatehouse::adapters::sqlite
