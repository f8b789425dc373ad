#include "modules/identity/application/sign_in.hpp"

#include "auth/crypto/constant_time.hpp"
#include "auth/email_address.hpp"
#include "auth/password_hash.hpp"
#include "modules/identity/application/issue_challenge.hpp"
#include "modules/identity/application/judge_sign_in.hpp"
#include "modules/identity/application/known_device.hpp"
#include "modules/identity/application/new_password.hpp"
#include "modules/identity/application/open_session.hpp"
#include "modules/identity/application/throttle.hpp"

namespace gatehouse::application {
namespace {

using domain::FirstFactorProof;
using domain::SignInVerdict;

/// What is known before the password is hashed, with room reserved for the try.
struct Candidate {
  std::optional<domain::User> user;
  std::vector<domain::PendingSignUp> pending;
  std::optional<domain::Device> device;
  Reserved reserved;
};

Result<Candidate> reserve_and_look_up(ports::Tx& tx, const Dependencies& deps, const std::string& email_canonical,
                                      const SignInInput& input, const RequestInfo& request, Timestamp now) {
  Candidate found;
  // Whatever is learnt of the password is written, and with it this, before anybody hears of it.
  tx.leave_durability_to_the_next();
  const auto sent = parse_device_token(input.device_token);
  // Who sends a device's token is most likely on that device.
  const auto sent_device = device_of(sent);
  const auto likely =
      budgets_of(deps, domain::sign_in_budgets(sent_device.has_value()), {email_canonical, request.ip, sent_device});
  GH_TRY(auto claimed, tx.sign_ins().claimed(email_canonical, sent_device, likely, now));
  found.user = std::move(claimed.user);
  found.pending = std::move(claimed.pending);
  if (found.user) found.device = known_device(std::move(claimed.device), sent, found.user->id, now);
  const auto device_id = found.device ? std::optional(found.device->id) : std::nullopt;
  GH_TRY(found.reserved, reserve_try(tx, deps, domain::sign_in_budgets(found.device.has_value()),
                                     {email_canonical, request.ip, device_id}, now));
  return found;
}

/// One Argon2id, whose result is compared with the account's hash and with every pending sign-up's: they share a salt.
Result<FirstFactorProof> prove(const Dependencies& deps, const Candidate& candidate,
                               const Secret<std::string>& password) {
  const bool has_password = candidate.user && candidate.user->password_hash;
  const std::string& like = has_password                 ? *candidate.user->password_hash
                            : !candidate.pending.empty() ? candidate.pending.front().password_hash
                                                         : deps.hasher.decoy();
  GH_TRY(const auto computed, deps.hasher.hash_like(password, like));
  const bool right = has_password && auth::equal_in_constant_time(computed, *candidate.user->password_hash);
  bool right_for_pending = false;
  for (const auto& pending : candidate.pending)
    right_for_pending |= auth::equal_in_constant_time(computed, pending.password_hash);
  return right               ? FirstFactorProof::right
         : right_for_pending ? FirstFactorProof::right_for_pending
                             : FirstFactorProof::wrong;
}

/// The record of a try that did not end in a session.
Result<> record_refusal(ports::Tx& tx, Record& record, const Dependencies& deps, const Candidate& candidate,
                        const std::string& email_canonical, const ClientSettings& client, const RequestInfo& request,
                        ErrorCode code, FirstFactorProof proof, Timestamp started, Timestamp now) {
  auto attempt = make_attempt(deps, email_canonical, request, now);
  if (candidate.user) attempt.user_id = candidate.user->id;
  attempt.outcome =
      proof == FirstFactorProof::wrong ? domain::AttemptOutcome::failure : domain::AttemptOutcome::refused;
  attempt.reason = error_info(code).code;
  attempt.client_id = client.name;
  attempt.latency = now - started;
  GH_CHECK(attempt.outcome == domain::AttemptOutcome::failure ? note_failed_password(tx, attempt)
                                                              : tx.attempts().add(attempt));
  return record.audit(
      by_nobody(), domain::audit_actions::kSignIn, candidate.user ? candidate.user->id : domain::UserId(),
      {.outcome = domain::AuditOutcome::failure, .reason = attempt.reason, .details = {{"client_id", client.name}}});
}

/// Everything that a right password can lead to, decided anew in the transaction that does it.
class RightPassword {
 public:
  RightPassword(const Dependencies& deps, const ClientSettings& client, const RequestInfo& request,
                const Candidate& candidate, const std::optional<std::string>& device_token)
      : deps_(deps), client_(client), request_(request), candidate_(candidate), device_token_(device_token) {}

