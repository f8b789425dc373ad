// The yardstick of durable writes: the bare sqlite3 library in WAL mode with synchronous=FULL and prepared statements,
// one transaction a commit, on Gatehouse's own tables: a session, an audit row and an outbox row each.
//   stock_sqlite FILE SECONDS  -> transactions per second        (FILE must not exist; run from the project's root)
#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace {

sqlite3* database = nullptr;

void check(int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  std::fprintf(stderr, "stock_sqlite: %s\n", sqlite3_errmsg(database));
  std::exit(1);
}

void run(const std::string& sql) { check(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr)); }

std::string file_text(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

sqlite3_stmt* prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  check(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
  return statement;
}

// ?1 is the row's number; keys are its digits, in order as Gatehouse's are.
constexpr const char* kSession =
    "INSERT INTO sessions VALUES (printf('01936000-0000-7000-8000-%012d', ?1), 'user', zeroblob(32), 'default', ?1, "
    "?1, ?1, ?1, "
    "1, ?1, 'aal1', '[\"pwd\"]', '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0', 'Firefox on Linux', "
    "NULL)";
constexpr const char* kAudit =
    "INSERT INTO auth_audit_log VALUES (NULL, printf('01936000-0000-7000-8000-%012d', ?1), ?1, 'user', 'user', 'user', "
    "'identity.sign_in', 'success', '', 'bench', '{\"session_id\":\"01936000-0000-7000-8000-000000000000\"}', "
    "zeroblob(32), ?1, "
    "zeroblob(32), zeroblob(32))";
constexpr const char* kOutbox =
    "INSERT INTO outbox_events VALUES (NULL, printf('01936000-0000-7000-8000-%012d', ?1), 'identity.audit.recorded', "
    "'user', "
    "zeroblob(400), ?1, '', ?1, ?1, NULL)";

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  check(sqlite3_open(argv[1], &database));
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF;");
  run(file_text("migrations/0001_identity.sqlite.sql"));
  run(file_text("migrations/0002_ledgers.sqlite.sql"));
  sqlite3_stmt* const statements[] = {prepare("BEGIN IMMEDIATE"), prepare(kSession), prepare(kAudit), prepare(kOutbox),
                                      prepare("COMMIT")};
  const auto begin = std::chrono::steady_clock::now();
  const auto end = begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                               std::chrono::duration<double>(std::atof(argv[2])));
  long count = 0;
  while (std::chrono::steady_clock::now() < end) {
    ++count;
    for (sqlite3_stmt* statement : statements) {
      if (sqlite3_bind_parameter_count(statement) > 0) check(sqlite3_bind_int64(statement, 1, count));
      check(sqlite3_step(statement));
      check(sqlite3_reset(statement));
    }
  }
  std::printf("%.1f\n", static_cast<double>(count) /
                            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  sqlite3_close(database);
}
