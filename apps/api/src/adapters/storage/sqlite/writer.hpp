#pragma once
// SQLite's one writer: a thread that commits waiting closures together. Used by the driver alone; run() may be called
// by any number of threads and returns once the closure's fate is durable.
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "adapters/storage/sql/driver.hpp"
#include "adapters/storage/sqlite/connection.hpp"

namespace gatehouse::adapters::sqlite {

class GroupCommitWriter {
 public:
  /// `guard` is held around every batch: the mutex of a connection in memory that readers share, else its own.
  GroupCommitWriter(SqliteConnection& connection, std::recursive_mutex& guard);
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
  void run_batch(Batch& batch);
  void run_job(Job& job);
  void try_job(Job& job);

  SqliteConnection& connection_;
  std::recursive_mutex& guard_;
  std::function<void(sql::Connection&)> hook_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  Batch waiting_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace gatehouse::adapters::sqlite
