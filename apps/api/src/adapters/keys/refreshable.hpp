#pragma once
// Something that keeps rows in memory and can look at them again; and the thread that has it do so every two seconds,
// so that all replicas follow a rotation within that time.
#include <atomic>

#include "adapters/clock/ticker.hpp"
#include "foundation/result.hpp"

namespace gatehouse::adapters::keys {

class Refreshable {
 public:
  virtual ~Refreshable() = default;
  virtual Result<> refresh() = 0;
};

class Refresher {
 public:
  /// `what` must outlive it. The first failure of an outage is logged, and its end.
  explicit Refresher(Refreshable& what);

 private:
  void look();

  Refreshable& what_;
  std::atomic<bool> failing_{false};
  Ticker ticker_;
};

}  // namespace gatehouse::adapters::keys