  /// `rehashed`: the password under the present parameters, where they have risen.
  Result<SignInOutcome> conclude(ports::Tx& tx, const std::optional<std::string>& rehashed, Timestamp started,
                                 Timestamp now) {
    Record record(tx, deps_, request_, now);
    GH_TRY(auto judged, judge_sign_in(tx, deps_, {*candidate_.user, {}, candidate_.device.has_value()}, request_, now));
    if (rehashed) {
      judged.held.user.password_hash = rehashed;
      judged.held.user.updated_at = now;
      GH_CHECK(tx.users().save(judged.held.user));
    }
    GH_TRY(auto outcome, go_on(tx, record, judged, started, now));
    // Last, because others wait for the network's budget from here to the end of the commit.
    GH_CHECK(settle_try(tx, candidate_.reserved, domain::TryOutcome::success));
    return outcome;
  }

 private:
  /// To a session, or to what is still to be proved.
  Result<SignInOutcome> go_on(ports::Tx& tx, Record& record, Judgement& judged, Timestamp started, Timestamp now) {
    const FirstFactor first{judged.held.user, client_, {std::string(domain::amr::kPassword)}, candidate_.device};
    if (judged.verdict == SignInVerdict::mfa_enrollment_required)
      return issue_enrollment(tx, record, deps_, first, now);
    if (judged.verdict != SignInVerdict::signed_in)
      return issue_challenge(tx, record, deps_, request_, first, judged.verdict, now);
    GH_TRY(auto signed_in, open_session(tx, record, deps_, request_,
                                        {.user = judged.held.user,
                                         .client = client_,
                                         .amr = first.amr,
                                         .device = candidate_.device,
                                         .device_token = device_token_,
                                         .risk = judged.risk,
                                         .latency = now - started,
                                         .sessions = judged.held.sessions,
                                         .roles = std::move(judged.roles)},
                                        now));
    return SignInOutcome(std::move(signed_in));
  }

  const Dependencies& deps_;
  const ClientSettings& client_;
  const RequestInfo& request_;
  const Candidate& candidate_;
  const std::optional<std::string>& device_token_;
};

}  // namespace

Result<SignInOutcome> sign_in(const Dependencies& deps, const SignInInput& input, const RequestInfo& request) {
  const ClientSettings* client = deps.settings.find_client(input.client_id);
  if (client == nullptr) return fail_field(ErrorCode::invalid_client, "client_id", "unknown", "no such client");
  GH_TRY(const auto email, auth::parse_email_address(input.email));
  GH_TRY(const auto password, accept_given_password(input.password));

  const Timestamp started = deps.clock.now();
  GH_TRY(const auto candidate, deps.store.write([&](ports::Tx& tx) {
    return reserve_and_look_up(tx, deps, email.canonical, input, request, started);
  }));
  const auto proof = prove(deps, candidate, password);
  if (!proof) {  // not judged: the try is given back, so that an overloaded service locks nobody out
    GH_CHECK(deps.store.write(
        [&](ports::Tx& tx) -> Result<> { return settle_try(tx, candidate.reserved, domain::TryOutcome::unjudged); }));
    return fail(proof.error());
  }

  Error refusal;
  refusal.code = ErrorCode::invalid_credentials;
  if (*proof == FirstFactorProof::right) {
    std::optional<std::string> rehashed;
    if (deps.hasher.needs_rehash(*candidate.user->password_hash)) {
      GH_TRY(rehashed, deps.hasher.hash(password));
    }
    const Timestamp now = deps.clock.now();
    RightPassword right(deps, *client, request, candidate, input.device_token);
    auto outcome = deps.store.write([&](ports::Tx& tx) { return right.conclude(tx, rehashed, started, now); });
    if (outcome) {
      deps.wake();
      return outcome;
    }
    if (error_info(outcome.error().code).status >= 500) return outcome;
    refusal = outcome.error();
  } else if (*proof == FirstFactorProof::right_for_pending) {
    refusal.code = ErrorCode::email_unverified;
  }

  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    Record record(tx, deps, request, now);
    if (*proof != FirstFactorProof::wrong) GH_CHECK(settle_try(tx, candidate.reserved, domain::TryOutcome::unjudged));
    return record_refusal(tx, record, deps, candidate, email.canonical, *client, request, refusal.code, *proof, started,
                          now);
  }));
  return fail(std::move(refusal));
}

}  // namespace gatehouse::application
