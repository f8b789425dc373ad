#pragma once
// Changing the address of an account (decision 8): asked for by step-up, in effect once the new address confirms, told
// to the old one with a link that takes it back for seven days.
#include <string>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

/// Mails the link to confirm to the new address, and word with the way back to the present one; the same answer where
/// the new one is taken. Only the newest request is good. Returns `invalid_email`, `invalid_request` (it is the present
/// one), `throttled`.
Result<> request_email_change(const Dependencies& deps, const Caller& caller, const std::string& email,
                              const RequestInfo& request);

/// Returns `invalid_token`, `wrong_token_type`, or `conflict` where the address was taken meanwhile.
Result<> confirm_email_change(const Dependencies& deps, const std::string& token, const RequestInfo& request);

/// Restores the address before the first change of the last seven days, whichever of the links is used; ends sessions,
/// voids every other link, takes back a deletion that was asked for, sets no password. For 72 hours a reset needs the
/// second factor besides. Returns `invalid_token`, `wrong_token_type`, or `conflict` where another account has the
/// address now.
Result<> undo_email_change(const Dependencies& deps, const std::string& token, const RequestInfo& request);

}  // namespace gatehouse::application
