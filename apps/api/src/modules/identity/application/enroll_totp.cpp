#include "modules/identity/application/enroll_totp.hpp"

#include <boost/json/parse.hpp>

#include "auth/encoding.hpp"
#include "auth/qr.hpp"
#include "auth/totp.hpp"
#include "domain/identity/credential_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/backup_codes.hpp"
#include "modules/identity/application/judge_sign_in.hpp"
#include "modules/identity/application/mailed_token.hpp"
#include "modules/identity/application/open_session.hpp"
#include "modules/identity/application/owner_notice.hpp"
#include "modules/identity/application/renew_session.hpp"
#include "modules/identity/application/second_factor.hpp"
#include "modules/identity/application/throttle.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;
constexpr auto kEnrollPurpose = domain::TokenPurpose::enroll_mfa;

/// What an enrolment token says of the sign-in that it came from.
struct Enrollment {
  std::string client_id;
  std::int64_t credential_version = 0;
  std::vector<std::string> amr;
  std::optional<domain::DeviceId> device_id;
};

Enrollment read_enrollment(const std::string& payload) {
  Enrollment read;
  const json::object object = json::parse(payload).as_object();
  read.client_id = std::string(object.at("client_id").as_string());
  read.credential_version = object.at("credential_version").to_number<std::int64_t>();
  for (const auto& method : object.at("amr").as_array()) read.amr.emplace_back(method.as_string());
  if (const auto* device = object.if_contains("device_id"))
    read.device_id = domain::DeviceId(std::string(device->as_string()));
  return read;
}

/// Whose token it is, if the account is still the one that was proved. Errors as look_at_mailed_token().
Result<domain::User> enrolling_user(const Dependencies& deps, const std::string& token) {
  const Timestamp now = deps.clock.now();
  return deps.store.read([&](ports::Tx& tx) -> Result<domain::User> {
    GH_TRY(const auto row, look_at_mailed_token(tx, token, kEnrollPurpose, now));
    GH_TRY(auto user, tx.users().get(*row.user_id));
    if (!domain::check_unchanged(user, read_enrollment(row.payload).credential_version))
      return fail(ErrorCode::invalid_token);
    return user;
  });
}

Result<TotpEnrollment> begin(const Dependencies& deps, const domain::User& user, const RequestInfo& request) {
  const auto secret = auth::new_totp_secret();
  GH_TRY(const auto sealed, deps.cipher.seal(ports::DataPurpose::totp_secret, user.id.str(), secret.expose()));
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    domain::TotpSecret row;
    row.id = domain::FactorId(new_id(now));
    row.user_id = user.id;
    row.sealed_secret = sealed;
    row.created_at = now;
    GH_CHECK(tx.factors().put_totp(row));
    return record.audit(by_user(user.id), domain::audit_actions::kMfaEnrollmentStarted, user.id);
  }));
  deps.wake();
  TotpEnrollment begun;
  begun.otpauth_uri = auth::otpauth_uri(secret, deps.settings.mfa_issuer_name, user.email);
  auto svg = auth::qr_svg(begun.otpauth_uri);
  if (!svg) return fail(ErrorCode::internal_error, {}, "the otpauth URI fits no QR code");
  begun.qr_svg = std::move(*svg);
  begun.secret = Secret<std::string>(auth::base32_encode(secret.expose()));
  return begun;
}

/// Which secret a right code proved, and the step that the code is of.
struct FirstCode {
  domain::FactorId secret;
  std::int64_t step = 0;
};

/// Checks the code against the unconfirmed secret. Returns `not_found`, `already_enrolled` or `invalid_code`.
Result<FirstCode> check_first_code(const Dependencies& deps, const domain::UserId& user,
                                   const Secret<std::string>& code, Timestamp now) {
  GH_TRY(const auto row, deps.store.read([&](ports::Tx& tx) { return tx.factors().find_totp(user); }));
  if (!row) return fail(ErrorCode::not_found, "No enrolment was begun.");
  if (row->confirmed_at) return fail(ErrorCode::already_enrolled);
  GH_TRY(const auto secret, deps.cipher.open(ports::DataPurpose::totp_secret, user.str(), row->sealed_secret));
  const auto step = auth::verify_totp(secret, without_separators(code.expose()).expose(), now, std::nullopt);
  if (!step) return fail(ErrorCode::invalid_code);
  return FirstCode{row->id, *step};
}

