#include "modules/identity/application/sign_in_with_provider.hpp"

#include "auth/email_address.hpp"
#include "domain/identity/credential_policy.hpp"
#include "domain/identity/linking_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/actor_json.hpp"
#include "modules/identity/application/issue_challenge.hpp"
#include "modules/identity/application/judge_sign_in.hpp"
#include "modules/identity/application/known_device.hpp"
#include "modules/identity/application/open_session.hpp"
#include "modules/identity/application/owner_notice.hpp"
#include "modules/identity/application/sign_in.hpp"
#include "modules/identity/application/take_over.hpp"
#include "modules/identity/application/throttle.hpp"

namespace gatehouse::application {
namespace {

using domain::LinkVerdict;
using domain::LocalAddress;
using domain::ProviderAddress;
using domain::SignInVerdict;

/// Two first sign-ins of one person may race for the same rows: the loser looks again and finds the winner's.
constexpr int kTries = 3;
bool lost_a_race(ErrorCode code) {
  return code == ErrorCode::email_taken || code == ErrorCode::account_linked_elsewhere;
}

/// Everything the store knows that bears on the arrival.
struct Standing {
  std::optional<domain::Account> account;  ///< linked already
  std::optional<domain::User> user;        ///< whose that is, or whose the address is
  LinkVerdict verdict = LinkVerdict::address_missing;
};

class Arrival {
 public:
  Arrival(const Dependencies& deps, const ProviderSignInInput& input, const RequestInfo& request)
      : deps_(deps), input_(input), request_(request), identity_(input.arrival.identity) {
    if (!identity_.email) return;
    if (auto parsed = auth::parse_email_address(*identity_.email)) email_ = std::move(*parsed);
  }

  Result<Standing> look(ports::Tx& tx) {
    Standing standing;
    domain::LinkFacts facts;
    GH_TRY(standing.account, tx.accounts().find(identity_.issuer, identity_.subject));
    if (!standing.account && email_) {
      GH_TRY(standing.user, tx.users().find_by_email(email_->canonical));
      // Between the two looks the same person may have arrived by another first sign-in, which linked the account.
      if (standing.user) {
        GH_TRY(standing.account, tx.accounts().find(identity_.issuer, identity_.subject));
      }
    }
    if (standing.account) {
      GH_TRY(standing.user, tx.users().find(standing.account->user_id));
      facts.linked_user = standing.account->user_id;
    }
    if (email_) facts.address = identity_.email_verified ? ProviderAddress::verified : ProviderAddress::unverified;
    if (standing.user) {
      facts.local = standing.user->email_verified() ? LocalAddress::verified : LocalAddress::unverified;
      facts.local_has_password = standing.user->has_password();
    }
    facts.link_verified = deps_.settings.link_verified;
    standing.verdict = domain::decide_link(facts);
    return standing;
  }

  /// The refusals that follow from where things stand, in the order in which they are told.
  Result<> check(const Standing& standing) const {
    if (const auto error = domain::error_of(standing.verdict)) return fail(*error);
    const auto mode = deps_.settings.sign_up_mode;
    // Whom staff have put down may still come where sign-up is by invitation; where it is closed nobody may.
    if (standing.verdict == LinkVerdict::create_user && mode != SignUpMode::open)
      return fail(ErrorCode::sign_up_closed);
    if (standing.verdict == LinkVerdict::take_over && mode == SignUpMode::closed)
      return fail(ErrorCode::sign_up_closed);
    if (!standing.user || standing.verdict == LinkVerdict::take_over) return {};
    domain::SignInFacts facts;
    facts.proof = domain::FirstFactorProof::right;
    facts.kind = domain::FirstFactorKind::provider;
    facts.user = &*standing.user;
    if (const auto error = domain::error_of(domain::decide_sign_in(facts))) return fail(*error);
    return {};
  }

  Result<SignInOutcome> conclude(ports::Tx& tx, Timestamp now) {
    GH_CHECK(input_.spend(tx));
    Record record(tx, deps_, request_, now);
    GH_TRY(auto standing, look(tx));
    GH_CHECK(check(standing));
    took_over_.reset();
    GH_TRY(const auto user, settle(tx, record, std::move(standing), now));
    return admit(tx, record, user, now);
  }

