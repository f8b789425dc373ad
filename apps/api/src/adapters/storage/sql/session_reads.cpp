#include "adapters/storage/sql/session_reads.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace gatehouse::adapters::sql {
namespace {

constexpr std::size_t kThreads = 4;
constexpr std::size_t kMostInRead = 64;
constexpr std::size_t kMostWaiting = 4096;
// Far beyond what a read takes, and far below what a caller bears.
constexpr std::chrono::milliseconds kHangs{20};

}  // namespace

Result<SessionReads::Found> SessionReads::find(const domain::SessionId& id) {
  std::mutex mutex;
  std::condition_variable answered;
  std::optional<Result<Found>> answer;
  const bool begun = find_later(id, [&](Result<Found> found) {
    // Notified under the lock: once the caller sees the answer, all of this is gone.
    const std::lock_guard lock(mutex);
    answer.emplace(std::move(found));
    answered.notify_one();
  });
  if (!begun) {
    Error error;
    error.code = ErrorCode::overloaded;
    error.cause = "too many session checks wait for the database";
    error.retry_after = std::chrono::seconds(1);
    return fail(std::move(error));
  }
  std::unique_lock lock(mutex);
  answered.wait(lock, [&] { return answer.has_value(); });
  return std::move(*answer);
}

bool SessionReads::find_later(const domain::SessionId& id, Answer answer) {
  const std::lock_guard lock(mutex_);
  if (stopping_ || waiting_.size() >= kMostWaiting) return false;
  if (threads_.empty()) start_threads();
  waiting_.push_back({id, std::move(answer)});
  // Who reads looks here again by itself; another is needed when nobody reads, or to watch whether that one hangs.
  const bool needed = under_way_ == 0 || !watched_;
  if (needed && !called_) {
    called_ = true;
    arrived_.notify_one();
  }
  return true;
}

void SessionReads::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  for (const auto& each : std::exchange(waiting_, {})) each.answer(fail(ErrorCode::dependency_unavailable));
}

void SessionReads::start_threads() {
  for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this] { serve(); });
}

void SessionReads::serve() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    called_ = false;  // whoever was called: it is seen to now
    const bool is_fresh = under_way_ > 0 && Clock::now() < begun_at_ + kHangs;
    if (waiting_.empty() || (is_fresh && watched_)) {
      arrived_.wait(lock);
    } else if (is_fresh) {
      watched_ = true;
      arrived_.wait_until(lock, begun_at_ + kHangs);
      watched_ = false;
    } else {
      const auto wanted = take();
      ++under_way_;
      begun_at_ = Clock::now();
      lock.unlock();
      read(wanted);
      lock.lock();
      --under_way_;
    }
  }
}

/// The oldest of those that wait. Called under the lock.
std::vector<SessionReads::Wanted> SessionReads::take() {
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMostInRead));
  std::vector<Wanted> wanted(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return wanted;
}

void SessionReads::read(const std::vector<Wanted>& wanted) const {
  std::vector<domain::SessionId> ids;
  ids.reserve(wanted.size());
  for (const auto& each : wanted) ids.push_back(each.id);
  const auto found = [&]() -> Result<std::vector<ports::SessionAndUser>> {
    try {
      return read_many_(ids);
    } catch (const std::exception& error) {
      return fail(ErrorCode::internal_error, {}, error.what());
    }
  }();
  for (const auto& each : wanted) {
    if (!found) {
      each.answer(Failure(found.error()));
      continue;
    }
    const auto at =
        std::find_if(found->begin(), found->end(), [&](const auto& one) { return one.session.id == each.id; });
    // Copied: two may have asked for one session.
    each.answer(at == found->end() ? Found() : Found(*at));
  }
}

}  // namespace gatehouse::adapters::sql
