#include "modules/identity/application/verify_mfa.hpp"

#include <algorithm>

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/digest.hpp"
#include "auth/token.hpp"
#include "domain/identity/credential_policy.hpp"
#include "domain/identity/session_policy.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/emailed_code.hpp"
#include "modules/identity/application/judge_sign_in.hpp"
#include "modules/identity/application/known_device.hpp"
#include "modules/identity/application/open_session.hpp"
#include "modules/identity/application/renew_session.hpp"
#include "modules/identity/application/second_factor.hpp"
#include "modules/identity/application/sign_in.hpp"

namespace gatehouse::application {
namespace {

using domain::AttemptFactor;
using domain::FactorKind;

struct Question {
  domain::MfaChallenge challenge;
  domain::User user;
};

bool password_proved(const domain::MfaChallenge& challenge) {
  const auto& amr = challenge.first_factor;
  return std::find(amr.begin(), amr.end(), domain::amr::kPassword) != amr.end();
}

/// Whether the challenge may be answered, by whoever brings `input`. Asked before the code is prepared, and again in
/// the transaction that judges it.
Result<Question> find_question(ports::Tx& tx, const auth::ParsedToken& id, const VerifyMfaInput& input, Timestamp now) {
  GH_TRY(auto challenge, tx.challenges().find(domain::ChallengeId(id.id)));
  if (!challenge || !auth::equal_in_constant_time(id.hash, challenge->token_hash))
    return fail(ErrorCode::challenge_expired);
  if (challenge->cookie_hash &&
      !auth::equal_in_constant_time(auth::sha256(input.cookie.value_or("")), *challenge->cookie_hash))
    return fail(ErrorCode::challenge_expired, "The challenge belongs to another browser.");
  GH_TRY(auto user, tx.users().get(challenge->user_id));
  if (!domain::may_hold_sessions(user)) return fail(ErrorCode::account_disabled);
  if (!domain::is_answerable(*challenge, user.credential_version, now)) return fail(ErrorCode::challenge_expired);
  const bool exposed = user.password_exposed && !challenge->device_id;
  if (password_proved(*challenge) && (user.reset_required || exposed)) return fail(ErrorCode::password_reset_required);
  return Question{std::move(*challenge), std::move(user)};
}

/// The story of one answer; `how` says which kind of code it is.
class Answer {
 public:
  Answer(const Dependencies& deps, const VerifyMfaInput& input, const RequestInfo& request, AttemptFactor how,
         auth::ParsedToken id)
      : deps_(deps), input_(input), request_(request), how_(how), id_(std::move(id)), started_(deps.clock.now()) {}

  Result<MfaResult> run() {
    GH_TRY(const auto question,
           deps_.store.read([&](ports::Tx& tx) { return find_question(tx, id_, input_, started_); }));
    // A hash is dear, so its try is spent before; the others cost nothing and are spent as they are judged.
    if (how_ == AttemptFactor::backup_code) GH_CHECK(spend_before_hash());
    std::optional<GivenCode> given;
    if (how_ != AttemptFactor::emailed_code) {
      const auto kind = how_ == AttemptFactor::totp ? FactorKind::totp : FactorKind::backup_code;
      GH_TRY(given, prepare_code(deps_, question.user.id, kind, input_.code));
    }
    const Timestamp now = deps_.clock.now();
    GH_TRY(auto result, deps_.store.write([&](ports::Tx& tx) { return judge(tx, given, now); }));
    deps_.wake();
    if (!result) return fail(ErrorCode::invalid_code);
    if (question.challenge.session_id) deps_.session_map.drop_session(*question.challenge.session_id);
    return std::move(*result);
  }

 private:
  using Judged = std::optional<MfaResult>;  ///< nothing: the code was wrong

  Result<> spend(ports::Tx& tx, Timestamp now) {
    GH_TRY(const bool admitted, tx.challenges().spend_try(domain::ChallengeId(id_.id), domain::kChallengeTries, now));
    if (!admitted) return fail(ErrorCode::challenge_expired);
    return {};
  }