  Result<> record_refusal(ports::Tx& tx, const Error& error, Timestamp now) {
    Record record(tx, deps_, request_, now);
    GH_TRY(const auto standing, look(tx));
    auto attempt = make_attempt(deps_, email_ ? email_->canonical : std::string(), request_, now);
    if (standing.user) attempt.user_id = standing.user->id;
    attempt.outcome = domain::AttemptOutcome::refused;
    attempt.factor = domain::AttemptFactor::oauth;
    attempt.reason = error_info(error.code).code;
    attempt.client_id = input_.client.name;
    attempt.latency = now - input_.started;
    GH_CHECK(tx.attempts().add(attempt));
    const bool by_link = domain::error_of(standing.verdict) == error.code;
    return record.audit(by_nobody(),
                        by_link ? domain::audit_actions::kAccountLinkRefused : domain::audit_actions::kSignIn,
                        standing.user ? standing.user->id : domain::UserId(),
                        {.outcome = domain::AuditOutcome::failure,
                         .reason = attempt.reason,
                         .details = {{"client_id", input_.client.name}, {"provider", input_.arrival.provider.name}}});
  }

  /// Whose sessions ended by the last conclude().
  const std::optional<domain::UserId>& took_over() const { return took_over_; }

 private:
  /// The user whom the arrival is, linked.
  Result<domain::User> settle(ports::Tx& tx, Record& record, Standing standing, Timestamp now) {
    switch (standing.verdict) {
      case LinkVerdict::sign_in:
        if (!standing.user) return fail(ErrorCode::internal_error, {}, "an account without its user");
        GH_CHECK(note_account_use(tx, *standing.account, input_.arrival, now));
        return std::move(*standing.user);
      case LinkVerdict::create_user:
        return create(tx, record, now);
      case LinkVerdict::take_over:
        return take(tx, record, std::move(*standing.user), now);
      case LinkVerdict::link_by_address:
        return link(tx, record, std::move(*standing.user), now);
      default:
        return fail(ErrorCode::internal_error, {}, "a verdict that check() refuses");
    }
  }

  Result<domain::User> create(ports::Tx& tx, Record& record, Timestamp now) {
    GH_CHECK(reserve_try(tx, deps_, {domain::BudgetKind::sign_up}, {email_->canonical, request_.ip, {}}, now));
    domain::User user;
    user.id = domain::UserId(new_id(now));
    user.email = email_->address;
    user.email_canonical = email_->canonical;
    user.email_verified_at = now;
    take_profile(user, identity_, input_.given_name);
    user.created_at = now;
    user.updated_at = now;
    GH_CHECK(tx.users().add(user));
    GH_CHECK(end_pending_sign_ups(tx, user.email_canonical));
    GH_CHECK(tell_signed_up(record, user));
    GH_CHECK(add_account(tx, record, input_.arrival, user, by_user(user.id), now));
    return user;
  }

  Result<domain::User> take(ports::Tx& tx, Record& record, domain::User user, Timestamp now) {
    user.email = email_->address;
    take_profile(user, identity_, input_.given_name);
    GH_CHECK(application::take_over(tx, record, deps_, user, now));
    GH_CHECK(tell_signed_up(record, user));
    GH_CHECK(add_account(tx, record, input_.arrival, user, by_user(user.id), now));
    took_over_ = user.id;
    return user;
  }

  Result<domain::User> link(ports::Tx& tx, Record& record, domain::User user, Timestamp now) {
    GH_CHECK(add_account(tx, record, input_.arrival, user, by_user(user.id), now));
    ++user.credential_version;
    user.updated_at = now;
    GH_CHECK(tx.users().save(user));
    GH_CHECK(notify_owner(tx, record, deps_, ports::mail_templates::kAccountLinked, user,
                          {{"provider", input_.arrival.provider.title}}, now));
    return user;
  }

