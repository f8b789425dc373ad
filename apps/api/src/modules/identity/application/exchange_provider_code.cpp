#include "modules/identity/application/exchange_provider_code.hpp"

#include "auth/pkce.hpp"
#include "domain/identity/credential_policy.hpp"
#include "domain/identity/linking_policy.hpp"
#include "modules/identity/application/issue_challenge.hpp"
#include "modules/identity/application/owner_notice.hpp"
#include "modules/identity/application/provider_identity_json.hpp"
#include "modules/identity/application/renew_session.hpp"
#include "modules/identity/application/sign_in_with_provider.hpp"

namespace gatehouse::application {
namespace {

using domain::LinkVerdict;
using domain::OAuthIntent;
using domain::OAuthTicket;
using domain::OAuthTicketKind;

/// Between our clock and the provider's.
constexpr Duration kClockSkew = std::chrono::seconds(60);

Result<OAuthTicket> find_code(const Dependencies& deps, const std::string& code) {
  const auto hash = ticket_hash(code);
  GH_TRY(auto ticket,
         deps.store.read([&](ports::Tx& tx) { return tx.oauth_tickets().find(OAuthTicketKind::code, hash); }));
  if (!ticket || deps.clock.now() >= ticket->expires_at) return fail(ErrorCode::invalid_state);
  return std::move(*ticket);
}

Result<> check_verifier(const ProvedIdentity& proved, const ExchangeInput& input) {
  if (!proved.code_challenge) return {};
  if (!input.code_verifier)
    return fail_field(ErrorCode::invalid_request, "code_verifier", "required",
                      "send the verifier of the code_challenge that the flow was begun with");
  if (!auth::verify_pkce(input.code_verifier->expose(), *proved.code_challenge))
    return fail(ErrorCode::invalid_state, {}, "the verifier is another's");
  return {};
}

/// The one flow's code at the end of its way.
class Exchange {
 public:
  Exchange(const Dependencies& deps, const ExchangeInput& input, const Caller* caller, const RequestInfo& request,
           const OAuthTicket& ticket, const ProvedIdentity& proved, const ports::ProviderFacts& provider,
           const ClientSettings& client)
      : deps_(deps),
        input_(input),
        caller_(caller),
        request_(request),
        ticket_(ticket),
        proved_(proved),
        client_(client),
        arrival_{provider, proved.identity, proved.sealed_tokens} {}

  Result<ExchangeOutcome> run() {
    const Timestamp started = deps_.clock.now();
    if (ticket_.intent == OAuthIntent::sign_in) {
      GH_TRY(auto outcome, sign_in_with_provider(deps_,
                                                 {.arrival = arrival_,
                                                  .client = client_,
                                                  .device_token = input_.device_token,
                                                  .started = started,
                                                  .spend = [&](ports::Tx& tx) { return spend(tx, started); }},
                                                 request_));
      return ExchangeOutcome(std::move(outcome));
    }
    GH_CHECK(check_session());
    const bool links = ticket_.intent == OAuthIntent::link;
    GH_TRY(auto outcome, deps_.store.write([&](ports::Tx& tx) -> Result<ExchangeOutcome> {
      GH_CHECK(spend(tx, started));
      Record record(tx, deps_, request_, started);
      GH_TRY([[maybe_unused]] const auto session, own_session(tx, *caller_));
      return links ? link(tx, record, started) : reauthenticate(tx, record, started);
    }));
    if (!links) deps_.session_map.drop_session(caller_->session_id());
    deps_.wake();
    return outcome;
  }

 private:
  Result<> spend(ports::Tx& tx, Timestamp now) {
    GH_TRY(const bool taken, tx.oauth_tickets().consume(ticket_.id, now));
    if (!taken) return fail(ErrorCode::invalid_state, {}, "the code was spent at the same moment");
    return {};
  }

  Result<> check_session() const {
    if (caller_ == nullptr) return fail(ErrorCode::no_session);
    if (!ticket_.session_id || caller_->session_id() != *ticket_.session_id)
      return fail(ErrorCode::invalid_state, "This was begun in another session.");
    return {};
  }

