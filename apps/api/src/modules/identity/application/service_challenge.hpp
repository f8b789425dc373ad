#pragma once
// initiateMfaChallenge: another domain asks for proof of a person for a purpose of its own ("payouts.approve"). The
// person answers by verify_mfa; the asking service, and no other, may look at its state.
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

struct ChallengeWanted {
  domain::UserId user_id;
  std::string purpose;  ///< 1 to 200 printable characters
};

/// Returns `not_found` for an unknown user, `conflict` for one who has no second factor or may not sign in,
/// `invalid_request` (purpose).
Result<ChallengeIssued> create_service_challenge(const Dependencies& deps, const Caller& service,
                                                 const ChallengeWanted& wanted, const RequestInfo& request);

struct ServiceChallenge {
  domain::MfaChallenge challenge;
  std::string status;  ///< pending, verified, failed, expired
  std::vector<std::string> methods;
};

/// Returns `not_found`, also for another service's.
Result<ServiceChallenge> find_service_challenge(const Dependencies& deps, const Caller& service,
                                                const std::string& challenge_id);

}  // namespace gatehouse::application
