#include "adapters/storage/sql/seal_mark.hpp"

#include <algorithm>

namespace gatehouse::adapters::sql {

void LedgerPositions::raise_to(const LedgerPositions& other) {
  audit = std::max(audit, other.audit);
  outbox = std::max(outbox, other.outbox);
}

LedgerPositions SealMark::look_after(Instant now) {
  const std::lock_guard lock(mutex_);
  if (!searched_ || now >= searched_all_ + kSearchAllAfter) {
    searched_ = true;
    searched_all_ = now;
    return {};
  }
  return after_;
}

void SealMark::note(const LedgerPositions& sealed, Instant now) {
  const std::lock_guard lock(mutex_);
  sealed_.raise_to(sealed);
  if (now < turned_ + kBehind) return;
  turned_ = now;
  after_ = next_;
  next_ = sealed_;
}

}  // namespace gatehouse::adapters::sql
