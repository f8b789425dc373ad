#pragma once
// What support does for a person who can't get in: start a password reset, remove lost second factors, forgive failed
// attempts. Support never sets or sees a password; every call needs identity.recovery.start and a reason.
#include <string>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

/// Mails the link that sets a new password, and asks for it at the next sign-in. Returns `not_found`, `conflict` (an
/// account that is not active), `forbidden`.
Result<> start_password_reset(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                              const std::string& reason, const RequestInfo& request);

/// Removes TOTP and backup codes, ends every session and tells the owner. Returns `not_found`, `conflict` (no factor is
/// enrolled), `forbidden`.
Result<> reset_user_mfa(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                        const std::string& reason, const RequestInfo& request);

/// Forgives failed attempts and frees locked factors. What makes a password count as exposed stays. Returns
/// `not_found`, `forbidden`.
Result<> unlock_user(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                     const std::string& reason, const RequestInfo& request);

}  // namespace gatehouse::application