  Result<> spend_before_hash() {
    GH_CHECK(deps_.store.write([&](ports::Tx& tx) { return spend(tx, started_); }));
    spent_ = true;
    return {};
  }

  Result<Judged> judge(ports::Tx& tx, const std::optional<GivenCode>& given, Timestamp now) {
    // The fifth try counts itself, so a hashed one looks at the challenge as it was before.
    if (!spent_) GH_CHECK(spend(tx, now));
    GH_TRY(const auto question, find_spent_question(tx, now));
    Record record(tx, deps_, request_, now);
    GH_TRY(const auto verdict, compare(tx, record, question, given, now));
    if (verdict != CodeVerdict::right) {
      if (verdict == CodeVerdict::wrong_and_over) GH_CHECK(tx.challenges().fail(question.challenge.id));
      GH_CHECK(record_wrong(tx, record, question, now));
      return Judged();
    }
    GH_TRY(auto result, conclude(tx, record, question, now));
    return Judged(std::move(result));
  }

  Result<Question> find_spent_question(ports::Tx& tx, Timestamp now) {
    GH_TRY(auto challenge, tx.challenges().find(domain::ChallengeId(id_.id)));
    if (!challenge) return fail(ErrorCode::challenge_expired);
    GH_TRY(auto user, tx.users().get(challenge->user_id));
    auto before = *challenge;
    --before.wrong_codes;
    if (!domain::may_hold_sessions(user)) return fail(ErrorCode::account_disabled);
    if (!domain::is_answerable(before, user.credential_version, now)) return fail(ErrorCode::challenge_expired);
    return Question{std::move(before), std::move(user)};
  }

  Result<CodeVerdict> compare(ports::Tx& tx, Record& record, const Question& question,
                              const std::optional<GivenCode>& given, Timestamp now) {
    const auto& challenge = question.challenge;
    if (given) {
      return judge_code(tx, record, deps_, question.user, *given,
                        {.password_proved = password_proved(challenge), .wrong_codes_before = challenge.wrong_codes},
                        now);
    }
    GH_TRY(const bool right, take_code(tx, deps_, challenge, without_separators(input_.code.expose()).expose(), now));
    if (right) return CodeVerdict::right;
    return challenge.wrong_codes + 1 >= domain::kChallengeTries ? CodeVerdict::wrong_and_over : CodeVerdict::wrong;
  }

  Result<MfaResult> conclude(ports::Tx& tx, Record& record, const Question& question, Timestamp now) {
    const auto& challenge = question.challenge;
    auto amr = challenge.first_factor;
    // A mailed code is no factor, so it adds no method and never makes aal2.
    if (how_ != AttemptFactor::emailed_code) amr = domain::with_method(std::move(amr), domain::amr::kOneTimeCode);
    GH_TRY(const bool finished, tx.challenges().finish(challenge.id, amr, now));
    if (!finished) return fail(ErrorCode::challenge_expired);
    GH_CHECK(record.audit(by_user(question.user.id), domain::audit_actions::kMfaVerified, question.user.id,
                          {.details = {{"method", domain::to_text(how_)},
                                       {"purpose", challenge.purpose},
                                       {"service", text_or_null(challenge.service)}}}));
    if (challenge.service) return MfaResult(ChallengeProved{question.user.id, std::move(amr), domain::Acr::aal2});
    if (challenge.session_id) {
      GH_TRY(auto renewed, renew_now(tx, record, question, std::move(amr), now));
      return MfaResult(std::move(renewed));
    }
    GH_TRY(auto signed_in, sign_in_now(tx, record, question, std::move(amr), now));
    return MfaResult(std::move(signed_in));
  }

