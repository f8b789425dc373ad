#include "adapters/storage/postgres/pool.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace gatehouse::adapters::postgres {
namespace {

using sql::DatabaseError;
using sql::DatabaseErrorKind;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kFirstBackOff = 50ms;
constexpr std::chrono::milliseconds kLongestBackOff = 1000ms;

}  // namespace

Pool::Pool(ConnectSettings settings, std::size_t size, std::chrono::milliseconds acquire_timeout)
    : settings_(std::move(settings)), size_(std::max<std::size_t>(1, size)), acquire_timeout_(acquire_timeout) {}

Pool::Lease Pool::acquire() {
  std::unique_ptr<PgConnection> connection;
  {
    std::unique_lock lock(mutex_);
    if (!given_back_.wait_for(lock, acquire_timeout_, [&] { return taken_ < size_; })) {
      throw DatabaseError(DatabaseErrorKind::busy, fmt::format("all {} connections are taken", size_));
    }
    ++taken_;
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  try {
    if (!connection || !connection->is_usable()) connection = connect();
  } catch (...) {
    give_back(nullptr);
    throw;
  }
  return {*this, std::move(connection)};
}

std::unique_ptr<PgConnection> Pool::connect() {
  {
    const std::lock_guard lock(mutex_);
    if (Clock::now() < next_try_) throw DatabaseError(DatabaseErrorKind::unavailable, last_refusal_);
  }
  try {
    auto connection = std::make_unique<PgConnection>(settings_);
    const std::lock_guard lock(mutex_);
    back_off_ = 0ms;
    next_try_ = {};
    return connection;
  } catch (const DatabaseError& error) {
    const std::lock_guard lock(mutex_);
    back_off_ = std::clamp(back_off_ * 2, kFirstBackOff, kLongestBackOff);
    next_try_ = Clock::now() + back_off_;
    last_refusal_ = error.what();
    throw;
  }
}

void Pool::give_back(std::unique_ptr<PgConnection> connection) {
  const bool keep = connection && connection->is_idle();  // whether the server is still there, the next one asks
  {
    const std::lock_guard lock(mutex_);
    --taken_;
    if (keep) idle_.push_back(std::move(connection));
  }
  given_back_.notify_one();
}

void Pool::forget_idle() {
  std::vector<std::unique_ptr<PgConnection>> closed;
  const std::lock_guard lock(mutex_);
  closed.swap(idle_);
}

std::size_t Pool::open_connections() const {
  const std::lock_guard lock(mutex_);
  return taken_ + idle_.size();
}

}  // namespace gatehouse::adapters::postgres
