#include "adapters/storage/sqlite/writer.hpp"

#include <algorithm>
#include <optional>

#include "failpoint/failpoint.hpp"

namespace gatehouse::adapters::sqlite {
namespace {

using sql::DatabaseError;
using sql::DatabaseErrorKind;

// One batch holds the write lock that the command line beside us waits for, so it has an end.
constexpr std::size_t kMostInBatch = 256;

constexpr sql::Statement kBegin{"begin", "BEGIN IMMEDIATE"};
constexpr sql::Statement kCommit{"commit", "COMMIT"};
constexpr sql::Statement kSavepoint{"savepoint", "SAVEPOINT closure"};
constexpr sql::Statement kRelease{"release", "RELEASE closure"};
constexpr sql::Statement kRollBackTo{"rollback to", "ROLLBACK TO closure"};

}  // namespace

struct GroupCommitWriter::Job {
  const sql::Work& work;
  Hook hook;
  Result<> outcome{};
  std::exception_ptr bug{};
  std::mutex mutex{};
  std::condition_variable answered{};
  bool done = false;

  void answer() {
    // Notified under the lock: once the caller sees `done`, this object is gone.
    const std::lock_guard lock(mutex);
    done = true;
    answered.notify_one();
  }
};

GroupCommitWriter::GroupCommitWriter(SqliteConnection& connection, std::recursive_mutex& guard)
    : connection_(connection), guard_(guard), thread_([this] { serve(); }) {}

GroupCommitWriter::~GroupCommitWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

Result<> GroupCommitWriter::run(const sql::Work& work, Hook hook) {
  if (is_this_thread()) return fail(ErrorCode::internal_error, {}, "database: a write closure called write() again");
  Job job{.work = work, .hook = hook};
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return unavailable("database: closing");
    waiting_.push_back(&job);
  }
  arrived_.notify_one();
  std::unique_lock lock(job.mutex);
  job.answered.wait(lock, [&] { return job.done; });
  if (job.bug) std::rethrow_exception(job.bug);
  return std::move(job.outcome);
}

void GroupCommitWriter::serve() {
  while (true) {
    Batch batch;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [&] { return stopping_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMostInBatch));
      batch.assign(waiting_.begin(), waiting_.begin() + count);
      waiting_.erase(waiting_.begin(), waiting_.begin() + count);
    }
    run_batch(batch);
    for (Job* job : batch) job->answer();
  }
}

void GroupCommitWriter::run_batch(Batch& batch) {
  const std::lock_guard lock(guard_);
  std::optional<Failure> failure;
  try {
    connection_.execute(kBegin, {});
    for (Job* job : batch) run_job(*job);
    const auto succeeded = [](const Job* job) { return job->outcome.has_value() && !job->bug; };
    if (std::none_of(batch.begin(), batch.end(), succeeded)) {
      connection_.roll_back();
      return;
    }
    if (hook_ && std::any_of(batch.begin(), batch.end(), [](const Job* job) { return job->hook == Hook::run; })) {
      hook_(connection_);
    }
    GH_FAILPOINT(before_commit);
    connection_.execute(kCommit, {});
    GH_FAILPOINT(after_commit);
  } catch (const DatabaseError& error) {
    failure = sql::to_failure(error);
  } catch (const std::exception& error) {
    failure = fail(ErrorCode::internal_error, {}, std::string("database: ") + error.what());
  } catch (...) {
    failure = fail(ErrorCode::internal_error, {}, "database: a closure threw what is no exception");
  }
  if (!failure) return;
  connection_.roll_back();
  // Whatever a closure of this batch achieved is undone; what had failed by itself keeps its own answer.
  for (Job* job : batch) {
    if (job->outcome.has_value() && !job->bug) job->outcome = *failure;
  }
}

void GroupCommitWriter::run_job(Job& job) {
  for (int attempt = 1;; ++attempt) {
    try {
      try_job(job);
      return;
    } catch (const DatabaseError& error) {
      // SQLite may have rolled the whole transaction back (a full disk): then the batch is lost, not this closure
      // alone.
      if (!connection_.in_transaction()) throw;
      connection_.execute(kRollBackTo, {});
      connection_.execute(kRelease, {});
      if (error.kind() == DatabaseErrorKind::conflict && attempt < sql::Driver::kTries) continue;
      job.outcome = sql::to_failure(error);
      return;
    } catch (...) {
      job.bug = std::current_exception();
      if (!connection_.in_transaction()) throw;
      connection_.execute(kRollBackTo, {});
      connection_.execute(kRelease, {});
      return;
    }
  }
}

void GroupCommitWriter::try_job(Job& job) {
  connection_.execute(kSavepoint, {});
  job.outcome = job.work(connection_);
  if (!job.outcome) connection_.execute(kRollBackTo, {});
  connection_.execute(kRelease, {});
}

}  // namespace gatehouse::adapters::sqlite
