#pragma once
// Session: a signed-in person at one client (the seed's Session; table `sessions`). The token is never kept, only its
// SHA-256. A row that exists and is_live(session, now) is the whole proof; ending a session removes the row. Lifetimes
// and touching: session_policy.hpp.
#include <optional>
#include <string>
#include <vector>

#include "domain/identity/authentication.hpp"
#include "domain/identity/ids.hpp"
#include "foundation/time.hpp"

namespace gatehouse::domain {

struct Session {
  SessionId id;
  UserId user_id;
  std::string token_hash;  ///< 32 bytes: SHA-256 of the whole token
  std::string client_id;   ///< `[clients.NAME]`; the session is that client's alone
  Timestamp created_at;
  Timestamp authenticated_at;  ///< the last full proof; step-up measures from here
  Timestamp last_seen_at;      ///< written seldom: see needs_touch
  Timestamp expires_at;        ///< absolute end
  Duration idle_timeout{};     ///< ends this long after last_seen_at
  Acr acr = Acr::aal1;
  std::vector<std::string> amr;
  std::string ip;
  std::string user_agent;
  std::string device;  ///< for people, e.g. "Firefox on Linux"
  std::optional<DeviceId> device_id;
};

/// Why a session ended by force: `reason` of identity.session.revoked. Own sign-outs and expiry are not among them.
enum class RevocationReason {
  admin,
  owner,
  password_reset,
  password_changed,
  user_disabled,
  user_deleted,
  not_me,
  limit,
  screening
};
GH_ENUM_NAMES(RevocationReason, "admin", "owner", "password_reset", "password_changed", "user_disabled", "user_deleted",
              "not_me", "limit", "screening");

/// A row of the revocation feed (`GET /v1/revocations`): one session, or all of a user's begun before `before`.
/// Written in the transaction that ends them; exactly one of the two ids is set.
struct SessionInvalidation {
  std::optional<SessionId> session_id;
  std::optional<UserId> user_id;
  Timestamp before;
  Timestamp expires_at;  ///< nothing it concerns can be alive after this; the row may go
};

}  // namespace gatehouse::domain
