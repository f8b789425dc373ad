#include "modules/identity/application/native_sign_in.hpp"

#include "auth/crypto/random.hpp"
#include "auth/encoding.hpp"
#include "domain/identity/profile_policy.hpp"
#include "modules/identity/application/sign_in_with_provider.hpp"

namespace gatehouse::application {
namespace {

using domain::OAuthTicket;
using domain::OAuthTicketKind;

/// The hashes under which the nonce of a token may be known: of the claim itself, or the claim where the sheet sends
/// the SHA-256 of what it was given, in hex or base64url.
std::vector<std::string> possible_hashes(const std::string& claim) {
  std::vector<std::string> hashes{ticket_hash(claim)};
  for (auto decoded : {auth::hex_decode(claim), auth::base64url_decode(claim)})
    if (decoded && decoded->size() == hashes.front().size()) hashes.push_back(std::move(*decoded));
  return hashes;
}

Result<OAuthTicket> find_nonce(ports::Tx& tx, const std::string& claim, const NativeSignInInput& input,
                               const std::string& client_id) {
  for (const auto& hash : possible_hashes(claim)) {
    GH_TRY(auto ticket, tx.oauth_tickets().find(OAuthTicketKind::nonce, hash));
    if (ticket && ticket->provider == input.provider && ticket->client_id == client_id) return std::move(*ticket);
  }
  return fail(ErrorCode::invalid_provider_token, {}, "the nonce is not one of ours for this provider and client");
}

/// Both the nonce and the token are spent before anything is looked up, whatever comes of it.
Result<> spend(ports::Tx& tx, const NativeSignInInput& input, const ClientSettings& client,
               const ports::NativeIdentity& native, Timestamp now) {
  GH_TRY(const auto nonce, find_nonce(tx, native.nonce, input, client.name));
  GH_TRY(const bool taken, tx.oauth_tickets().consume(nonce.id, now));
  if (!taken) return fail(ErrorCode::invalid_provider_token, {}, "the nonce is spent or has expired");
  auto spent = make_ticket(OAuthTicketKind::spent_id_token, input.id_token.expose(), input.provider, client.name, now);
  spent.expires_at = native.expires_at;
  GH_TRY(const bool first, tx.oauth_tickets().add(spent));
  if (!first) return fail(ErrorCode::invalid_provider_token, {}, "the token was used before");
  return {};
}

}  // namespace

Result<std::string> create_provider_nonce(const Dependencies& deps, const std::string& provider,
                                          const std::string& client_id, const RequestInfo& request) {
  GH_CHECK(find_provider(deps, provider));
  GH_TRY(const auto* client, get_client(deps, client_id));
  std::string nonce = auth::random_token();
  const Timestamp now = deps.clock.now();
  const auto ticket = make_ticket(OAuthTicketKind::nonce, nonce, provider, client->name, now);
  GH_CHECK(deps.store.write([&](ports::Tx& tx) -> Result<> {
    GH_CHECK(spend_flow(tx, deps, request, now));
    GH_TRY([[maybe_unused]] const bool added, tx.oauth_tickets().add(ticket));
    return {};
  }));
  return nonce;
}

Result<SignInOutcome> sign_in_with_id_token(const Dependencies& deps, const NativeSignInInput& input,
                                            const RequestInfo& request) {
  GH_TRY(auto* provider, find_provider(deps, input.provider));
  GH_TRY(const auto* client, get_client(deps, input.client_id));
  if (input.name) GH_CHECK(domain::check_name(*input.name));
  const Timestamp started = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) { return spend_flow(tx, deps, request, started); }));
  GH_TRY(const auto native, provider->verify_id_token(input.id_token));
  const Timestamp now = deps.clock.now();
  GH_CHECK(deps.store.write([&](ports::Tx& tx) { return spend(tx, input, *client, native, now); }));
  return sign_in_with_provider(deps,
                               {.arrival = {provider->facts(), native.identity, {}},
                                .client = *client,
                                .device_token = input.device_token,
                                .given_name = input.name,
                                .started = started},
                               request);
}

}  // namespace gatehouse::application
