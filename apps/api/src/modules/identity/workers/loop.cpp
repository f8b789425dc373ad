#include "modules/identity/workers/loop.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "observability/log.hpp"

namespace gatehouse::workers {
namespace {

using observability::Level;
using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kFirstPause{500};
constexpr std::chrono::milliseconds kLongestPause{5'000};
constexpr std::chrono::milliseconds kLongestRest{100};

}  // namespace

Loop::Loop(std::string name, Pace pace, Step step)
    : name_(std::move(name)), pace_(pace), step_(std::move(step)), thread_([this] { run(); }) {}

Loop::~Loop() { stop(); }

void Loop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Loop::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(woken_, true)) return;
  }
  changed_.notify_one();
}

std::optional<std::string> Loop::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

/// False once the worker is to stop.
bool Loop::rest(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  const auto end = Clock::now() + time;
  // While failing, being woken must not defeat the pause: a busy service would hammer what is down.
  changed_.wait_until(lock, end, [&] { return stopping_ || (woken_ && failures_ == 0); });
  if (woken_ && failures_ == 0) {
    changed_.wait_until(lock, std::min(end, next_woken_step_), [&] { return stopping_; });
    next_woken_step_ = Clock::now() + pace_.spacing;
  }
  // Whoever wakes it from here on is served by the step after the one that begins now.
  woken_ = false;
  return !stopping_;
}

std::chrono::milliseconds Loop::after_failure(const Error& error) {
  const std::lock_guard lock(mutex_);
  trouble_ = error.cause.empty() ? error.detail : error.cause;
  if (++failures_ == 1)
    observability::log(Level::warning, "worker_failing",
                       {{"worker", name_}, {"code", error_info(error.code).code}, {"cause", error.cause}});
  const auto doubled = kFirstPause * (1 << std::min(failures_ - 1, 4));
  return std::min<std::chrono::milliseconds>(doubled, kLongestPause);
}

std::chrono::milliseconds Loop::after_success(More more, Clock::duration took) {
  const std::lock_guard lock(mutex_);
  if (failures_ > 0) observability::log(Level::info, "worker_recovered", {{"worker", name_}});
  failures_ = 0;
  trouble_.reset();
  if (more == More::yes) return std::chrono::milliseconds(0);
  const auto rest = std::min(std::chrono::ceil<std::chrono::milliseconds>(took * pace_.rest), kLongestRest);
  next_woken_step_ = std::max(next_woken_step_, Clock::now() + rest);
  return std::max(pace_.interval, rest);
}

void Loop::run() {
  std::chrono::milliseconds pause{0};
  while (rest(pause)) {
    Result<More> done = More::no;
    const auto begun = Clock::now();
    try {
      done = step_();
    } catch (const std::exception& fault) {
      done = fail(ErrorCode::internal_error, {}, fault.what());
    }
    pause = done ? after_success(*done, Clock::now() - begun) : after_failure(done.error());
  }
}

}  // namespace gatehouse::workers
