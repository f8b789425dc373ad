#pragma once
// Throttle policy: how guessing is slowed without locking anybody out for good (ASVS 6.3.1, NIST SP 800-63B-4 section
// 3.2.2). A try reserves room in every budget it concerns *before* the password is hashed, so parallel tries can't
// outrun the count; the outcome then settles the reservation. Only failures stay spent, and time forgives them.
// A known device has a budget of its own, so nobody else's failures keep its owner out. Pure; the store applies the new
// states under a row guard and asks again when it lost a race.
#include <cstdint>
#include <vector>

#include "domain/identity/throttle.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

/// Bounds of one budget. `free` tries come without delay; after the n-th failure beyond, the next waits
/// base_delay · 2ⁿ, at most max_delay; from `ceiling` failures on, it waits closed_for.
struct BudgetLimits {
  std::int64_t free = 10;
  Duration base_delay = std::chrono::seconds(30);
  Duration max_delay = std::chrono::hours(1);
  std::int64_t ceiling = 100;  ///< NIST's bound on consecutive failures
  Duration closed_for = std::chrono::hours(24);
  Duration forgive_every = std::chrono::hours(1);  ///< one failure is forgiven each, once no wait runs
};

/// `[throttle]` of the configuration.
struct ThrottleLimits {
  bool enabled = true;
  BudgetLimits account;
  BudgetLimits network;
  BudgetLimits pair;
  BudgetLimits device;
  BudgetLimits mail_address;
  BudgetLimits mail_device;
  BudgetLimits mail_network;
  BudgetLimits sign_up;
  BudgetLimits provider_flow;

  ThrottleLimits();  ///< the defaults that docs/tdd describes
  const BudgetLimits& of(BudgetKind kind) const;
};

/// Which budgets a sign-in (or reauthentication) spends: a known device only its own, all else account, network, pair.
std::vector<BudgetKind> sign_in_budgets(bool known_device);
/// Which budgets asking for a mail spends.
std::vector<BudgetKind> mail_budgets(bool known_device);

/// One budget as it stands before a try.
struct Budget {
  BudgetKind kind = BudgetKind::account;
  BudgetState state;
  BudgetLimits limits;
};

/// What a reservation took from one budget; kept with the try until it is settled.
struct BudgetReceipt {
  BudgetKind kind = BudgetKind::account;
  Timestamp reserved_at;
  Timestamp previous_at;  ///< last_at before
};

struct Reservation {
  bool admitted = false;
  Duration retry_after{};               ///< the longest wait of all budgets, when refused
  std::vector<BudgetState> states;      ///< to store, in the order given, when admitted; empty when refused
  std::vector<BudgetReceipt> receipts;  ///< likewise
};

/// How long a next try waits after the latest one, with that many failures.
Duration delay_after(const BudgetLimits& limits, std::int64_t failures);

/// The state with what time has forgiven until now.
BudgetState forgiven(const BudgetState& state, const BudgetLimits& limits, Timestamp now);

/// How long a try must still wait; zero when it may come now.
Duration wait_of(const BudgetState& state, const BudgetLimits& limits, Timestamp now);

/// Reserves one try in all budgets or in none.
Reservation reserve(const std::vector<Budget>& budgets, Timestamp now);

/// failure: stays spent. success: the try is given back, and a device's or pair's budget is cleared, while those shared
/// with others are not (an attacker's count must not end with the owner's visit). unjudged: given back, e.g. after 503.
enum class TryOutcome { failure, success, unjudged };

/// Whether the outcome leaves nothing spent of such a budget, whatever others spent of it meanwhile.
bool leaves_nothing(BudgetKind kind, TryOutcome outcome);

/// The state after the outcome; `state` is read anew, since others may have spent meanwhile.
BudgetState settle(const BudgetState& state, const BudgetReceipt& receipt, TryOutcome outcome);

/// Whether the row says no more than no row: the janitor may remove it.
bool is_forgotten(const BudgetState& state, const BudgetLimits& limits, Timestamp now);

}  // namespace gatehouse::domain
