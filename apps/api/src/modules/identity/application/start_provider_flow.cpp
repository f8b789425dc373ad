#include "modules/identity/application/start_provider_flow.hpp"

#include <boost/json/serialize.hpp>

#include "auth/crypto/random.hpp"
#include "auth/pkce.hpp"
#include "auth/strict_json.hpp"
#include "domain/identity/redirect_policy.hpp"
#include "modules/identity/application/actor_json.hpp"

namespace gatehouse::application {
namespace {

namespace json = boost::json;
using domain::OAuthIntent;
using domain::OAuthTicketKind;

constexpr std::string_view kRequest = "request";

/// What a flow is for, before it has secrets of its own.
struct Plan {
  std::string redirect_to;
  std::string client_id;
  OAuthIntent intent = OAuthIntent::sign_in;
  std::optional<domain::SessionId> session_id;
  std::optional<std::string> code_challenge;
};

std::optional<std::string> member(const json::object& from, std::string_view name) {
  const auto* found = from.if_contains(name);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return std::string(found->get_string());
}

Result<Plan> plan_directly(const Dependencies& deps, const StartInput& input) {
  GH_TRY(const auto* client, get_client(deps, input.client_id));
  if (client->transport != Transport::cookie)
    return fail_field(ErrorCode::invalid_client, "client_id", "not_a_cookie_client",
                      "this client has no cookies; ask for a link by POST /v1/oauth/{provider}/authorize");
  if (!input.redirect_to)
    return fail_field(ErrorCode::invalid_request, "redirect_to", "required", "say where to return to");
  GH_CHECK(domain::check_redirect(client->redirect_uris, *input.redirect_to));
  return Plan{*input.redirect_to, client->name, OAuthIntent::sign_in, {}, {}};
}

Result<Plan> plan_by_link(const Dependencies& deps, const StartInput& input, const domain::OAuthTicket& ticket) {
  GH_TRY(const auto plain, open_for(deps, kRequest, input.provider, ticket.payload));
  const auto object = auth::parse_strict_object(plain.expose());
  if (!object) return fail(ErrorCode::invalid_state, {}, "the link's payload can't be read");
  return Plan{member(*object, "redirect_to").value_or(""), ticket.client_id, ticket.intent, ticket.session_id,
              member(*object, "code_challenge")};
}

/// The ticket of a start link, which is not taken yet. Returns `invalid_state`, `flow_expired`.
Result<domain::OAuthTicket> find_link(const Dependencies& deps, const StartInput& input, Timestamp now) {
  const auto hash = ticket_hash(*input.request);
  GH_TRY(const auto ticket,
         deps.store.read([&](ports::Tx& tx) { return tx.oauth_tickets().find(OAuthTicketKind::request, hash); }));
  if (!ticket || ticket->provider != input.provider) return fail(ErrorCode::invalid_state);
  if (now >= ticket->expires_at) return fail(ErrorCode::flow_expired);
  return *ticket;
}

bool is_told_to_the_person(ErrorCode code) {
  return code == ErrorCode::invalid_state || code == ErrorCode::flow_expired || code == ErrorCode::provider_error ||
         code == ErrorCode::provider_timeout;
}

class Start {
 public:
  Start(const Dependencies& deps, const StartInput& input, const RequestInfo& request,
        ports::IdentityProvider& provider)
      : deps_(deps), input_(input), request_(request), provider_(provider) {}

  Result<FlowStarted> run() {
    auto started = begin();
    if (started || !is_told_to_the_person(started.error().code)) return started;
    FlowStarted told;
    told.location =
        with_error(plan_.redirect_to.empty() ? deps_.settings.links.error : plan_.redirect_to, started.error().code);
    told.failure = std::move(started).error();
    return told;
  }