  Result<ExchangeOutcome> link(ports::Tx& tx, Record& record, Timestamp now) {
    GH_TRY(auto user, tx.users().get(caller_->user_id()));
    GH_TRY(auto account, tx.accounts().find(proved_.identity.issuer, proved_.identity.subject));
    domain::LinkFacts facts;
    facts.signed_in = user.id;
    if (account) facts.linked_user = account->user_id;
    const auto verdict = domain::decide_link(facts);
    if (const auto error = domain::error_of(verdict)) return fail(*error);
    if (verdict == LinkVerdict::already_linked) {
      GH_CHECK(note_account_use(tx, *account, arrival_, now));
      return ExchangeOutcome(AccountLinked{std::move(*account)});
    }
    GH_TRY(auto added, add_account(tx, record, arrival_, user, by(*caller_), now));
    ++user.credential_version;
    user.updated_at = now;
    GH_CHECK(tx.users().save(user));
    GH_CHECK(notify_owner(tx, record, deps_, ports::mail_templates::kAccountLinked, user,
                          {{"provider", arrival_.provider.title}}, now));
    return ExchangeOutcome(AccountLinked{std::move(added)});
  }

  /// Whether the provider says that the person proved themselves to it after the flow began; nothing where it can't
  /// say.
  Result<bool> is_fresh() const {
    const auto& auth_time = proved_.identity.auth_time;
    if (!arrival_.provider.gives_auth_time) return false;
    if (!auth_time || *auth_time < proved_.started_at - kClockSkew)
      return fail(ErrorCode::invalid_provider_token, "The provider did not ask for a fresh sign-in.");
    return true;
  }

  Result<ExchangeOutcome> reauthenticate(ports::Tx& tx, Record& record, Timestamp now) {
    GH_TRY(auto account, tx.accounts().find(proved_.identity.issuer, proved_.identity.subject));
    if (!account || account->user_id != caller_->user_id()) return fail(ErrorCode::wrong_provider_account);
    GH_TRY(const bool fresh, is_fresh());
    GH_CHECK(note_account_use(tx, *account, arrival_, now));
    GH_TRY(const auto user, tx.users().get(caller_->user_id()));
    GH_TRY(auto session, own_session(tx, *caller_));
    GH_TRY(const auto methods, second_factor_methods(tx, user.id));
    if (!methods.empty() || !fresh) return challenge(tx, record, user, session, !methods.empty(), now);
    session.amr = {std::string(domain::amr::kFederated)};
    session.acr = domain::acr_of(session.amr);
    session.authenticated_at = now;
    GH_CHECK(record.audit(by(*caller_), domain::audit_actions::kReauthenticated, user.id,
                          {.details = {{"session_id", session.id.str()},
                                       {"acr", domain::to_text(session.acr)},
                                       {"provider", arrival_.provider.name}}}));
    GH_TRY(auto renewed, renew_session(tx, deps_, *caller_, std::move(session), user, now));
    return ExchangeOutcome(Reauthenticated{std::move(renewed)});
  }

  /// One more proof before the session is renewed: the second factor, or a code by mail where the provider can't say
  /// that the login was fresh.
  Result<ExchangeOutcome> challenge(ports::Tx& tx, Record& record, const domain::User& user,
                                    const domain::Session& session, bool has_second_factor, Timestamp now) {
    std::optional<domain::Device> device;
    if (session.device_id) {
      GH_TRY(device, tx.devices().find(*session.device_id));
    }
    const FirstFactor first{
        user, client_, {std::string(domain::amr::kFederated)}, device, domain::AttemptFactor::oauth, session.id};
    const auto verdict =
        has_second_factor ? domain::SignInVerdict::mfa_required : domain::SignInVerdict::emailed_code_required;
    GH_TRY(auto issued, issue_challenge(tx, record, deps_, request_, first, verdict, now));
    return ExchangeOutcome(std::move(issued));
  }

  const Dependencies& deps_;
  const ExchangeInput& input_;
  const Caller* caller_;
  const RequestInfo& request_;
  const OAuthTicket& ticket_;
  const ProvedIdentity& proved_;
  const ClientSettings& client_;
  const ProviderArrival arrival_;
};

}  // namespace

Result<CodeFacts> look_at_exchange_code(const Dependencies& deps, const std::string& code) {
  GH_TRY(auto ticket, find_code(deps, code));
  return CodeFacts{ticket.intent, std::move(ticket.client_id)};
}

Result<ExchangeOutcome> exchange_provider_code(const Dependencies& deps, const ExchangeInput& input,
                                               const Caller* caller, const RequestInfo& request) {
  GH_TRY(const auto ticket, find_code(deps, input.code));
  GH_TRY(const auto proved, open_proved(deps, ticket.provider, ticket.payload));
  GH_CHECK(check_verifier(proved, input));
  GH_TRY(const auto* provider, find_provider(deps, ticket.provider));
  GH_TRY(const auto* client, get_client(deps, ticket.client_id));
  return Exchange(deps, input, caller, request, ticket, proved, provider->facts(), *client).run();
}

}  // namespace gatehouse::application