/// Confirms the secret that the code was of. While backup codes were hashed it may have been confirmed, or another may
/// have taken its place, of which nobody has shown a code.
Result<> confirm_checked(ports::Tx& tx, const domain::UserId& user, const FirstCode& first, Timestamp now) {
  GH_TRY(const bool confirmed, tx.factors().confirm_totp(user, first.secret, first.step, now));
  if (confirmed) return {};
  GH_TRY(const auto present, tx.factors().find_totp(user));
  if (!present) return fail(ErrorCode::not_found, "No enrolment was begun.");
  return fail(present->confirmed_at ? ErrorCode::already_enrolled : ErrorCode::invalid_code);
}

/// Makes the secret a factor, with its backup codes; the user's row in its new state.
Result<domain::User> make_factor(ports::Tx& tx, Record& record, const Dependencies& deps, domain::User user,
                                 const FirstCode& first, const BackupCodeSet& codes, Timestamp now) {
  GH_CHECK(confirm_checked(tx, user.id, first, now));
  GH_CHECK(tx.factors().replace_backup_codes(user.id, codes.rows));
  GH_CHECK(tx.factors().clear_counter(user.id, domain::FactorKind::totp));
  GH_CHECK(tx.factors().clear_counter(user.id, domain::FactorKind::backup_code));
  // What was proved before by a password alone is not enough any more.
  ++user.credential_version;
  user.updated_at = now;
  GH_CHECK(tx.users().save(user));
  GH_CHECK(
      record.audit(by_user(user.id), domain::audit_actions::kMfaEnrolled, user.id, {.details = {{"factor", "totp"}}}));
  GH_CHECK(record.event(domain::topics::kMfaEnrolled, user.id, {{"user_id", user.id.str()}, {"factor", "totp"}}));
  GH_CHECK(notify_owner(tx, record, deps, ports::mail_templates::kMfaEnrolled, user, {{"factor", "authenticator app"}},
                        now));
  return user;
}

/// Counts a try in the budgets of sign-in, checks the code, and gives the try back unless the code was wrong.
Result<FirstCode> throttled_check(const Dependencies& deps, const domain::User& user,
                                  const std::optional<domain::DeviceId>& device, const Secret<std::string>& code,
                                  const RequestInfo& request, Timestamp now) {
  GH_TRY(const auto reserved, deps.store.write([&](ports::Tx& tx) {
    return reserve_try(tx, deps, domain::sign_in_budgets(device.has_value()),
                       {user.email_canonical, request.ip, device}, now);
  }));
  auto first = check_first_code(deps, user.id, code, now);
  const bool wrong = !first && first.error().code == ErrorCode::invalid_code;
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    if (wrong) {
      return record.audit(by_user(user.id), domain::audit_actions::kMfaEnrolled, user.id,
                          {.outcome = domain::AuditOutcome::failure, .reason = "invalid_code"});
    }
    return settle_try(tx, reserved, first ? domain::TryOutcome::success : domain::TryOutcome::unjudged);
  }));
  return first;
}

}  // namespace

Result<TotpEnrollment> begin_totp(const Dependencies& deps, const Caller& caller, const RequestInfo& request) {
  GH_TRY(const auto user, deps.store.read([&](ports::Tx& tx) { return tx.users().get(caller.user_id()); }));
  return begin(deps, user, request);
}

Result<TotpEnrollment> begin_totp(const Dependencies& deps, const std::string& enrollment_token,
                                  const RequestInfo& request) {
  GH_TRY(const auto user, enrolling_user(deps, enrollment_token));
  return begin(deps, user, request);
}

