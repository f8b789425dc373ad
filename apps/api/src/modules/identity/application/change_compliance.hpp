#pragma once
// PATCH /v1/admin/users/{id}/compliance: the states of identity verification and sanctions screening, by legal steps
// only. A confirmed match ends every session at once, and sign-in answers with a neutral refusal from then on.
#include <optional>
#include <string>

#include "domain/identity/compliance_policy.hpp"
#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/expected_version.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

struct ComplianceInput {
  std::optional<domain::IdentityVerification> identity_verification{};
  std::optional<domain::Screening> screening{};
  std::string reference;
  std::string reason;
};

struct ComplianceState {
  domain::UserId user_id;
  domain::IdentityVerification identity_verification = domain::IdentityVerification::unverified;
  domain::Screening screening = domain::Screening::unscreened;  ///< in full with identity.compliance.read
  std::int64_t version = 0;
};

/// Returns `not_found`, `invalid_request`, `illegal_transition`, `forbidden` (one's own, or of somebody higher),
/// `precondition_failed`.
Result<ComplianceState> change_compliance(const Dependencies& deps, const Caller& caller, const domain::UserId& user,
                                          const ComplianceInput& input, const ExpectedVersion& expected,
                                          const RequestInfo& request);

}  // namespace gatehouse::application
