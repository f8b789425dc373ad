#include "modules/identity/application/finish_provider_flow.hpp"

#include <algorithm>
#include <array>

#include "auth/crypto/constant_time.hpp"
#include "auth/crypto/random.hpp"
#include "domain/identity/redirect_policy.hpp"
#include "domain/identity/session_policy.hpp"
#include "modules/identity/application/provider_identity_json.hpp"
#include "modules/identity/application/sign_in_with_provider.hpp"

namespace gatehouse::application {
namespace {

using domain::OAuthIntent;
using domain::OAuthTicket;
using domain::OAuthTicketKind;

/// What providers say when the person, and not the machine, said no (RFC 6749 section 4.1.2.1, OpenID Connect Core
/// 3.1.2.6, and Apple's own word).
constexpr auto kRefusals =
    std::to_array<std::string_view>({"access_denied", "user_cancelled_authorize", "login_required", "consent_required",
                                     "interaction_required", "account_selection_required"});

Failure provider_said(const std::string& error) {
  const bool refused = std::find(kRefusals.begin(), kRefusals.end(), error) != kRefusals.end();
  return fail(refused ? ErrorCode::oauth_denied : ErrorCode::provider_error, {}, "the provider answered " + error);
}

class Callback {
 public:
  Callback(const Dependencies& deps, const CallbackInput& input, const RequestInfo& request)
      : deps_(deps), input_(input), request_(request), started_(deps.clock.now()) {}

  Result<FlowFinished> run() {
    auto finished = finish();
    if (finished || (!at_home_ && finished.error().code == ErrorCode::dependency_unavailable)) return finished;
    FlowFinished told;
    told.spent = flow_.has_value();
    told.location = with_error(at_home_ ? flow_->redirect_to : deps_.settings.links.error, finished.error().code);
    told.failure = std::move(finished).error();
    return told;
  }

 private:
  Result<FlowFinished> finish() {
    GH_TRY(auto* provider, find_provider(deps_, input_.provider));
    GH_TRY(auto state, find_own_state());
    GH_CHECK(find_home());
    GH_CHECK(spend(state));
    if (input_.error) return provider_said(*input_.error);
    if (!input_.code) return fail(ErrorCode::provider_error, {}, "the provider sent neither code nor error");
    GH_CHECK(check_session());
    GH_TRY(const auto identity, provider->redeem({.code = Secret<std::string>(*input_.code),
                                                  .code_verifier = flow_->code_verifier,
                                                  .nonce = flow_->nonce,
                                                  .redirect_uri = callback_uri(deps_.settings, input_.provider),
                                                  .issuer = input_.issuer,
                                                  .user = input_.user}));
    const bool signs_in = flow_->intent == OAuthIntent::sign_in;
    if (signs_in && client_->transport == Transport::cookie) return sign_in(*provider, identity);
    return hand_code(*provider, identity);
  }

  /// The ticket of the state, if this browser's cookie was made with it. The cookie itself is bound to the provider.
  Result<OAuthTicket> find_own_state() {
    if (!input_.state || input_.state->empty()) return fail(ErrorCode::invalid_state, {}, "no state came back");
    GH_TRY(flow_, open_flow(deps_, input_.provider, input_.flow_cookie));
    const bool own = flow_ && auth::equal_in_constant_time(flow_->state, *input_.state);
    if (!own) flow_.reset();
    const auto hash = ticket_hash(*input_.state);
    GH_TRY(auto ticket,
           deps_.store.read([&](ports::Tx& tx) { return tx.oauth_tickets().find(OAuthTicketKind::state, hash); }));
    at_home_ = own && is_registered();
    const bool known = ticket && ticket->provider == input_.provider;
    if (known && started_ >= ticket->expires_at) return fail(ErrorCode::flow_expired);
    if (known && !own) return fail(ErrorCode::flow_in_another_browser);
    if (!known) return fail(ErrorCode::invalid_state, {}, own ? "the state was spent before" : "the state is unknown");
    return std::move(*ticket);
  }

  /// Configurations change while people are away.
  bool is_registered() const {
    const auto* client = deps_.settings.find_client(flow_->client_id);
    return client != nullptr && domain::check_redirect(client->redirect_uris, flow_->redirect_to).has_value();
  }

