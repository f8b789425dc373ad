#pragma once
// A sign-in with a provider as it travels (decisions 23–26): what its stages share. The flow lives in a cookie of the
// browser that began it, encrypted and bound to its provider; beside it a use-once ticket in the store, so that a state
// is good once. Used by start, callback, exchange and the native sheets.
#include <optional>
#include <string>

#include "domain/identity/oauth_ticket.hpp"
#include "modules/identity/application/dependencies.hpp"
#include "modules/identity/application/request_info.hpp"

namespace gatehouse::application {

/// What the flow's cookie keeps while the browser is at the provider.
struct ProviderFlow {
  std::string state;
  std::string nonce;
  Secret<std::string> code_verifier;
  std::string redirect_to;
  std::string client_id;
  domain::OAuthIntent intent = domain::OAuthIntent::sign_in;
  std::optional<domain::SessionId> session_id;  ///< link and reauthenticate: whose flow it is
  std::optional<std::string> code_challenge;    ///< the client's own, for the exchange
  std::optional<std::string> device_token;      ///< kept here since Apple's POST brings no Lax cookie
  Timestamp started_at;
};

/// The cookie's value. Returns `dependency_unavailable` where the data key can't be had.
Result<Secret<std::string>> seal_flow(const Dependencies& deps, const std::string& provider, const ProviderFlow& flow);
/// The flow in a cookie of that provider; nothing for any other text. Returns `dependency_unavailable` likewise.
Result<std::optional<ProviderFlow>> open_flow(const Dependencies& deps, const std::string& provider,
                                              const std::optional<std::string>& cookie);

/// A JSON object kept sealed in a ticket, or in a cookie, of that provider and kind.
Result<std::string> seal_for(const Dependencies& deps, std::string_view kind, const std::string& provider,
                             std::string_view plaintext);
Result<Secret<std::string>> open_for(const Dependencies& deps, std::string_view kind, const std::string& provider,
                                     std::string_view sealed);

/// The configured provider. Returns `unknown_provider`.
Result<ports::IdentityProvider*> find_provider(const Dependencies& deps, const std::string& name);
/// The client. Returns `invalid_client`.
Result<const ClientSettings*> get_client(const Dependencies& deps, const std::string& client_id);

/// `{public_url}/v1/oauth/{provider}/callback`: one a provider, to be registered there to the letter.
std::string callback_uri(const Settings& settings, const std::string& provider);

/// How a ticket's value is kept: its SHA-256.
std::string ticket_hash(std::string_view value);
/// A ticket with a fresh id, hash and end; the rest is the caller's.
domain::OAuthTicket make_ticket(domain::OAuthTicketKind kind, std::string_view value, std::string provider,
                                std::string client_id, Timestamp now);

/// Room for one more flow from the caller's network. Returns `throttled`.
Result<> spend_flow(ports::Tx& tx, const Dependencies& deps, const RequestInfo& request, Timestamp now);

/// Where a failed flow ends: at the front end that began it, or at the page that explains.
std::string with_parameter(const std::string& uri, std::string_view name, std::string_view value);
std::string with_error(const std::string& uri, ErrorCode code);

}  // namespace gatehouse::application
