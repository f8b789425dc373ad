#pragma once
// Refreshed<T>: what a provider publishes (metadata, keys), kept as long as it allows and fetched by one caller at a
// time; the others wait for that one's outcome, success or failure, until their own deadline. Thread-safe.
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "adapters/oauth/upstream.hpp"
#include "foundation/result.hpp"
#include "foundation/time.hpp"

namespace gatehouse::adapters::oauth {

template <class T>
class Refreshed {
 public:
  struct Fetched {
    T value;
    Duration lifetime;
  };
  using Fetch = std::function<Result<Fetched>(Timestamp now, const Deadline&)>;
  using Pointer = std::shared_ptr<const T>;

  explicit Refreshed(Fetch fetch) : fetch_(std::move(fetch)) {}

  /// The value that is kept, or a fresh one. Returns the fetch's error, or `provider_timeout`.
  Result<Pointer> get(Timestamp now, const Deadline& deadline) {
    const State seen = state();
    if (seen.value && is_fresh(seen, now)) return seen.value;
    return renew(seen.attempts, now, deadline);
  }

  /// A value newer than `stale`, where one may be asked for: forced fetches are `spacing` apart. Else the present one.
  Result<Pointer> get_newer(const Pointer& stale, Duration spacing, Timestamp now, const Deadline& deadline) {
    const State seen = state();
    if (seen.value && seen.value != stale) return seen.value;
    // A clock that was moved back must not close this for good.
    if (seen.value && now >= seen.attempted_at && now < seen.attempted_at + spacing) return seen.value;
    return renew(seen.attempts, now, deadline);
  }

 private:
  struct State {
    Pointer value;
    Timestamp fetched_at{}, until{}, attempted_at{};
    std::uint64_t attempts = 0;
    std::optional<Error> failure;  ///< of the last attempt
  };

  static bool is_fresh(const State& state, Timestamp now) { return state.fetched_at <= now && now < state.until; }

  State state() const {
    const std::lock_guard lock(mutex_);
    return state_;
  }

  Result<Pointer> renew(std::uint64_t attempts_seen, Timestamp now, const Deadline& deadline) {
    std::unique_lock lock(mutex_);
    if (!done_.wait_until(lock, deadline.at, [this] { return !fetching_; }))
      return fail(ErrorCode::provider_timeout, {}, "waited in vain for another caller's fetch");
    if (state_.attempts != attempts_seen) return outcome(state_);
    fetching_ = true;
    lock.unlock();
    Result<Fetched> fetched;
    try {
      fetched = fetch_(now, deadline);
    } catch (...) {
      lock.lock();
      fetching_ = false;
      done_.notify_all();
      throw;
    }
    lock.lock();
    fetching_ = false;
    ++state_.attempts;
    state_.attempted_at = now;
    state_.failure.reset();
    if (fetched) {
      state_.value = std::make_shared<const T>(std::move(fetched->value));
      state_.fetched_at = now;
      state_.until = now + fetched->lifetime;
    } else {
      state_.failure = std::move(fetched).error();
    }
    done_.notify_all();
    return outcome(state_);
  }

  static Result<Pointer> outcome(const State& state) {
    if (state.failure) return fail(*state.failure);
    return state.value;
  }

  const Fetch fetch_;
  mutable std::mutex mutex_;  ///< of what follows
  std::condition_variable done_;
  bool fetching_ = false;
  State state_;
};

}  // namespace gatehouse::adapters::oauth
