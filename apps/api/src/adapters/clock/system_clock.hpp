#pragma once
// The clocks. This is the only file that reads the wall clock; everything else is handed a `now`. Thread-safe.
#include <atomic>
#include <chrono>

#include "foundation/time.hpp"
#include "modules/identity/ports/clock.hpp"

namespace gatehouse::adapters {

/// The machine's clock.
class SystemClock : public ports::Clock {
 public:
  Timestamp now() const override { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }
};

/// The machine's clock and an offset: what `POST /dev/clock` moves, so that tests need not sleep. Only under --dev.
class DevClock : public ports::Clock {
 public:
  Timestamp now() const override { return machine_.now() + Duration(offset_micros_.load()); }

  /// From now on the time is `now` and runs on from there.
  void set(Timestamp now) { offset_micros_ = (now - machine_.now()).count(); }
  /// Moves by that much; a negative duration moves back.
  void advance(Duration by) { offset_micros_ += by.count(); }
  /// The machine's time again.
  void reset() { offset_micros_ = 0; }

 private:
  SystemClock machine_;
  std::atomic<Duration::rep> offset_micros_{0};
};

}  // namespace gatehouse::adapters
