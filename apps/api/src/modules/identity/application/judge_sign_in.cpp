#include "modules/identity/application/judge_sign_in.hpp"

#include <utility>

#include "domain/identity/factor_policy.hpp"
#include "domain/identity/network_key.hpp"
#include "modules/identity/application/authenticate.hpp"
#include "modules/identity/application/open_session.hpp"

namespace gatehouse::application {
namespace {

ports::PastQuestion past_of(const Dependencies& deps, const domain::User& user, const RequestInfo& request,
                            Timestamp now) {
  return {.identifier_hmac = identifier_hmac(deps, user.email_canonical),
          .user_id = user.id,
          .network = domain::network_key(request.ip),
          .since = now - domain::kRiskWindow,
          .spread_since = domain::spread_since(now)};
}

domain::RiskAssessment assess(const ports::Past& past, const domain::User& user, bool known_device, Timestamp now) {
  domain::RiskSignals signals;
  signals.first_sign_in = !user.last_sign_in_at;
  signals.known_device = known_device;
  signals.known_network = past.known_network;
  signals.account_failures = past.failures.for_user;
  signals.network_accounts_failed = past.failures.accounts_from_network;
  domain::set_spread(signals, past.spread, now);
  return domain::assess_risk(signals);
}

}  // namespace

Result<Judgement> judge_sign_in(ports::Tx& tx, const Dependencies& deps, const FirstProof& proof,
                                const RequestInfo& request, Timestamp now) {
  GH_TRY(auto standing, tx.sign_ins().standing(past_of(deps, proof.user, request, now), now));
  const domain::User& user = standing.held.user;
  GH_CHECK(domain::check_unchanged(user, proof.user.credential_version));
  const auto risk = assess(standing.past, user, proof.known_device, now);
  domain::SignInFacts facts;
  facts.proof = domain::FirstFactorProof::right;
  facts.kind = proof.kind;
  facts.user = &user;
  facts.known_device = proof.known_device;
  facts.has_second_factor = standing.totp && standing.totp->confirmed_at;
  facts.requires_second_factor = domain::requires_second_factor(
      deps.settings.mfa_required, deps.settings.mfa_required_roles, domain::live_roles(standing.roles, now));
  facts.risk = domain::respond_to_risk(risk, deps.settings.on_suspicious, facts.has_second_factor);
  const auto verdict = domain::decide_sign_in(facts);
  if (const auto error = domain::error_of(verdict)) return fail(*error);
  return Judgement{std::move(standing.held), risk, std::move(standing.roles), verdict};
}

Result<domain::RiskAssessment> assess_sign_in(ports::Tx& tx, const Dependencies& deps, const domain::User& user,
                                              bool known_device, const RequestInfo& request, Timestamp now) {
  GH_TRY(const auto past, tx.attempts().past(past_of(deps, user, request, now)));
  return assess(past, user, known_device, now);
}

}  // namespace gatehouse::application
