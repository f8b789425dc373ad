#pragma once
// Authenticator: turns what a call carries into a Caller: session tokens, access tokens, service keys. The only maker
// of Callers. find_cached() is the hot path and never touches the store; snapshot_later() asks it without waiting,
// where the store can be asked so; everything else blocks on it, on a lane.
#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "modules/identity/application/caller.hpp"
#include "modules/identity/application/dependencies.hpp"

namespace gatehouse::application {

class Authenticator {
 public:
  explicit Authenticator(const Dependencies& deps) : deps_(deps) {}

  /// What the session map knows of the token, if it may answer now. nullptr: ask snapshot(). Never blocks.
  std::shared_ptr<const ports::SessionSnapshot> find_cached(std::string_view token) const;

  /// getActorBySessionToken: the session behind the token, from the map or the store, its last_seen_at moved on where
  /// it is due. Returns `no_session`, `wrong_token_type`, or `dependency_unavailable` (never a stale answer).
  Result<std::shared_ptr<const ports::SessionSnapshot>> snapshot(std::string_view token) const;

  /// snapshot() without waiting: `answer`, which must not block, is called once from another thread, with what
  /// snapshot() would have returned, or with nullptr where that has to write, and so must be asked itself. False, and
  /// never called: ask snapshot() at once.
  using SnapshotAnswer = std::function<void(Result<std::shared_ptr<const ports::SessionSnapshot>>)>;
  bool snapshot_later(std::string_view token, SnapshotAnswer answer) const;

  /// The person behind a session token. Errors as snapshot().
  Result<Caller> session(std::string_view token) const;

  /// The person behind an access token with audience `identity`, whose session is live. It may only read.
  /// Returns `no_session` for a bad, expired or foreign token, and once its session has ended.
  Result<Caller> access_token(std::string_view jwt) const;

  /// The service behind a key; its last use is noted. Returns `invalid_service_key` or `wrong_token_type`.
  Result<Caller> service(std::string_view key) const;

 private:
  /// What was so when the store was asked.
  struct Asked {
    std::uint64_t generation;
    std::chrono::steady_clock::time_point at;
    Timestamp now;
  };
  Asked ask() const;
  std::shared_ptr<const ports::SessionSnapshot> remember(const ports::SessionAndUser& found, const Asked& asked) const;
  Result<std::shared_ptr<const ports::SessionSnapshot>> load(const domain::SessionId& id,
                                                             const std::optional<std::string>& token_hash) const;
  const Dependencies& deps_;
};

/// The Actor of a session, its user and the roles that hold now: what a session check, a JWT and a sign-in answer with.
domain::Actor actor_of(const Settings& settings, const domain::Session& session, const domain::User& user,
                       const std::vector<domain::RoleAssignment>& roles, Timestamp now);

}  // namespace gatehouse::application
