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
constexpr std::chrono::seconds kQuiet{2};
// After a batch that had to be done again, where the next closures may fail as well (a flood of tries, say).
constexpr int kCarefulBatches = 64;

constexpr sql::Statement kBegin{"begin", "BEGIN IMMEDIATE"};
constexpr sql::Statement kCommit{"commit", "COMMIT"};
constexpr sql::Statement kSavepoint{"savepoint", "SAVEPOINT closure"};
constexpr sql::Statement kRelease{"release", "RELEASE closure"};
constexpr sql::Statement kRollBackTo{"rollback to", "ROLLBACK TO closure"};

/// A closure failed after it had changed something, and nothing but the whole transaction can undo that.
struct OnlyTogether {};

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

GroupCommitWriter::GroupCommitWriter(SqliteConnection& connection, std::recursive_mutex& guard,
                                     std::function<void()> when_quiet)
    : connection_(connection), guard_(guard), when_quiet_(std::move(when_quiet)) {
  // Nobody waits for the log: who wrote is answered first.
  connection_.defer_checkpoints();
  thread_ = std::thread([this] { serve(); });
}

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
    Batch batch = next_batch();
    if (batch.empty()) return;
    const std::int64_t changes = connection_.changes();
    run_batch(batch);
    if (connection_.changes() != changes) quiet_at_ = std::chrono::steady_clock::now() + kQuiet;
    for (Job* job : batch) job->answer();
    const std::lock_guard lock(guard_);
    connection_.checkpoint_if_due();
  }
}

// Empty once all is written and the driver closes.
GroupCommitWriter::Batch GroupCommitWriter::next_batch() {
  std::unique_lock lock(mutex_);
  const auto has_news = [&] { return stopping_ || !waiting_.empty(); };
  if (quiet_at_) arrived_.wait_until(lock, *quiet_at_, has_news);
  if (quiet_at_ && std::chrono::steady_clock::now() >= *quiet_at_) {
    quiet_at_.reset();
    lock.unlock();
    when_quiet_();
    lock.lock();
  }
  arrived_.wait(lock, has_news);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMostInBatch));
  Batch batch(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

void GroupCommitWriter::run_batch(Batch& batch) {
  const std::lock_guard lock(guard_);
  // What makes tables (Hook::skip) does not count as a change.
  const bool plain = std::all_of(batch.begin(), batch.end(), [](const Job* job) { return job->hook == Hook::run; });
  if (plain && careful_batches_ == 0) {
    if (commit_together(batch, Undo::batch)) return;
    careful_batches_ = kCarefulBatches;
  }
  if (careful_batches_ > 0) --careful_batches_;
  commit_together(batch, Undo::closure);
}

bool GroupCommitWriter::commit_together(Batch& batch, Undo undo) {
  std::optional<Failure> failure;
  try {
    connection_.execute(kBegin, {});
    for (Job* job : batch) run_job(*job, undo);
    const auto succeeded = [](const Job* job) { return job->outcome.has_value() && !job->bug; };
    if (std::none_of(batch.begin(), batch.end(), succeeded)) {
      connection_.roll_back();
      return true;
    }
    if (hook_ && std::any_of(batch.begin(), batch.end(), [](const Job* job) { return job->hook == Hook::run; })) {
      hook_(connection_);
    }
    GH_FAILPOINT(before_commit);
    connection_.execute(kCommit, {});
    GH_FAILPOINT(after_commit);
  } catch (const OnlyTogether&) {
    connection_.roll_back();
    return false;
  } catch (const DatabaseError& error) {
    failure = sql::to_failure(error);
  } catch (const std::exception& error) {
    failure = fail(ErrorCode::internal_error, {}, std::string("database: ") + error.what());
  } catch (...) {
    failure = fail(ErrorCode::internal_error, {}, "database: a closure threw what is no exception");
  }
  if (!failure) return true;
  connection_.roll_back();
  // Whatever a closure of this batch achieved is undone; what had failed by itself keeps its own answer.
  for (Job* job : batch) {
    if (job->outcome.has_value() && !job->bug) job->outcome = *failure;
  }
  return true;
}

void GroupCommitWriter::run_job(Job& job, Undo undo) {
  job.outcome = {};
  job.bug = nullptr;
  for (int attempt = 1;; ++attempt) {
    if (undo == Undo::closure) connection_.execute(kSavepoint, {});
    const std::int64_t changes = connection_.changes();
    bool again = false;
    try {
      job.outcome = job.work(connection_);
      if (job.outcome && undo == Undo::closure) connection_.execute(kRelease, {});
      if (job.outcome) return;
    } catch (const DatabaseError& error) {
      // SQLite may have rolled the whole transaction back (a full disk): then the batch is lost, not this closure
      // alone.
      if (!connection_.in_transaction()) throw;
      again = error.kind() == DatabaseErrorKind::conflict && attempt < sql::Driver::kTries;
      job.outcome = sql::to_failure(error);
    } catch (...) {
      job.bug = std::current_exception();
      if (!connection_.in_transaction()) throw;
    }
    if (undo == Undo::closure) {
      connection_.execute(kRollBackTo, {});
      connection_.execute(kRelease, {});
    } else if (connection_.changes() != changes) {
      throw OnlyTogether{};
    }
    if (!again) return;
  }
}

}  // namespace gatehouse::adapters::sqlite
