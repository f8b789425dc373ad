#pragma once
// Compliance policy: the two state machines of a person, identity verification and sanctions screening, and what a step
// entails. Also what the person may see of them: a possible match never shows, so that nobody is tipped off. The
// outcome comes from people or screeners; here only legal steps are told from others. Pure.
#include <optional>
#include <string_view>

#include "domain/identity/user.hpp"
#include "foundation/result.hpp"

namespace gatehouse::domain {

/// unverified → pending → verified | rejected | unverified; verified → expired | pending | rejected;
/// rejected → pending; expired → pending.
bool is_legal_step(IdentityVerification from, IdentityVerification to);

/// unscreened → pending → clear | possible_match | confirmed_match; clear → pending | possible_match;
/// possible_match → clear | confirmed_match; confirmed_match → possible_match (reopened).
bool is_legal_step(Screening from, Screening to);

/// What the person and JWTs see after a step, from what they saw before: unscreened, pending or clear. Stays `clear`
/// through a possible match, reads `pending` for one that was never clear.
Screening public_screening(Screening shown_before, Screening now);

/// `PATCH /v1/admin/users/{id}/compliance`.
struct ComplianceRequest {
  std::optional<IdentityVerification> identity_verification;
  std::optional<Screening> screening;
  std::string_view reference;  ///< of the case or check
  std::string_view reason;
};

struct ComplianceChange {
  IdentityVerification identity_verification = IdentityVerification::unverified;
  Screening screening = Screening::unscreened;
  Screening screening_public = Screening::unscreened;
  bool compliance_hold = false;  ///< evidence is kept from the first possible match until it is cleared
  bool ends_sessions = false;    ///< a match was confirmed: all sessions end, reason `screening`
};

/// The state after the request, whole or not at all. Returns `invalid_request` without a change, a reference or a
/// reason (each at most 500 code points, printable), `illegal_transition` for a step that is not legal.
Result<ComplianceChange> change_compliance(const User& user, const ComplianceRequest& request);

}  // namespace gatehouse::domain
