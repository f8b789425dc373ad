#pragma once
// Sessions, and the record of their endings that replicas, verifiers and GET /v1/revocations follow.
#include "domain/identity/role_assignment.hpp"
#include "domain/identity/session.hpp"
#include "domain/identity/user.hpp"
#include "foundation/result.hpp"
#include "modules/identity/ports/page.hpp"

namespace gatehouse::ports {

/// What a session check needs, read in one go, and no more of either: never to be written back.
struct SessionAndUser {
  domain::Session session;
  domain::User user;
  std::vector<domain::RoleAssignment> roles;
};

class Sessions {
 public:
  virtual ~Sessions() = default;
  virtual Result<> add(const domain::Session& session) = 0;
  virtual Result<std::optional<domain::Session>> find(const domain::SessionId& id) = 0;
  virtual Result<std::optional<SessionAndUser>> find_with_user(const domain::SessionId& id) = 0;
  /// The same of several at once, in no order; those that are not there are left out.
  virtual Result<std::vector<SessionAndUser>> find_with_users(const std::vector<domain::SessionId>& ids) = 0;
  /// The user's sessions, newest first, ended ones not among them.
  virtual Result<std::vector<domain::Session>> list(const domain::UserId& user, Timestamp now) = 0;
  /// How many the user has at the most: ended ones that are not swept yet are counted too.
  virtual Result<std::int64_t> count_at_most(const domain::UserId& user) = 0;
  /// Replaces the token and the authentication of a live session (step-up: a new token, the old one is dead).
  /// The row count decides: false when the session is gone or its token is no longer `old_token_hash`.
  virtual Result<bool> renew(const domain::Session& session, const std::string& old_token_hash) = 0;
  /// Moves last_seen_at forward, and never back.
  virtual Result<> touch(const domain::SessionId& id, Timestamp seen_at) = 0;
  /// Ends one session: the removed row, or nothing when it was gone already.
  virtual Result<std::optional<domain::Session>> remove(const domain::SessionId& id) = 0;
  /// Ends all of a user's but `except`; returns the removed rows.
  virtual Result<std::vector<domain::Session>> remove_all(const domain::UserId& user,
                                                          const std::optional<domain::SessionId>& except) = 0;
  virtual Result<int> remove_expired(Timestamp now, int limit) = 0;
  virtual Result<Total> count_live(Timestamp now) = 0;
};

/// The ending of one session, or of all of a user's sessions begun before `before` (or a change of what they may do).
struct Invalidation {
  std::int64_t sequence = 0;                    ///< set by the sealer; 0 before
  std::optional<domain::SessionId> session_id;  ///< one of the two is set
  std::optional<domain::UserId> user_id;
  Timestamp before{};      ///< tokens issued before this are dead
  Timestamp expires_at{};  ///< when the last access token of it has expired
  bool ending = true;      ///< false: only drop cached state (a role or profile changed)
};

class Invalidations {
 public:
  virtual ~Invalidations() = default;
  /// Written in the transaction of its cause. On PostgreSQL it also notifies the other replicas.
  virtual Result<> add(const Invalidation& invalidation) = 0;
  /// Sealed endings after `sequence`, oldest first; for GET /v1/revocations.
  virtual Result<std::vector<Invalidation>> list_endings(std::int64_t after, Timestamp now, int limit) = 0;
  /// All rows, sealed or not, added after the position; for the fence of another process on SQLite.
  virtual Result<std::vector<Invalidation>> list_new(std::int64_t& position) = 0;
  virtual Result<int> remove_expired(Timestamp now, int limit) = 0;
};

}  // namespace gatehouse::ports
