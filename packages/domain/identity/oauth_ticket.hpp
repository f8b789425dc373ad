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

/// How long each kind is good. A spent ID token is remembered until it would have expired, which its maker sets.
constexpr Duration lifetime_of(OAuthTicketKind kind) {
  const bool at_once = kind == OAuthTicketKind::request || kind == OAuthTicketKind::code;
  return at_once ? std::chrono::minutes(2) : std::chrono::minutes(10);
}
/// Expired tickets stay this long, so that somebody who comes too late is told so.
inline constexpr Duration kTicketAftermath = std::chrono::hours(1);

struct OAuthTicket {
  OAuthTicketId id;
  OAuthTicketKind kind = OAuthTicketKind::state;
  std::string token_hash;  ///< 32 bytes: SHA-256 of the value; unique with kind
  std::string provider;
  std::string client_id;
  OAuthIntent intent = OAuthIntent::sign_in;
  std::optional<SessionId> session_id;  ///< link and reauthenticate: the session that began it, and alone may finish it
  std::string payload;                  ///< sealed bytes of what the kind needs besides; empty for nothing
  Timestamp created_at;
  Timestamp expires_at;
};

}  // namespace gatehouse::domain
