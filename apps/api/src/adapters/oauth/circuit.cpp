#include "adapters/oauth/circuit.hpp"

namespace gatehouse::adapters::oauth {

bool Circuit::admit(Time now) {
  const std::lock_guard lock(mutex_);
  if (failures_ < rules_.failures) return true;
  if (now < next_try_) return false;
  next_try_ = now + rules_.longest_try;
  return true;
}

void Circuit::report(bool answered, Time now) {
  const std::lock_guard lock(mutex_);
  failures_ = answered ? 0 : failures_ + 1;
  if (failures_ >= rules_.failures) next_try_ = now + rules_.pause;
}

bool Circuit::is_open() const {
  const std::lock_guard lock(mutex_);
  return failures_ >= rules_.failures;
}

}  // namespace gatehouse::adapters::oauth
