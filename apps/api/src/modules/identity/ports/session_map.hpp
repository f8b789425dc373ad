#pragma once
// The bounded in-memory map of session tokens to what a session check answers, in front of the store. An entry answers
// only while this process holds the fence of decision 1: a proof, at most one second old on the monotonic clock, that
// every earlier revocation, by whatever process, was heard. Thread-safe; lookups never block on the store.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/identity/actor.hpp"
#include "domain/identity/ids.hpp"
#include "domain/identity/session.hpp"
#include "foundation/time.hpp"

namespace gatehouse::ports {

/// What is known of a live session: the caller's Actor, and its JSON as GET /v1/session answers it, made once.
struct SessionSnapshot {
  domain::Actor actor;
  std::shared_ptr<const std::string> actor_json;
  std::string client_id;
  std::chrono::steady_clock::time_point asked_at{};  ///< when the store was asked, for diagnostics
  Timestamp touch_after{};                           ///< from then on the session's last_seen_at is worth a write
  Timestamp ends_at{};                               ///< earliest of idle, absolute and role expiry
};

class SessionMap {
 public:
  virtual ~SessionMap() = default;

  /// The snapshot of the token whose SHA-256 is `token_hash`, if it is in the map, not past `ends_at` at `now`, and
  /// the fence is held. Otherwise nullptr: ask the store.
  virtual std::shared_ptr<const SessionSnapshot> find(std::string_view token_hash, Timestamp now) const = 0;

  /// Take this before the store is read, and hand it to put(): an invalidation in between makes put() a no-op.
  virtual std::uint64_t generation() const = 0;
  virtual void put(std::string_view token_hash, std::shared_ptr<const SessionSnapshot> snapshot,
                   std::uint64_t generation) = 0;

  /// Drops what a committed write ended or changed. Called by the application after its own writes, and by the
  /// fence for those of other processes.
  virtual void drop_session(const domain::SessionId& id) = 0;
  virtual void drop_user(const domain::UserId& id) = 0;
  virtual void drop_all() = 0;
};

}  // namespace gatehouse::ports
