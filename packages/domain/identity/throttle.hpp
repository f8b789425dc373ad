#pragma once
// Throttle counters: how many failures a key has lately seen (table `throttle_budgets`). The key is an HMAC of what it
// counts (canonical address, network, both, device), so the table names nobody. Decisions: throttle_policy.hpp.
#include <cstdint>
#include <string>

#include "domain/identity/enum_text.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

/// account: a canonical address, existing or not; network: network_key; pair: both; device: account with known device;
/// mail_address: mails to one address; mail_device: a known device's own share of those; mail_network: mails asked for
/// from one network; sign_up: sign-ups from one network; provider_flow: sign-ins with a provider begun from one
/// network.
enum class BudgetKind {
  account,
  network,
  pair,
  device,
  mail_address,
  mail_device,
  mail_network,
  sign_up,
  provider_flow
};
GH_ENUM_NAMES(BudgetKind, "account", "network", "pair", "device", "mail_address", "mail_device", "mail_network",
              "sign_up", "provider_flow");

/// What the store keeps per (kind, key). A key without a row has the value-initialised state.
struct BudgetState {
  std::int64_t failures = 0;  ///< spent and not yet forgiven; includes tries still under way
  Timestamp last_at;          ///< when the latest of them was spent
  Timestamp forgiven_at;      ///< up to when forgiving has been counted

  bool operator==(const BudgetState&) const = default;
};

}  // namespace gatehouse::domain