 private:
  Result<FlowStarted> begin() {
    const Timestamp now = deps_.clock.now();
    std::optional<domain::OAuthTicket> link;
    if (input_.request) {
      GH_TRY(link, find_link(deps_, input_, now));
      GH_TRY(plan_, plan_by_link(deps_, input_, *link));
    } else {
      GH_TRY(plan_, plan_directly(deps_, input_));
    }
    ProviderFlow flow;
    flow.state = auth::random_token();
    flow.nonce = auth::random_token();
    flow.code_verifier = auth::new_code_verifier();
    flow.redirect_to = plan_.redirect_to;
    flow.client_id = plan_.client_id;
    flow.intent = plan_.intent;
    flow.session_id = plan_.session_id;
    flow.code_challenge = plan_.code_challenge;
    flow.device_token = input_.device_token;
    flow.started_at = now;
    GH_CHECK(deps_.store.write([&](ports::Tx& tx) { return write_ticket(tx, flow, link, now); }));

    FlowStarted started;
    GH_TRY(started.cookie, seal_flow(deps_, input_.provider, flow));
    const bool fresh = flow.intent == OAuthIntent::reauthenticate;
    GH_TRY(started.location, provider_.authorization_url(
                                 {.state = flow.state,
                                  .nonce = flow.nonce,
                                  .code_challenge = auth::code_challenge(flow.code_verifier.expose()),
                                  .redirect_uri = callback_uri(deps_.settings, input_.provider),
                                  .fresh_login = fresh ? ports::FreshLogin::required : ports::FreshLogin::not_needed}));
    started.uses_form_post = provider_.facts().uses_form_post;
    return started;
  }

  Result<> write_ticket(ports::Tx& tx, const ProviderFlow& flow, const std::optional<domain::OAuthTicket>& link,
                        Timestamp now) {
    if (link) {
      GH_TRY(const bool taken, tx.oauth_tickets().consume(link->id, now));
      if (!taken) return fail(ErrorCode::invalid_state, {}, "the link was opened before");
    }
    GH_CHECK(spend_flow(tx, deps_, request_, now));
    auto ticket = make_ticket(OAuthTicketKind::state, flow.state, input_.provider, flow.client_id, now);
    ticket.intent = flow.intent;
    ticket.session_id = flow.session_id;
    GH_TRY([[maybe_unused]] const bool added, tx.oauth_tickets().add(ticket));
    return {};
  }

  const Dependencies& deps_;
  const StartInput& input_;
  const RequestInfo& request_;
  ports::IdentityProvider& provider_;
  Plan plan_;
};

/// The client that the flow is for: a session's flow is its own client's.
Result<const ClientSettings*> client_of(const Dependencies& deps, const AuthorizeInput& input, const Caller* caller) {
  if (input.intent == OAuthIntent::sign_in) return get_client(deps, input.client_id);
  if (caller == nullptr) return fail(ErrorCode::no_session);
  const std::string& own = caller->actor().client_id;
  if (!input.client_id.empty() && input.client_id != own)
    return fail_field(ErrorCode::invalid_client, "client_id", "not_the_sessions", "the session is another client's");
  return get_client(deps, own);
}

}  // namespace

Result<std::string> authorize_with_provider(const Dependencies& deps, const AuthorizeInput& input, const Caller* caller,
                                            const RequestInfo& request) {
  GH_CHECK(find_provider(deps, input.provider));
  GH_TRY(const auto* client, client_of(deps, input, caller));
  GH_CHECK(domain::check_redirect(client->redirect_uris, input.redirect_to));
  if (input.code_challenge && !auth::is_code_challenge(*input.code_challenge))
    return fail_field(ErrorCode::invalid_request, "code_challenge", "invalid", "send BASE64URL(SHA256(verifier))");
  if (!input.code_challenge && client->transport == Transport::bearer)
    return fail_field(ErrorCode::invalid_request, "code_challenge", "required",
                      "send a code_challenge (RFC 7636, S256)");

  const json::object plain{{"redirect_to", input.redirect_to}, {"code_challenge", text_or_null(input.code_challenge)}};
  GH_TRY(auto payload, seal_for(deps, kRequest, input.provider, json::serialize(plain)));
  const std::string value = auth::random_token();
  const Timestamp now = deps.clock.now();
  auto ticket = make_ticket(OAuthTicketKind::request, value, input.provider, client->name, now);
  ticket.intent = input.intent;
  if (input.intent != OAuthIntent::sign_in) ticket.session_id = caller->session_id();
  ticket.payload = std::move(payload);
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_CHECK(spend_flow(tx, deps, request, now));
    GH_TRY([[maybe_unused]] const bool added, tx.oauth_tickets().add(ticket));
    return {};
  }));
  return deps.settings.public_url + "/v1/oauth/" + input.provider + "/start?request=" + value;
}

Result<FlowStarted> start_provider_flow(const Dependencies& deps, const StartInput& input, const RequestInfo& request) {
  GH_TRY(auto* provider, find_provider(deps, input.provider));
  return Start(deps, input, request, *provider).run();
}

}  // namespace gatehouse::application
