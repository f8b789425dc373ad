#include "adapters/storage/postgres/commit_fate.hpp"

#include <thread>

namespace gatehouse::adapters::postgres {
namespace {

using namespace std::chrono_literals;

constexpr sql::Statement kStatus{"commit.fate", "SELECT pg_xact_status(?1::text::xid8)"};
constexpr sql::Statement kEnd{"commit.end",
                              "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                              "WHERE pid = ?1 AND backend_xid = ?2::text::xid8::xid"};

}  // namespace

CommitFate learn_fate(const ConnectSettings& settings, const std::string& transaction_id, int backend_pid,
                      std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline) {
    try {
      PgConnection connection(settings);
      const auto status = connection.query_one(kStatus, {transaction_id});
      // Null: so old, or so far ahead after a failover, that this server knows nothing of it.
      if (!status || status->is_null(0)) return CommitFate::unknown;
      if (status->text(0) == "committed") return CommitFate::committed;
      if (status->text(0) == "aborted") return CommitFate::aborted;
      connection.query(kEnd, {backend_pid, transaction_id});
    } catch (const sql::DatabaseError& error) {
      if (error.kind() == sql::DatabaseErrorKind::other) return CommitFate::unknown;
    }
    std::this_thread::sleep_for(50ms);
  }
  return CommitFate::unknown;
}

}  // namespace gatehouse::adapters::postgres
