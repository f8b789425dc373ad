#include "adapters/storage/sql/session_reads.hpp"

#include <algorithm>

namespace gatehouse::adapters::sql {
namespace {

// More at a time would only make each one smaller, and cost more for the same answers (measured).
constexpr int kMostUnderWay = 1;
constexpr std::size_t kMostInRead = 64;

}  // namespace

struct SessionReads::Caller {
  const domain::SessionId& id;
  std::optional<Result<Found>> answer{};
  std::condition_variable called{};  ///< there is an answer, or it is this caller's turn to read
};

Result<SessionReads::Found> SessionReads::find(const domain::SessionId& id) {
  Caller caller{.id = id};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&caller);
  while (true) {
    caller.called.wait(lock, [&] { return caller.answer || under_way_ < kMostUnderWay; });
    if (caller.answer) return std::move(*caller.answer);
    ++under_way_;
    const auto callers = take();
    lock.unlock();
    read(callers);
    lock.lock();
  }
}

/// The oldest of those who wait. Called under the lock.
std::vector<SessionReads::Caller*> SessionReads::take() {
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMostInRead));
  std::vector<Caller*> callers(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  return callers;
}

void SessionReads::read(const std::vector<Caller*>& callers) {
  std::vector<domain::SessionId> ids;
  ids.reserve(callers.size());
  for (const Caller* caller : callers) ids.push_back(caller->id);
  Result<std::vector<ports::SessionAndUser>> found = fail(ErrorCode::internal_error, {}, "a joined read threw");
  // Whatever comes of it, each caller gets an answer, and the next one its turn.
  const auto hand_out = [&] {
    const std::lock_guard lock(mutex_);
    for (Caller* caller : callers) {
      if (!found) {
        caller->answer.emplace(Failure(found.error()));
      } else {
        const auto at =
            std::find_if(found->begin(), found->end(), [&](const auto& each) { return each.session.id == caller->id; });
        // Copied: two callers may have asked for one session.
        caller->answer.emplace(at == found->end() ? Found() : Found(*at));
      }
      caller->called.notify_one();
    }
    --under_way_;
    if (!waiting_.empty()) waiting_.front()->called.notify_one();
  };
  try {
    found = read_many_(ids);
  } catch (...) {
    hand_out();
    throw;
  }
  hand_out();
}

}  // namespace gatehouse::adapters::sql
