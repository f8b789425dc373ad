#include "adapters/storage/postgres/commit_fate.hpp"

#include <thread>

namespace gatehouse::adapters::postgres {
namespace {

using namespace std::chrono_literals;

constexpr sql::Statement kStatus{"commit.fate", "SELECT pg_xact_status(?1::text::xid8)"};
// Not one that waits for a synchronous standby: ended, it would be committed without it.
constexpr sql::Statement kEnd{"commit.end",
                              "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                              "WHERE pid = ?1 AND backend_xid = ?2::text::xid8::xid "
                              "AND wait_event IS DISTINCT FROM 'SyncRep'"};

}  // namespace

CommitFate learn_fate(const ConnectSettings& settings, const SentCommit& transaction,
                      std::chrono::milliseconds patience) {
  bool ended = false;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline) {
    try {
      PgConnection connection(settings);
      const auto status = connection.query_one(kStatus, {transaction.id});
      // Null: so old, or so far ahead after a failover, that this server knows nothing of it.
      if (!status || status->is_null(0)) return CommitFate::unknown;
      if (status->text(0) == "aborted") return CommitFate::aborted;
      if (status->text(0) == "committed") {
        // After a crash the id of what was lost is given again; and what was ended on its way may lack its standby.
        const bool is_sure = !ended && connection.server_life() == transaction.server_life;
        return is_sure ? CommitFate::committed : CommitFate::unknown;
      }
      const auto found = connection.query_one(kEnd, {transaction.backend_pid, transaction.id});
      ended |= found && found->integer(0) > 0;
    } catch (const sql::DatabaseError& error) {
      if (error.kind() == sql::DatabaseErrorKind::other) return CommitFate::unknown;
    }
    std::this_thread::sleep_for(50ms);
  }
  return CommitFate::unknown;
}

}  // namespace gatehouse::adapters::postgres
