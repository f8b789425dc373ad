#pragma once
// SQLite's one writer: a thread that commits waiting closures together. Used by the driver alone; run() may be called
// by any number of threads and returns once the closure's fate is durable.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "adapters/storage/sql/driver.hpp"
#include "adapters/storage/sqlite/connection.hpp"

namespace gatehouse::adapters::sqlite {

class GroupCommitWriter {
 public:
  /// `guard` is held around every batch: the mutex of a connection in memory that readers share, else its own.
  /// `when_quiet` is called, on the writer's thread, once nothing changed for two seconds after something did: workers
  /// that look for work and find none don't count.
  GroupCommitWriter(SqliteConnection& connection, std::recursive_mutex& guard, std::function<void()> when_quiet);
  ~GroupCommitWriter();
  GroupCommitWriter(const GroupCommitWriter&) = delete;
  GroupCommitWriter& operator=(const GroupCommitWriter&) = delete;

  enum class Hook { run, skip };
  /// Called from inside a closure it would wait for itself: that is a bug, and `internal_error`.
  Result<> run(const sql::Work& work, Hook hook);
  void before_commit(std::function<void(sql::Connection&)> hook) { hook_ = std::move(hook); }
  bool is_this_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  struct Job;
  using Batch = std::deque<Job*>;

  void serve();
  Batch next_batch();
  void run_batch(Batch& batch);
  /// What a closure that fails takes back: all of its batch, or by a savepoint what it did itself. For a savepoint each
  /// page is copied before it changes, which is a quarter of a write (measured), and few closures fail after a change.
  enum class Undo { batch, closure };
  /// False where nothing is done, since one of them failed and Undo::closure is needed.
  bool commit_together(Batch& batch, Undo undo);
  void run_job(Job& job, Undo undo);

  SqliteConnection& connection_;
  std::recursive_mutex& guard_;
  std::function<void()> when_quiet_;
  std::function<void(sql::Connection&)> hook_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  Batch waiting_;
  bool stopping_ = false;
  int careful_batches_ = 0;  ///< how many more begin with Undo::closure; the writer's thread only
  std::optional<std::chrono::steady_clock::time_point> quiet_at_;  ///< the writer's thread only
  std::thread thread_;
};

}  // namespace gatehouse::adapters::sqlite
