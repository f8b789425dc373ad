#include "modules/identity/application/issue_challenge.hpp"

#include <boost/json/serialize.hpp>

#include "auth/crypto/digest.hpp"
#include "auth/crypto/random.hpp"
#include "auth/token.hpp"
#include "domain/identity/factor_policy.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/emailed_code.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/open_session.hpp"

namespace gatehouse::application {
Result<std::vector<std::string>> second_factor_methods(ports::Tx& tx, const domain::UserId& user) {
  std::vector<std::string> methods;
  GH_TRY(const auto totp, tx.factors().find_totp(user));
  if (!totp || !totp->confirmed_at) return methods;
  methods.push_back("totp");
  GH_TRY(const auto codes, tx.factors().list_backup_codes(user));
  if (!codes.empty()) methods.push_back("backup_code");
  return methods;
}

Result<SignInOutcome> issue_challenge(ports::Tx& tx, Record& record, const Dependencies& deps,
                                      const RequestInfo& request, const FirstFactor& first,
                                      domain::SignInVerdict verdict, Timestamp now) {
  ChallengeIssued issued;
  domain::MfaChallenge challenge;
  challenge.id = domain::ChallengeId(new_id(now));
  auto token = auth::new_token(auth::TokenKind::challenge, challenge.id.str());
  challenge.token_hash = token.hash;
  challenge.user_id = first.user.id;
  challenge.client_id = first.client.name;
  challenge.purpose = first.session ? "reauthenticate" : "sign_in";
  challenge.session_id = first.session;
  challenge.first_factor = first.amr;
  challenge.credential_version = first.user.credential_version;
  challenge.created_at = now;
  challenge.expires_at = now + domain::kChallengeLifetime;
  if (first.device) challenge.device_id = first.device->id;
  challenge.ip = request.ip;
  challenge.user_agent = request.user_agent;
  if (first.client.transport == Transport::cookie) {
    issued.cookie = Secret<std::string>(auth::random_token());
    challenge.cookie_hash = auth::sha256(issued.cookie->expose());
  }
  GH_CHECK(tx.challenges().add(challenge));
  if (verdict == domain::SignInVerdict::emailed_code_required) {
    issued.methods = {"emailed_code"};
    GH_CHECK(mail_code(tx, record, deps, first.user, challenge, now));
  } else {
    GH_TRY(issued.methods, second_factor_methods(tx, first.user.id));
  }

  auto attempt = make_attempt(deps, first.user.email_canonical, request, now);
  attempt.user_id = first.user.id;
  attempt.outcome = domain::AttemptOutcome::challenged;
  attempt.factor = first.factor;
  attempt.client_id = first.client.name;
  GH_CHECK(tx.attempts().add(attempt));
  GH_CHECK(record.audit(by_user(first.user.id), domain::audit_actions::kSignInFirstFactor, first.user.id,
                        {.details = {{"client_id", first.client.name}}}));
  issued.id = std::move(token.text);
  issued.expires_at = challenge.expires_at;
  issued.client_id = first.client.name;
  return SignInOutcome(std::move(issued));
}

Result<SignInOutcome> issue_enrollment(ports::Tx& tx, Record& record, const Dependencies& deps,
                                       const FirstFactor& first, Timestamp now) {
  static_cast<void>(deps);
  boost::json::object payload{{"client_id", first.client.name},
                              {"credential_version", first.user.credential_version},
                              {"amr", text_array(first.amr)}};
  if (first.device) payload["device_id"] = first.device->id.str();
  const auto token = make_mailed_token({.purpose = domain::TokenPurpose::enroll_mfa,
                                        .user_id = first.user.id,
                                        .email = first.user.email,
                                        .email_canonical = first.user.email_canonical,
                                        .payload = boost::json::serialize(payload)},
                                       {}, now);
  GH_CHECK(tx.verification_tokens().add(token.row));
  GH_CHECK(record.audit(by_user(first.user.id), domain::audit_actions::kSignInFirstFactor, first.user.id,
                        {.reason = "mfa_enrollment_required"}));
  return SignInOutcome(EnrollmentIssued{Secret<std::string>(token.text.expose()), token.row.expires_at});
}

}  // namespace gatehouse::application
