#pragma once
// What a sign-in asks of several stores at once. Each part is what the store itself would answer; together they are one
// trip to the database, and signing in is what a database that is not in this process has most of.
#include <cstdint>
#include <optional>
#include <vector>

#include "domain/identity/device.hpp"
#include "domain/identity/mfa.hpp"
#include "domain/identity/pending_sign_up.hpp"
#include "domain/identity/role_assignment.hpp"
#include "domain/identity/user.hpp"
#include "foundation/result.hpp"
#include "modules/identity/ports/stores/defence.hpp"

namespace gatehouse::ports {

/// Whom an address may mean, before anything is proved.
struct Claimed {
  std::optional<domain::User> user;
  std::vector<domain::PendingSignUp> pending;  ///< not expired, oldest first
  std::optional<domain::Device> device;        ///< the row of that id, whosever it is
};

/// A user whose row is held until the write ends: whoever changes how the user signs in comes before or after it.
struct HeldUser {
  domain::User user;
  std::int64_t sessions = 0;  ///< Sessions::count_at_most, under that hold
};

/// What decides about somebody whose first factor was right.
struct Standing {
  HeldUser held;
  Past past;
  std::optional<domain::TotpSecret> totp;
  std::vector<domain::RoleAssignment> roles;  ///< not expired
};

class SignIns {
 public:
  virtual ~SignIns() = default;
  /// `budgets` is what ThrottleCounters::hold_all is most likely asked next, in this write: a database that is a trip
  /// away holds them by this one.
  virtual Result<Claimed> claimed(const std::string& email_canonical, const std::optional<domain::DeviceId>& device,
                                  const std::vector<BudgetKey>& budgets, Timestamp now) = 0;
  /// Of the question's user. Returns `not_found` when there is none.
  virtual Result<Standing> standing(const PastQuestion& question, Timestamp now) = 0;
  /// Returns `not_found` when there is none.
  virtual Result<HeldUser> hold(const domain::UserId& user) = 0;
};

}  // namespace gatehouse::ports
