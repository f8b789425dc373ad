#include "domain/identity/throttle_policy.hpp"

#include <algorithm>

namespace gatehouse::domain {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

ThrottleLimits::ThrottleLimits()
    : account{10, seconds(30), hours(1), 100, hours(24), hours(1)},
      network{50, seconds(2), minutes(15), 5000, hours(1), seconds(30)},
      pair{5, seconds(30), hours(1), 50, hours(24), hours(1)},
      device{10, seconds(30), minutes(15), 100, hours(1), minutes(15)},
      mail_address{5, minutes(10), hours(2), 20, hours(24), minutes(30)},
      mail_device{3, minutes(10), hours(2), 20, hours(24), minutes(30)},
      mail_network{60, seconds(10), minutes(15), 1000, hours(1), seconds(30)},
      sign_up{100, seconds(5), minutes(15), 5000, hours(1), seconds(10)},
      // Nothing is guessed here, and whole companies share an address: it only bounds the rows that one network makes.
      provider_flow{1000, seconds(1), minutes(1), 100'000, minutes(1), seconds(1)} {}

const BudgetLimits& ThrottleLimits::of(BudgetKind kind) const {
  switch (kind) {
    case BudgetKind::account:
      return account;
    case BudgetKind::network:
      return network;
    case BudgetKind::pair:
      return pair;
    case BudgetKind::device:
      return device;
    case BudgetKind::mail_address:
      return mail_address;
    case BudgetKind::mail_device:
      return mail_device;
    case BudgetKind::mail_network:
      return mail_network;
    case BudgetKind::sign_up:
      return sign_up;
    case BudgetKind::provider_flow:
      return provider_flow;
  }
  return account;
}

std::vector<BudgetKind> sign_in_budgets(bool known_device) {
  if (known_device) return {BudgetKind::device};
  return {BudgetKind::account, BudgetKind::network, BudgetKind::pair};
}

std::vector<BudgetKind> mail_budgets(bool known_device) {
  if (known_device) return {BudgetKind::mail_device};
  return {BudgetKind::mail_address, BudgetKind::mail_network};
}

Duration delay_after(const BudgetLimits& limits, std::int64_t failures) {
  if (failures < limits.free) return Duration::zero();
  if (failures >= limits.ceiling) return std::max(limits.closed_for, limits.max_delay);
  Duration delay = limits.base_delay;
  for (auto n = limits.free; n < failures && delay < limits.max_delay; ++n) delay *= 2;
  return std::min(delay, limits.max_delay);
}

BudgetState forgiven(const BudgetState& state, const BudgetLimits& limits, Timestamp now) {
  if (state.failures <= 0) return {};
  // Nothing is forgiven while a wait runs, or a closed budget would open itself.
  const auto delay = delay_after(limits, state.failures);
  const auto begin = delay > Duration::zero() ? std::max(state.forgiven_at, state.last_at + delay) : state.forgiven_at;
  if (now <= begin || limits.forgive_every <= Duration::zero()) return state;
  const auto count = (now - begin) / limits.forgive_every;
  if (count >= state.failures) return {};
  if (count == 0) return state;
  return {state.failures - count, state.last_at, begin + count * limits.forgive_every};
}

Duration wait_of(const BudgetState& state, const BudgetLimits& limits, Timestamp now) {
  const auto current = forgiven(state, limits, now);
  const auto delay = delay_after(limits, current.failures);
  if (delay == Duration::zero()) return delay;
  return std::max(Duration::zero(), current.last_at + delay - now);
}

Reservation reserve(const std::vector<Budget>& budgets, Timestamp now) {
  Reservation reservation;
  for (const auto& budget : budgets) {
    reservation.retry_after = std::max(reservation.retry_after, wait_of(budget.state, budget.limits, now));
  }
  if (reservation.retry_after > Duration::zero()) return reservation;
  reservation.admitted = true;
  for (const auto& budget : budgets) {
    auto state = forgiven(budget.state, budget.limits, now);
    reservation.receipts.push_back({budget.kind, now, state.last_at});
    if (state.failures == 0) state.forgiven_at = now;
    ++state.failures;
    state.last_at = std::max(state.last_at, now);
    reservation.states.push_back(state);
  }
  return reservation;
}

bool leaves_nothing(BudgetKind kind, TryOutcome outcome) {
  return outcome == TryOutcome::success && (kind == BudgetKind::device || kind == BudgetKind::pair);
}

BudgetState settle(const BudgetState& state, const BudgetReceipt& receipt, TryOutcome outcome) {
  if (outcome == TryOutcome::failure) return state;
  if (leaves_nothing(receipt.kind, outcome) || state.failures <= 1) return {};
  auto settled = state;
  --settled.failures;
  // Nobody tried since: the wait is again what it was, so that a success delays no one.
  if (settled.last_at == receipt.reserved_at) settled.last_at = receipt.previous_at;
  return settled;
}

bool is_forgotten(const BudgetState& state, const BudgetLimits& limits, Timestamp now) {
  const auto current = forgiven(state, limits, now);
  return current.failures == 0 && wait_of(state, limits, now) == Duration::zero();
}

}  // namespace gatehouse::domain
