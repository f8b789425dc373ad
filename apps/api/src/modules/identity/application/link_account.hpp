#pragma once
// Linking and unlinking a provider's account inside a write closure: the row, its audit row and its event. Whether a
// link may be made is decided before, by domain/linking_policy; nothing else adds or removes accounts.
#include <optional>
#include <string>

#include "modules/identity/application/record.hpp"

namespace gatehouse::application {

/// Who has arrived from a provider, and with what.
struct ProviderArrival {
  const ports::ProviderFacts& provider;
  const ports::ProviderIdentity& identity;
  std::optional<std::string> sealed_tokens{};  ///< as seal_tokens() made them
};

/// Links it to the user. Returns `account_linked_elsewhere` when it was linked meanwhile.
Result<domain::Account> add_account(ports::Tx& tx, Record& record, const ProviderArrival& arrival,
                                    const domain::User& user, const By& by, Timestamp now);

/// Writes what the provider said this time.
Result<> note_account_use(ports::Tx& tx, domain::Account account, const ProviderArrival& arrival, Timestamp now);

/// Unlinks it; false when it was gone.
Result<bool> remove_account(ports::Tx& tx, Record& record, const domain::Account& account, const By& by);

/// What people call the provider: its title, or its name where it is not configured any more.
std::string provider_title(const Dependencies& deps, const std::string& name);

}  // namespace gatehouse::application
