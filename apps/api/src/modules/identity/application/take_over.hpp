#pragma once
// The arriving owner (decisions 5, 26): somebody registered an address without ever confirming it, and now its true
// owner comes, vouched for by a provider. The account keeps its id and what staff decided about it (status, roles,
// compliance); of the earlier registrant nothing survives: password, sessions, second factors, devices, linked
// accounts, challenges, mailed tokens and profile. An invitation that waited for the owner counts as accepted.
#include "modules/identity/application/link_account.hpp"

namespace gatehouse::application {

/// Inside the write closure that then links the provider's account. Afterwards drop the user from the session map.
Result<> take_over(ports::Tx& tx, Record& record, const Dependencies& deps, domain::User& user, Timestamp now);

/// Ends what waits for a confirmation of the address: sign-ups and their links.
Result<> end_pending_sign_ups(ports::Tx& tx, const std::string& email_canonical);

/// The name, picture and language that the provider gives, as far as they may stand; taken once, when the account
/// becomes its owner's.
void take_profile(domain::User& user, const ports::ProviderIdentity& identity,
                  const std::optional<std::string>& given_name);

}  // namespace gatehouse::application