  Result<> tell_signed_up(Record& record, const domain::User& user) {
    const auto& provider = input_.arrival.provider.name;
    GH_CHECK(record.audit(
        by_user(user.id), domain::audit_actions::kSignUpCompleted, user.id,
        {.details = {{"client_id", input_.client.name}, {"provider", provider}}, .personal = {{"email", user.email}}}));
    return record.event(domain::topics::kUserSignedUp, user.id,
                        {{"user_id", user.id.str()},
                         {"email", user.email},
                         {"name", text_or_null(user.name)},
                         {"locale", text_or_null(user.locale)},
                         {"method", provider},
                         {"client_id", input_.client.name}});
  }

  /// From here on as any sign-in whose first factor was right.
  Result<SignInOutcome> admit(ports::Tx& tx, Record& record, const domain::User& user, Timestamp now) {
    GH_TRY(auto device, find_known_device(tx, input_.device_token, user.id, now));
    GH_TRY(auto judged,
           judge_sign_in(tx, deps_, {user, domain::FirstFactorKind::provider, device.has_value()}, request_, now));
    const FirstFactor first{judged.held.user,
                            input_.client,
                            {std::string(domain::amr::kFederated)},
                            device,
                            domain::AttemptFactor::oauth,
                            {}};
    if (judged.verdict == SignInVerdict::mfa_enrollment_required)
      return issue_enrollment(tx, record, deps_, first, now);
    if (judged.verdict != SignInVerdict::signed_in)
      return issue_challenge(tx, record, deps_, request_, first, judged.verdict, now);
    const bool known = device.has_value();
    GH_TRY(auto signed_in, open_session(tx, record, deps_, request_,
                                        {.user = judged.held.user,
                                         .client = input_.client,
                                         .amr = first.amr,
                                         .factor = domain::AttemptFactor::oauth,
                                         .device = std::move(device),
                                         .device_token = known ? input_.device_token : std::nullopt,
                                         .risk = judged.risk,
                                         .latency = now - input_.started,
                                         .sessions = judged.held.sessions,
                                         .roles = std::move(judged.roles)},
                                        now));
    return SignInOutcome(std::move(signed_in));
  }

  const Dependencies& deps_;
  const ProviderSignInInput& input_;
  const RequestInfo& request_;
  const ports::ProviderIdentity& identity_;
  std::optional<auth::EmailAddress> email_;
  std::optional<domain::UserId> took_over_;
};

/// Refusals of the person are put on record; failures of ours, and of `spend`, are not theirs.
bool is_refusal(ErrorCode code) {
  const int status = error_info(code).status;
  return status == 403 || status == 409;
}

Result<> put_on_record(const Dependencies& deps, Arrival& arrival, const Error& error) {
  if (!is_refusal(error.code)) return {};
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) { return arrival.record_refusal(tx, error, now); }));
  deps.wake();
  return {};
}

}  // namespace

Result<SignInOutcome> sign_in_with_provider(const Dependencies& deps, const ProviderSignInInput& input,
                                            const RequestInfo& request) {
  Arrival arrival(deps, input, request);
  Result<SignInOutcome> outcome = fail(ErrorCode::internal_error);
  for (int i = 0; i < kTries; ++i) {
    const Timestamp now = deps.clock.now();
    outcome = deps.store.write([&](ports::Tx& tx) { return arrival.conclude(tx, now); });
    if (outcome || !lost_a_race(outcome.error().code)) break;
  }
  if (!outcome) {
    GH_CHECK(put_on_record(deps, arrival, outcome.error()));
    return outcome;
  }
  if (arrival.took_over()) deps.session_map.drop_user(*arrival.took_over());
  deps.wake();
  return outcome;
}

Result<> check_provider_sign_in(const Dependencies& deps, const ProviderSignInInput& input,
                                const RequestInfo& request) {
  Arrival arrival(deps, input, request);
  auto verdict = deps.store.read([&](ports::Tx& tx) -> Result<> {
    GH_TRY(const auto standing, arrival.look(tx));
    return arrival.check(standing);
  });
  if (!verdict) GH_CHECK(put_on_record(deps, arrival, verdict.error()));
  return verdict;
}

}  // namespace gatehouse::application
