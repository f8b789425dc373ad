#pragma once
// Records and counters that defend sign-in: the queryable LoginAttempt, and throttle counters shared by all replicas.
#include "domain/identity/login_attempt.hpp"
#include "domain/identity/throttle_policy.hpp"
#include "foundation/result.hpp"
#include "modules/identity/ports/page.hpp"

namespace gatehouse::ports {

struct AttemptFilter {
  std::optional<domain::UserId> user_id;
  std::optional<std::string> email_hash;  ///< keyed hash of the canonical address
  std::optional<std::string> network;
  std::optional<domain::AttemptOutcome> outcome;
  std::optional<Timestamp> from, to;
};

/// What risk assessment asks about the recent past.
struct AttemptSummary {
  int failures_for_user = 0;
  int failures_from_network = 0;
  int accounts_from_network = 0;  ///< distinct addresses that failed from this network: password spraying
};

class LoginAttempts {
 public:
  virtual ~LoginAttempts() = default;
  virtual Result<> add(const domain::LoginAttempt& attempt) = 0;
  virtual Result<Page<domain::LoginAttempt>> list(const AttemptFilter& filter, const PageRequest& page) = 0;
  virtual Result<AttemptSummary> summarize(const std::string& email_hash, const std::string& network,
                                           Timestamp since) = 0;
  virtual Result<bool> seen_network(const domain::UserId& user, const std::string& network) = 0;
  virtual Result<int> remove_before(Timestamp time, int limit) = 0;
};

class ThrottleCounters {
 public:
  virtual ~ThrottleCounters() = default;
  /// The state of a key (an HMAC, decision 32); a fresh one when there is none.
  virtual Result<domain::ThrottleState> find(const std::string& key) = 0;
  /// Guarded by the state's version: a concurrent change makes the whole write closure run again.
  virtual Result<> save(const std::string& key, const domain::ThrottleState& state) = 0;
  virtual Result<> clear(const std::string& key) = 0;
  virtual Result<int> remove_before(Timestamp time, int limit) = 0;
};

}  // namespace gatehouse::ports
