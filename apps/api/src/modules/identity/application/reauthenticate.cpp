#include "modules/identity/application/reauthenticate.hpp"

#include <algorithm>

#include "auth/crypto/constant_time.hpp"
#include "domain/identity/credential_policy.hpp"
#include "modules/identity/application/new_password.hpp"
#include "modules/identity/application/open_session.hpp"
#include "modules/identity/application/renew_session.hpp"
#include "modules/identity/application/second_factor.hpp"
#include "modules/identity/application/throttle.hpp"

namespace gatehouse::application {
namespace {

/// What the account has, with room reserved for the try.
struct Held {
  domain::User user;
  domain::Session session;
  bool has_totp = false;
  Reserved reserved;
};

Failure missing(std::string field, std::string detail) {
  return fail_field(ErrorCode::invalid_request, std::move(field), "required", std::move(detail));
}

Result<> check_given(const Held& held, const ReauthenticateInput& input) {
  if (held.user.has_password() && !input.password) return missing("password", "give the password");
  if (held.has_totp && !input.code) return missing("code", "give a code of the second factor");
  if (!held.user.has_password() && !held.has_totp)
    return missing("password", "this account has neither; prove it again with the provider it signs in with");
  return {};
}

class Reauthentication {
 public:
  Reauthentication(const Dependencies& deps, const Caller& caller, const ReauthenticateInput& input,
                   const RequestInfo& request)
      : deps_(deps), caller_(caller), input_(input), request_(request) {}

  Result<SignedIn> run() {
    const Timestamp started = deps_.clock.now();
    GH_TRY(held_, deps_.store.write([&](ports::Tx& tx) { return reserve(tx, started); }));
    auto outcome = prove();
    if (!outcome) {
      const bool judged =
          outcome.error().code == ErrorCode::invalid_credentials || outcome.error().code == ErrorCode::invalid_code;
      GH_CHECK(judged ? record_wrong(outcome.error()) : give_back());
      return outcome;
    }
    deps_.session_map.drop_session(caller_.session_id());
    deps_.wake();
    return outcome;
  }

 private:
  Result<Held> reserve(ports::Tx& tx, Timestamp now) {
    Held held;
    GH_TRY(held.user, tx.users().get(caller_.user_id()));
    GH_TRY(held.session, own_session(tx, caller_));
    GH_TRY(const auto totp, tx.factors().find_totp(held.user.id));
    held.has_totp = totp && totp->confirmed_at;
    GH_CHECK(check_given(held, input_));
    GH_TRY(held.reserved, reserve_try(tx, deps_, domain::sign_in_budgets(held.session.device_id.has_value()),
                                      {held.user.email_canonical, request_.ip, held.session.device_id}, now));
    return held;
  }

  Result<SignedIn> prove() {
    if (held_.user.has_password()) GH_CHECK(check_password());
    std::optional<GivenCode> given;
    if (held_.has_totp) {
      GH_TRY(const auto kind, factor_kind(input_.method.value_or("totp")));
      GH_TRY(given, prepare_code(deps_, held_.user.id, kind, *input_.code));
    }
    const Timestamp now = deps_.clock.now();
    GH_TRY(auto renewed, deps_.store.write([&](ports::Tx& tx) { return conclude(tx, given, now); }));
    if (!renewed) return fail(ErrorCode::invalid_code);
    return std::move(*renewed);
  }

  Result<> check_password() {
    GH_TRY(const auto password, accept_given_password(*input_.password));
    GH_TRY(const auto computed, deps_.hasher.hash_like(password, *held_.user.password_hash));
    if (!auth::equal_in_constant_time(computed, *held_.user.password_hash)) return fail(ErrorCode::invalid_credentials);
    return {};
  }

  /// Nothing: the code was wrong, which is committed with its count.
  Result<std::optional<SignedIn>> conclude(ports::Tx& tx, const std::optional<GivenCode>& given, Timestamp now) {
    Record record(tx, deps_, request_, now);
    GH_TRY(const auto user, tx.users().get(held_.user.id));
    GH_CHECK(domain::check_unchanged(user, held_.user.credential_version));
    if (given) {
      GH_TRY(const auto verdict, judge_code(tx, record, deps_, user, *given,
                                            {.password_proved = user.has_password(), .wrong_codes_before = 0}, now));
      if (verdict != CodeVerdict::right) return std::optional<SignedIn>();
    }
    GH_TRY(auto session, own_session(tx, caller_));
    session.amr = methods(session, given.has_value());
    session.acr = domain::acr_of(session.amr);
    session.authenticated_at = now;
    GH_CHECK(settle_try(tx, held_.reserved, domain::TryOutcome::success));
    GH_CHECK(record.audit(by(caller_), domain::audit_actions::kReauthenticated, user.id,
                          {.details = {{"session_id", session.id.str()}, {"acr", domain::to_text(session.acr)}}}));
    GH_TRY(auto renewed, renew_session(tx, deps_, caller_, std::move(session), user, now));
    return std::optional(std::move(renewed));
  }

  /// What is proved now: the password, or else the first factor that the session began with; and the code.
  std::vector<std::string> methods(const domain::Session& session, bool with_code) const {
    const bool federated = !held_.user.has_password() && std::find(session.amr.begin(), session.amr.end(),
                                                                   domain::amr::kFederated) != session.amr.end();
    std::vector<std::string> amr{std::string(federated ? domain::amr::kFederated : domain::amr::kPassword)};
    return with_code ? domain::with_method(std::move(amr), domain::amr::kOneTimeCode) : amr;
  }

  Result<> give_back() {
    return deps_.store.write(
        [&](ports::Tx& tx) -> Result<> { return settle_try(tx, held_.reserved, domain::TryOutcome::unjudged); });
  }

  Result<> record_wrong(const Error& error) {
    const Timestamp now = deps_.clock.now();
    GH_CHECK(deps_.store.write([&](ports::Tx& tx) -> Result<> {
      Record record(tx, deps_, request_, now);
      auto attempt = make_attempt(deps_, held_.user.email_canonical, request_, now);
      attempt.user_id = held_.user.id;
      attempt.outcome = domain::AttemptOutcome::failure;
      if (error.code == ErrorCode::invalid_code) attempt.factor = domain::AttemptFactor::totp;
      attempt.reason = error_info(error.code).code;
      attempt.client_id = held_.session.client_id;
      attempt.device_id = held_.session.device_id;
      GH_CHECK(tx.attempts().add(attempt));
      return record.audit(by(caller_), domain::audit_actions::kReauthenticated, held_.user.id,
                          {.outcome = domain::AuditOutcome::failure, .reason = attempt.reason});
    }));
    deps_.wake();
    return {};
  }

  const Dependencies& deps_;
  const Caller& caller_;
  const ReauthenticateInput& input_;
  const RequestInfo& request_;
  Held held_;
};

}  // namespace

Result<SignedIn> reauthenticate(const Dependencies& deps, const Caller& caller, const ReauthenticateInput& input,
                                const RequestInfo& request) {
  return Reauthentication(deps, caller, input, request).run();
}

}  // namespace gatehouse::application
