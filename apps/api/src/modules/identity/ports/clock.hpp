#pragma once
// The only source of wall-clock time. Use cases read it once and pass `now` on; rules never read it.
#include "foundation/time.hpp"

namespace gatehouse::ports {

class Clock {
 public:
  virtual ~Clock() = default;
  /// UTC now. Under --dev it can be moved; it never goes back by itself within one use case.
  virtual Timestamp now() const = 0;
};

}  // namespace gatehouse::ports
