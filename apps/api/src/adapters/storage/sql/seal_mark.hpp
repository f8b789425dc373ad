#pragma once
// From which position on the sealer looks for rows that wait. Sealing leaves a dead entry of each row in the index of
// those that wait, until PostgreSQL vacuums the table: to read it from its beginning costs more with every row sealed.
// Positions are given in order, but a transaction that is still open holds earlier ones than others have committed: so
// the mark stays ten seconds behind, longer than nearly any transaction lasts, and once a minute all is looked at: a
// row that is later still is sealed late, and never lost. Revocations must not be late, and are few: they have no mark.
// Thread-safe.
#include <chrono>
#include <cstdint>
#include <mutex>

namespace gatehouse::adapters::sql {

/// Of the audit log and of the outbox, the position up to which something holds.
struct LedgerPositions {
  std::int64_t audit = 0;
  std::int64_t outbox = 0;

  /// The later of both, ledger by ledger.
  void raise_to(const LedgerPositions& other);
  friend bool operator==(const LedgerPositions&, const LedgerPositions&) = default;
};

class SealMark {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kBehind{10};
  static constexpr std::chrono::seconds kSearchAllAfter{60};

  /// Where to look now; at the beginning at first, and again each minute.
  LedgerPositions look_after(Instant now);
  /// Every row that could be seen up to there is sealed.
  void note(const LedgerPositions& sealed, Instant now);

 private:
  std::mutex mutex_;
  LedgerPositions after_, next_, sealed_;
  Instant turned_{}, searched_all_{};
  bool searched_ = false;
};

}  // namespace gatehouse::adapters::sql