  Result<> find_home() {
    GH_TRY(client_, get_client(deps_, flow_->client_id));
    if (!at_home_) return fail(ErrorCode::invalid_redirect);
    return {};
  }

  Result<> spend(const OAuthTicket& state) {
    return deps_.store.write([&](ports::Tx& tx) -> Result<> {
      GH_TRY(const bool taken, tx.oauth_tickets().consume(state.id, started_));
      if (!taken) return fail(ErrorCode::invalid_state, {}, "the state was spent at the same moment");
      return {};
    });
  }

  /// With link and reauthenticate the session comes out of the flow's cookie, and must be live.
  Result<> check_session() {
    if (flow_->intent == OAuthIntent::sign_in) return {};
    if (!flow_->session_id) return fail(ErrorCode::no_session);
    GH_TRY(const auto found,
           deps_.store.read([&](ports::Tx& tx) { return tx.sessions().find_with_user(*flow_->session_id); }));
    if (!found || !domain::is_live(found->session, started_) || !domain::may_hold_sessions(found->user))
      return fail(ErrorCode::no_session);
    return {};
  }

  Result<FlowFinished> sign_in(const ports::IdentityProvider& provider, const ports::ProviderIdentity& identity) {
    GH_TRY(auto sealed_tokens, seal_tokens(deps_, identity));
    GH_TRY(auto outcome, sign_in_with_provider(deps_,
                                               {.arrival = {provider.facts(), identity, std::move(sealed_tokens)},
                                                .client = *client_,
                                                .device_token = flow_->device_token,
                                                .started = started_},
                                               request_));
    FlowFinished finished{flow_->redirect_to, {}, true, {}};
    if (const auto* challenge = std::get_if<ChallengeIssued>(&outcome)) {
      finished.location += "#challenge=" + challenge->id.expose() + "&methods=";
      for (const auto& method : challenge->methods)
        finished.location += (&method == &challenge->methods.front() ? "" : ",") + method;
    } else if (const auto* enrollment = std::get_if<EnrollmentIssued>(&outcome)) {
      finished.location += "#enrollment=" + enrollment->token.expose();
    }
    finished.outcome = std::move(outcome);
    return finished;
  }

  /// A code for the client that began the flow; nothing of the account is touched before it comes back.
  Result<FlowFinished> hand_code(const ports::IdentityProvider& provider, ports::ProviderIdentity identity) {
    ProvedIdentity proved;
    GH_TRY(proved.sealed_tokens, seal_tokens(deps_, identity));
    identity.tokens.reset();
    if (flow_->intent == OAuthIntent::sign_in)
      GH_CHECK(check_provider_sign_in(
          deps_, {.arrival = {provider.facts(), identity, {}}, .client = *client_, .started = started_}, request_));
    proved.identity = std::move(identity);
    proved.redirect_to = flow_->redirect_to;
    proved.code_challenge = flow_->code_challenge;
    proved.started_at = flow_->started_at;
    GH_TRY(auto payload, seal_proved(deps_, input_.provider, proved));
    const std::string code = "gthx_" + auth::random_token();
    auto ticket = make_ticket(OAuthTicketKind::code, code, input_.provider, client_->name, deps_.clock.now());
    ticket.intent = flow_->intent;
    ticket.session_id = flow_->session_id;
    ticket.payload = std::move(payload);
    GH_TRY([[maybe_unused]] const bool added,
           deps_.store.write([&](ports::Tx& tx) { return tx.oauth_tickets().add(ticket); }));
    return FlowFinished{with_parameter(flow_->redirect_to, "code", code), {}, true, {}};
  }

  const Dependencies& deps_;
  const CallbackInput& input_;
  const RequestInfo& request_;
  const Timestamp started_;
  std::optional<ProviderFlow> flow_;
  const ClientSettings* client_ = nullptr;
  bool at_home_ = false;  ///< the flow is this browser's, so its redirect_to may be believed
};

}  // namespace

Result<FlowFinished> finish_provider_flow(const Dependencies& deps, const CallbackInput& input,
                                          const RequestInfo& request) {
  return Callback(deps, input, request).run();
}

}  // namespace gatehouse::application