Result<TotpConfirmed> confirm_totp(const Dependencies& deps, const Caller& caller, const Secret<std::string>& code,
                                   const RequestInfo& request) {
  GH_TRY(const auto session, deps.store.read([&](ports::Tx& tx) { return own_session(tx, caller); }));
  GH_TRY(const auto user, deps.store.read([&](ports::Tx& tx) { return tx.users().get(caller.user_id()); }));
  GH_TRY(const auto first, throttled_check(deps, user, session.device_id, code, request, deps.clock.now()));
  GH_TRY(auto codes, make_backup_codes(deps, user.id, deps.clock.now()));

  const Timestamp now = deps.clock.now();
  GH_TRY(auto signed_in, deps.store.write([&](ports::Tx& tx) -> Result<SignedIn> {
    Record record(tx, deps, request, now);
    GH_TRY(auto present, tx.users().get(user.id));
    GH_TRY(present, make_factor(tx, record, deps, std::move(present), first, codes, now));
    GH_TRY(auto own, own_session(tx, caller));
    own.amr = domain::with_method(std::move(own.amr), domain::amr::kOneTimeCode);
    own.acr = domain::acr_of(own.amr);
    return renew_session(tx, deps, caller, std::move(own), present, now);
  }));
  deps.session_map.drop_user(user.id);
  deps.wake();
  return TotpConfirmed{std::move(codes.texts), std::move(signed_in)};
}

Result<TotpConfirmed> confirm_totp(const Dependencies& deps, const std::string& enrollment_token,
                                   const Secret<std::string>& code, const RequestInfo& request) {
  const Timestamp started = deps.clock.now();
  GH_TRY(const auto user, enrolling_user(deps, enrollment_token));
  GH_TRY(const auto first, throttled_check(deps, user, std::nullopt, code, request, started));
  GH_TRY(auto codes, make_backup_codes(deps, user.id, deps.clock.now()));

  const Timestamp now = deps.clock.now();
  GH_TRY(auto signed_in, deps.store.write([&](ports::Tx& tx) -> Result<SignedIn> {
    Record record(tx, deps, request, now);
    GH_TRY(const auto taken, take_mailed_token(tx, enrollment_token, kEnrollPurpose, now));
    const Enrollment enrollment = read_enrollment(taken.payload);
    GH_TRY(auto present, tx.users().get(user.id));
    GH_CHECK(domain::check_unchanged(present, enrollment.credential_version));
    const auto* client = deps.settings.find_client(enrollment.client_id);
    if (client == nullptr) return fail(ErrorCode::invalid_token, "its client is not configured any more");
    std::optional<domain::Device> device;
    if (enrollment.device_id) {
      GH_TRY(device, tx.devices().find(*enrollment.device_id));
    }
    GH_TRY(const auto risk, assess_sign_in(tx, deps, present, device.has_value(), request, now));
    GH_TRY(present, make_factor(tx, record, deps, std::move(present), first, codes, now));
    const auto amr = domain::with_method(enrollment.amr, domain::amr::kOneTimeCode);
    return open_session(tx, record, deps, request,
                        {.user = present,
                         .client = *client,
                         .acr = domain::acr_of(amr),
                         .amr = amr,
                         .factor = domain::AttemptFactor::totp,
                         .device = std::move(device),
                         .device_token = std::nullopt,
                         .risk = risk,
                         .latency = now - started},
                        now);
  }));
  deps.session_map.drop_user(user.id);
  deps.wake();
  return TotpConfirmed{std::move(codes.texts), std::move(signed_in)};
}

Result<std::optional<std::string>> enrollment_client(const Dependencies& deps, const std::string& enrollment_token) {
  const Timestamp now = deps.clock.now();
  const auto row =
      deps.store.read([&](ports::Tx& tx) { return look_at_mailed_token(tx, enrollment_token, kEnrollPurpose, now); });
  if (row) return std::optional(read_enrollment(row->payload).client_id);
  if (error_info(row.error().code).status >= 500) return Failure(row.error());
  return std::optional<std::string>();
}

}  // namespace gatehouse::application
