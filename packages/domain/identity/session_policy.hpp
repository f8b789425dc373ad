#pragma once
// Session policy: how long a session lives, when its row is written again, which ones make room for a new one, and when
// a call needs a fresher or stronger proof (ASVS 7.3, 7.5; RFC 9470). Pure; any thread.
#include <chrono>
#include <cstddef>
#include <vector>

#include "domain/identity/role_assignment.hpp"
#include "domain/identity/session.hpp"
#include "domain/identity/user.hpp"
#include "foundation/result.hpp"

namespace gatehouse::domain {

/// `[session]` of the configuration, with what a client overrides.
struct SessionLimits {
  Duration idle_timeout = std::chrono::hours(24 * 14);
  Duration absolute_timeout = std::chrono::hours(24 * 30);
  std::size_t max_per_user = 100;
};

inline constexpr std::chrono::seconds kStepUpMaxAge = std::chrono::minutes(15);

/// Gives a session its start and its ends; all other members are the caller's.
void begin_session(Session& session, const SessionLimits& limits, Timestamp now);

/// When it ends if nobody uses it: never after the absolute end.
Timestamp idle_end(const Session& session);

/// Live from its start until the earlier of its two ends, that instant excluded.
bool is_live(const Session& session, Timestamp now);

/// Whether such a user may have sessions at all: active, and not a confirmed match.
bool may_hold_sessions(const User& user);

/// Whether last_seen_at is old enough to write again: a twentieth of the idle timeout, at most a minute. So a session
/// in constant use costs a write a minute, not a write a request.
bool needs_touch(const Session& session, Timestamp now);
/// From when on that is so.
Timestamp touch_due_at(const Session& session);

/// Until when an answer about this session may be repeated from memory: the earliest of idle end, absolute end and the
/// end of any role that is live now.
Timestamp answer_ends_at(const Session& session, const std::vector<RoleAssignment>& roles, Timestamp now);

/// The sessions to end so that one more fits within `max_per_user`: the oldest by creation. Ended ones don't count.
std::vector<SessionId> sessions_to_end(std::vector<Session> sessions, std::size_t max_per_user, Timestamp now);

/// The highest level that an account can prove.
inline Acr highest_level(bool has_second_factor) { return has_second_factor ? Acr::aal2 : Acr::aal1; }

/// Whether the session was proved recently and strongly enough for a sensitive call.
/// Returns `reauthentication_required` with what is needed.
Result<> check_step_up(Timestamp authenticated_at, Acr proved, Acr needed, Timestamp now,
                       std::chrono::seconds max_age = kStepUpMaxAge);

}  // namespace gatehouse::domain
