#include "adapters/storage/sql/fence.hpp"

#include <algorithm>

#include "observability/log.hpp"

namespace gatehouse::adapters::sql {
namespace {

using observability::Level;
using namespace std::chrono_literals;

constexpr std::chrono::seconds kHold = 1s;
constexpr std::chrono::milliseconds kFirstBackOff = 100ms;
constexpr std::chrono::milliseconds kLongestBackOff = 2000ms;

/// What is heard is nobody's business here.
class DeafMap final : public ports::SessionMap {
 public:
  std::shared_ptr<const ports::SessionSnapshot> find(std::string_view, Timestamp) const override { return nullptr; }
  std::uint64_t generation() const override { return 0; }
  void put(std::string_view, std::shared_ptr<const ports::SessionSnapshot>, std::uint64_t) override {}
  void drop_session(const domain::SessionId&) override {}
  void drop_user(const domain::UserId&) override {}
  void drop_all() override {}
};

}  // namespace

Result<> prove_feed(Driver& driver, std::chrono::milliseconds patience) {
  std::string cause = "notifications that this process sent itself are not heard";
  try {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    const std::unique_ptr<InvalidationFeed> feed = driver.open_feed();
    DeafMap map;
    while (std::chrono::steady_clock::now() < deadline)
      if (feed->listen(map)) return {};
  } catch (const DatabaseError& error) {
    cause = error.what();
  }
  return fail(ErrorCode::dependency_unavailable, cause, cause);
}

Fence::Fence(Driver& driver, storage::FencedSessionMap& map)
    : driver_(driver), map_(map), thread_([this] { serve(); }) {}

Fence::~Fence() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_asked_.notify_one();
  thread_.join();
}

bool Fence::rest(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !stop_asked_.wait_for(lock, time, [&] { return stopping_; });
}

void Fence::serve() {
  auto back_off = kFirstBackOff;
  do {
    try {
      const std::unique_ptr<InvalidationFeed> feed = driver_.open_feed();
      // What was ended while nobody listened is unknown, so nothing remembered may answer.
      map_.drop_all();
      connected_ = true;
      back_off = kFirstBackOff;
      follow(*feed);
    } catch (const std::exception& error) {
      if (connected_.exchange(false)) ++losses_;
      observability::log(Level::warning, "fence_lost", {{"cause", error.what()}});
    }
    back_off = std::min(back_off * 2, kLongestBackOff);
  } while (rest(back_off));
  connected_ = false;
  map_.hold_until({});
}

void Fence::follow(InvalidationFeed& feed) {
  do {
    if (const auto heard = feed.listen(map_)) map_.hold_until(*heard + kHold);
  } while (rest(feed.rest()));
}

}  // namespace gatehouse::adapters::sql
