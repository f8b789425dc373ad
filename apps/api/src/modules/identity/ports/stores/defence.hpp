#pragma once
// Records and counters that defend sign-in: the queryable LoginAttempt, and throttle counters shared by all replicas.
#include "domain/identity/login_attempt.hpp"
#include "domain/identity/risk_assessment.hpp"
#include "domain/identity/throttle_policy.hpp"
#include "foundation/result.hpp"
#include "modules/identity/ports/page.hpp"

namespace gatehouse::ports {

struct AttemptFilter {
  std::optional<domain::UserId> user_id{};
  std::optional<std::string> identifier_hmac{};  ///< of the canonical address
  std::optional<std::string> network{};
  std::optional<domain::AttemptOutcome> outcome{};
  std::optional<Timestamp> from{}, to{};
};

/// What risk assessment asks about the past.
struct PastQuestion {
  std::string identifier_hmac{};
  domain::UserId user_id{};
  std::string network{};
  Timestamp since{};         ///< for failures
  Timestamp spread_since{};  ///< for the hours of `spread`
};

/// Each count stops at 1,000 failures, so that an attack makes no query dear.
struct PastFailures {
  int for_user = 0;
  int accounts_from_network = 0;  ///< distinct addresses that failed from this network: password spraying
};

struct Past {
  PastFailures failures{};
  bool known_network = false;              ///< the user signed in with success from this network before
  std::vector<domain::SpreadHour> spread;  ///< oldest first
};

class LoginAttempts {
 public:
  virtual ~LoginAttempts() = default;
  virtual Result<> add(const domain::LoginAttempt& attempt) = 0;
  virtual Result<Page<domain::LoginAttempt>> list(const AttemptFilter& filter, const PageRequest& page) = 0;
  virtual Result<Total> count(const AttemptFilter& filter) = 0;
  virtual Result<Past> past(const PastQuestion& question) = 0;
  virtual Result<int> remove_before(Timestamp time, int limit) = 0;

  /// Failures of one address since a time, counted up to `most`.
  virtual Result<int> count_failures(const std::string& identifier_hmac, Timestamp since, int most) = 0;
  /// Adds to the addresses that failed just once or twice in an hour (domain::spread_change says what). Counted in
  /// shards by address, so that failures at once seldom wait for one another.
  virtual Result<> add_to_spread(const std::string& identifier_hmac, Timestamp hour, int change) = 0;
  virtual Result<int> remove_spread_before(Timestamp time, int limit) = 0;
};

/// One budget: its kind and an HMAC of what it counts (decision 32).
struct BudgetKey {
  domain::BudgetKind kind = domain::BudgetKind::account;
  std::string key;
  friend bool operator==(const BudgetKey&, const BudgetKey&) = default;
};

/// What becomes of one budget.
struct BudgetChange {
  BudgetKey budget;
  domain::BudgetState before;
  domain::BudgetState after;
};

class ThrottleCounters {
 public:
  virtual ~ThrottleCounters() = default;
  /// The state of a key (an HMAC, decision 32); a fresh one when there is none. For looking only.
  virtual Result<domain::BudgetState> find(domain::BudgetKind kind, const std::string& key) = 0;
  /// The same, held until the write ends: others who want to change the key wait. Begin every reservation with it, and
  /// hold several keys in the same order everywhere (BudgetKind's).
  virtual Result<domain::BudgetState> hold(domain::BudgetKind kind, const std::string& key) = 0;
  /// The same for several at once, each of another kind, in BudgetKind's order.
  virtual Result<std::vector<domain::BudgetState>> hold_all(const std::vector<BudgetKey>& budgets) = 0;
  /// Replaces `before` by `after`. Guarded: where the stored state is not `before`, the whole write closure runs again.
  virtual Result<> save(domain::BudgetKind kind, const std::string& key, const domain::BudgetState& before,
                        const domain::BudgetState& after) = 0;
  /// The same for several at once, each of another kind, which hold_all() holds.
  virtual Result<> save_all(const std::vector<BudgetChange>& changes) = 0;
  virtual Result<> clear(domain::BudgetKind kind, const std::string& key) = 0;
  /// Makes of a state, whatever it is by now, what domain::settle makes of it. Settle several in the same order as
  /// held.
  virtual Result<> settle(const std::string& key, const domain::BudgetReceipt& receipt, domain::TryOutcome outcome) = 0;
  /// Removes states whose latest try lies before `time`.
  virtual Result<int> remove_before(Timestamp time, int limit) = 0;
};

}  // namespace gatehouse::ports
