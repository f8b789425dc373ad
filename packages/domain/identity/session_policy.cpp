#include "domain/identity/session_policy.hpp"

#include <algorithm>
#include <tuple>

namespace gatehouse::domain {

void begin_session(Session& session, const SessionLimits& limits, Timestamp now) {
  session.created_at = now;
  session.authenticated_at = now;
  session.last_seen_at = now;
  session.expires_at = now + limits.absolute_timeout;
  session.idle_timeout = std::min(limits.idle_timeout, limits.absolute_timeout);
}

Timestamp idle_end(const Session& session) {
  return std::min(session.last_seen_at + session.idle_timeout, session.expires_at);
}

bool is_live(const Session& session, Timestamp now) { return now < idle_end(session); }

bool may_hold_sessions(const User& user) {
  return user.status == UserStatus::active && user.screening != Screening::confirmed_match;
}

bool needs_touch(const Session& session, Timestamp now) { return now >= touch_due_at(session); }

Timestamp touch_due_at(const Session& session) {
  return session.last_seen_at + std::min<Duration>(session.idle_timeout / 20, std::chrono::minutes(1));
}

Timestamp answer_ends_at(const Session& session, const std::vector<RoleAssignment>& roles, Timestamp now) {
  auto end = idle_end(session);
  for (const auto& role : roles) {
    if (role.expires_at && role.is_live(now)) end = std::min(end, *role.expires_at);
  }
  return end;
}

std::vector<SessionId> sessions_to_end(std::vector<Session> sessions, std::size_t max_per_user, Timestamp now) {
  std::erase_if(sessions, [&](const Session& session) { return !is_live(session, now); });
  const auto keep = std::max<std::size_t>(max_per_user, 1) - 1;
  if (sessions.size() <= keep) return {};
  std::sort(sessions.begin(), sessions.end(), [](const Session& a, const Session& b) {
    return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id);
  });
  std::vector<SessionId> ended;
  for (std::size_t i = 0; i < sessions.size() - keep; ++i) ended.push_back(sessions[i].id);
  return ended;
}

Result<> check_step_up(Timestamp authenticated_at, Acr proved, Acr needed, Timestamp now,
                       std::chrono::seconds max_age) {
  if (proved >= needed && now - authenticated_at <= max_age) return {};
  Error error;
  error.code = ErrorCode::reauthentication_required;
  error.detail = proved < needed ? "This call needs a second factor." : "This call needs a recent sign-in.";
  error.step_up = StepUp{max_age, std::string(to_text(needed))};
  return fail(std::move(error));
}

}  // namespace gatehouse::domain
