#pragma once
// Throttling as the use cases apply it (decisions 4, 9, 32): room is reserved in every budget a try concerns before
// anything is hashed, in a transaction of its own, and settled with the outcome. Keys are HMACs of what is counted, so
// the table names nobody, and an address has budgets whether or not it has an account.
#include <optional>
#include <string>
#include <vector>

#include "domain/identity/device.hpp"
#include "domain/identity/throttle_policy.hpp"
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

/// What a try is counted against.
struct ThrottleSubject {
  std::string email_canonical;
  std::string ip;
  std::optional<domain::DeviceId> device;  ///< a known device of that account
};

/// Room taken, to be settled once; empty where throttling is off.
struct Reserved {
  struct Taken {
    domain::BudgetReceipt receipt;
    std::string key;
  };
  std::vector<Taken> taken;
};

/// What a try of these kinds is counted in, in the one order everywhere, so that two tries never wait for each other.
/// Nothing where throttling is off.
std::vector<ports::BudgetKey> budgets_of(const Dependencies& deps, std::vector<domain::BudgetKind> kinds,
                                         const ThrottleSubject& subject);

/// Returns `throttled` with Retry-After when one of the budgets has no room; nothing is spent then.
Result<Reserved> reserve_try(ports::Tx& tx, const Dependencies& deps, const std::vector<domain::BudgetKind>& kinds,
                             const ThrottleSubject& subject, Timestamp now);

/// failure keeps what was taken; success and unjudged give it back (domain::settle).
Result<> settle_try(ports::Tx& tx, const Reserved& reserved, domain::TryOutcome outcome);

/// Empties the budgets that hold an account back: its own, those of its known devices, and those of the pairs with
/// the networks that tries lately came from (`ips`). Networks' own budgets stay: they are about others too.
Result<> forgive(ports::Tx& tx, const Dependencies& deps, const std::string& email_canonical,
                 const std::vector<domain::Device>& devices, const std::vector<std::string>& ips);

}  // namespace gatehouse::application
