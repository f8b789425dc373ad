#pragma once
// The last step of every sign-in: the session row, the device, the attempt, the audit row, the event, and the mails
// that a new or suspicious device causes, in one transaction. Called inside a write closure by sign_in, verify_mfa and
// the provider sign-in; nothing else makes a session.
#include <optional>

#include "domain/identity/risk_assessment.hpp"
#include "modules/identity/application/record.hpp"
#include "modules/identity/application/sign_in_outcome.hpp"

namespace gatehouse::application {

struct Opening {
  const domain::User& user;  ///< whose first factor was proved
  const ClientSettings& client;
  domain::Acr acr = domain::Acr::aal1;
  std::vector<std::string> amr;
  domain::AttemptFactor factor = domain::AttemptFactor::password;
  std::optional<domain::Device> device{};     ///< the known device it comes from
  std::optional<std::string> device_token{};  ///< its token, to be handed back where it was sent
  domain::RiskAssessment risk{};
  Duration latency{};
  // Of the user, where this transaction holds it and has read them.
  std::optional<std::int64_t> sessions{};
  std::optional<std::vector<domain::RoleAssignment>> roles{};
};

/// Ends the oldest sessions past `max_per_user` with reason `limit`. Returns `account_disabled` or
/// `invalid_credentials` where the account changed since `opening.user` was read, and what the transaction returns.
Result<SignedIn> open_session(ports::Tx& tx, Record& record, const Dependencies& deps, const RequestInfo& request,
                              Opening opening, Timestamp now);

/// The row that remembers this try; `factor`, `outcome` and the rest are the caller's to fill.
domain::LoginAttempt make_attempt(const Dependencies& deps, const std::string& email_canonical,
                                  const RequestInfo& request, Timestamp now);

/// Adds an attempt that failed at its password, and counts its address among those that failed anywhere this hour.
Result<> note_failed_password(ports::Tx& tx, const domain::LoginAttempt& attempt);

/// Keyed hash of a canonical address: the only form in which unknown ones are kept.
std::string identifier_hmac(const Dependencies& deps, const std::string& email_canonical);

}  // namespace gatehouse::application