  Result<SignedIn> sign_in_now(ports::Tx& tx, Record& record, const Question& question, std::vector<std::string> amr,
                               Timestamp now) {
    const auto* client = deps_.settings.find_client(question.challenge.client_id);
    if (client == nullptr) return fail(ErrorCode::challenge_expired, "its client is not configured any more");
    std::optional<domain::Device> device;
    std::optional<std::string> device_token;
    if (question.challenge.device_id) {
      GH_TRY(device, tx.devices().find(*question.challenge.device_id));
      GH_TRY(const auto sent, find_known_device(tx, input_.device_token, question.user.id, now));
      if (device && sent && sent->id == device->id) device_token = input_.device_token;
    }
    GH_TRY(const auto risk, assess_sign_in(tx, deps_, question.user, device.has_value(), request_, now));
    const auto acr = domain::acr_of(amr);
    return open_session(tx, record, deps_, request_,
                        {.user = question.user,
                         .client = *client,
                         .acr = acr,
                         .amr = std::move(amr),
                         .factor = how_,
                         .device = std::move(device),
                         .device_token = std::move(device_token),
                         .risk = risk,
                         .latency = now - started_},
                        now);
  }

  Result<SignedIn> renew_now(ports::Tx& tx, Record& record, const Question& question, std::vector<std::string> amr,
                             Timestamp now) {
    GH_TRY(auto session, tx.sessions().find(*question.challenge.session_id));
    if (!session || !domain::is_live(*session, now))
      return fail(ErrorCode::challenge_expired, "Its session has ended.");
    session->amr = std::move(amr);
    session->acr = domain::acr_of(session->amr);
    session->authenticated_at = now;
    GH_CHECK(record.audit(by_user(question.user.id), domain::audit_actions::kReauthenticated, question.user.id,
                          {.details = {{"session_id", session->id.str()}, {"acr", domain::to_text(session->acr)}}}));
    return renew_proved_session(tx, deps_, std::move(*session), question.user, now);
  }

  Result<> record_wrong(ports::Tx& tx, Record& record, const Question& question, Timestamp now) {
    auto attempt = make_attempt(deps_, question.user.email_canonical, request_, now);
    attempt.user_id = question.user.id;
    attempt.outcome = domain::AttemptOutcome::failure;
    attempt.factor = how_;
    attempt.reason = "invalid_code";
    attempt.client_id = question.challenge.client_id;
    attempt.latency = now - started_;
    GH_CHECK(tx.attempts().add(attempt));
    return record.audit(by_nobody(), domain::audit_actions::kMfaVerified, question.user.id,
                        {.outcome = domain::AuditOutcome::failure,
                         .reason = "invalid_code",
                         .details = {{"method", domain::to_text(how_)}}});
  }

  const Dependencies& deps_;
  const VerifyMfaInput& input_;
  const RequestInfo& request_;
  const AttemptFactor how_;
  const auth::ParsedToken id_;
  const Timestamp started_;
  bool spent_ = false;
};

Result<AttemptFactor> method_of(const std::string& text) {
  const auto method = domain::from_text<AttemptFactor>(text);
  if (method == AttemptFactor::totp || method == AttemptFactor::backup_code || method == AttemptFactor::emailed_code)
    return *method;
  return fail_field(ErrorCode::invalid_request, "method", "unknown", "say totp, backup_code or emailed_code");
}

}  // namespace

Result<MfaResult> verify_mfa(const Dependencies& deps, const VerifyMfaInput& input, const RequestInfo& request) {
  GH_TRY(const auto how, method_of(input.method));
  GH_TRY(auto id, auth::parse_token(input.challenge_id, auth::TokenKind::challenge));
  return Answer(deps, input, request, how, std::move(id)).run();
}

Result<std::string> challenge_client(const Dependencies& deps, const std::string& challenge_id) {
  const auto id = auth::parse_token(challenge_id, auth::TokenKind::challenge);
  if (!id) return std::string();
  GH_TRY(const auto challenge,
         deps.store.read([&](ports::Tx& tx) { return tx.challenges().find(domain::ChallengeId(id->id)); }));
  return challenge ? challenge->client_id : std::string();
}

}  // namespace gatehouse::application
