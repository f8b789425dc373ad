#pragma once
// What becomes of somebody whose first factor was right: a session, a challenge, an enrolment or a refusal. Read anew
// in the transaction that does it, and the same for a password and for a provider.
#include <vector>

#include "domain/identity/credential_policy.hpp"
#include "domain/identity/risk_assessment.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

struct FirstProof {
  const domain::User& user;  ///< as it was when the factor was proved
  domain::FirstFactorKind kind = domain::FirstFactorKind::password;
  bool known_device = false;
};

struct Judgement {
  ports::HeldUser held;  ///< as it is now
  domain::RiskAssessment risk;
  std::vector<domain::RoleAssignment> roles;  ///< not expired
  domain::SignInVerdict verdict;              ///< no refusal
};

/// Returns `account_disabled` or `invalid_credentials` where the account changed since the proof, and what
/// domain::decide_sign_in refuses.
Result<Judgement> judge_sign_in(ports::Tx& tx, const Dependencies& deps, const FirstProof& proof,
                                const RequestInfo& request, Timestamp now);

/// The risk of a sign-in alone, where something else has proved it.
Result<domain::RiskAssessment> assess_sign_in(ports::Tx& tx, const Dependencies& deps, const domain::User& user,
                                              bool known_device, const RequestInfo& request, Timestamp now);

}  // namespace gatehouse::application
