#include "composition/backlog.hpp"

#include <algorithm>

namespace gatehouse::composition {
namespace {

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Duration age(const std::optional<Timestamp>& since, Timestamp now) {
  return since ? std::max<Duration>(now - *since, Duration::zero()) : Duration::zero();
}

}  // namespace

std::optional<Backlog::State> Backlog::look() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - asked_at_ >= std::chrono::seconds(1)) {
    const auto state = ask();
    state_ = state ? std::optional(*state) : std::nullopt;
    asked_at_ = now;
  }
  return state_;
}

Result<Backlog::State> Backlog::ask() {
  const Timestamp now = core_.deps().clock.now();
  return core_.store().read([&](ports::Tx& tx) -> Result<State> {
    State state;
    if (core_.settings().has_bus) {
      GH_TRY(state.events, tx.outbox().count_unpublished());
      GH_TRY(const auto oldest, tx.outbox().oldest_unpublished());
      state.oldest_event = age(oldest, now);
    }
    GH_TRY(state.mails, tx.mails().count_queued());
    GH_TRY(const auto due, tx.mails().due_since(now));
    state.mail_overdue = age(due, now);
    return state;
  });
}

void Backlog::expose(observability::Metrics& metrics) {
  auto events = metrics.gauge("gatehouse_events_waiting", "Events that are not published yet, at most 200000");
  auto lag = metrics.gauge("gatehouse_events_lag_seconds", "Age of the oldest event that is not published yet");
  auto mails = metrics.gauge("gatehouse_mails_waiting", "Mails that no provider has taken yet");
  auto overdue = metrics.gauge("gatehouse_mails_overdue_seconds", "How long the mail that is due longest has waited");
  metrics.before_exposition([this, events, lag, mails, overdue]() mutable {
    const auto state = look();
    if (!state) return;
    events.set(static_cast<double>(state->events));
    lag.set(in_seconds(state->oldest_event));
    mails.set(static_cast<double>(state->mails));
    overdue.set(in_seconds(state->mail_overdue));
  });
}

}  // namespace gatehouse::composition
