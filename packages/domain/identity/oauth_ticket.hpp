#pragma once
// OAuthTicket: every use-once thing of a provider sign-in (table `oauth_tickets`): the request that a start link
// carries, the state at the provider, the code handed back to the client, a nonce for native sheets, and the hash of an
// ID token already spent. Consumed by one guarded statement.
#include <optional>
#include <string>

#include "domain/identity/enum_text.hpp"
#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

enum class OAuthTicketKind { request, state, code, nonce, spent_id_token };
GH_ENUM_NAMES(OAuthTicketKind, "request", "state", "code", "nonce", "spent_id_token");

enum class OAuthIntent { sign_in, link, reauthenticate };
GH_ENUM_NAMES(OAuthIntent, "sign_in", "link", "reauthenticate");

struct OAuthTicket {
  OAuthTicketId id;
  OAuthTicketKind kind = OAuthTicketKind::state;
  std::string token_hash;  ///< 32 bytes: SHA-256 of the value; unique with kind
  std::string provider;
  std::string client_id;
  OAuthIntent intent = OAuthIntent::sign_in;
  std::optional<SessionId> session_id;  ///< link and reauthenticate: the session that began it, and alone may finish it
  std::string payload;                  ///< JSON object, sealed where it holds a verifier or tokens
  Timestamp created_at;
  Timestamp expires_at;
};

}  // namespace gatehouse::domain
