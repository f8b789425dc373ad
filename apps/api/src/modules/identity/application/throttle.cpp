#include "modules/identity/application/throttle.hpp"

#include <algorithm>

#include "auth/encoding.hpp"
#include "domain/identity/network_key.hpp"

namespace gatehouse::application {
namespace {

std::string key_of(const Dependencies& deps, domain::BudgetKind kind, const ThrottleSubject& subject) {
  const std::string network = domain::network_key(subject.ip);
  const auto hashed = [&](const std::string& value) {
    return auth::base64url_encode(deps.cipher.keyed_hash("throttle", value));
  };
  switch (kind) {
    case domain::BudgetKind::account:
    case domain::BudgetKind::mail_address:
      return hashed(subject.email_canonical);
    case domain::BudgetKind::network:
    case domain::BudgetKind::mail_network:
    case domain::BudgetKind::sign_up:
    case domain::BudgetKind::provider_flow:
      return hashed(network);
    case domain::BudgetKind::pair:
      return hashed(subject.email_canonical + '\n' + network);
    case domain::BudgetKind::device:
    case domain::BudgetKind::mail_device:
      return hashed(subject.device ? subject.device->str() : std::string());
  }
  return {};
}

Failure throttled(Duration wait) {
  Error error;
  error.code = ErrorCode::throttled;
  error.detail = "Too many attempts; wait before the next one.";
  error.retry_after = std::max(std::chrono::ceil<std::chrono::seconds>(wait), std::chrono::seconds(1));
  return fail(std::move(error));
}

}  // namespace

std::vector<ports::BudgetKey> budgets_of(const Dependencies& deps, std::vector<domain::BudgetKind> kinds,
                                         const ThrottleSubject& subject) {
  std::vector<ports::BudgetKey> keys;
  if (!deps.settings.throttle_enabled) return keys;
  std::sort(kinds.begin(), kinds.end());  // by the enum
  keys.reserve(kinds.size());
  for (const auto kind : kinds) keys.push_back({kind, key_of(deps, kind, subject)});
  return keys;
}

Result<Reserved> reserve_try(ports::Tx& tx, const Dependencies& deps, const std::vector<domain::BudgetKind>& kinds,
                             const ThrottleSubject& subject, Timestamp now) {
  Reserved reserved;
  const auto keys = budgets_of(deps, kinds, subject);
  if (keys.empty()) return reserved;
  GH_TRY(const auto states, tx.throttle().hold_all(keys));
  std::vector<domain::Budget> budgets;
  for (std::size_t i = 0; i < keys.size(); ++i)
    budgets.push_back({keys[i].kind, states[i], deps.settings.throttle_limits.of(keys[i].kind)});
  const auto reservation = domain::reserve(budgets, now);
  if (!reservation.admitted) return throttled(reservation.retry_after);
  std::vector<ports::BudgetChange> changes;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    changes.push_back({keys[i], states[i], reservation.states[i]});
    reserved.taken.push_back({reservation.receipts[i], keys[i].key});
  }
  GH_CHECK(tx.throttle().save_all(changes));
  return reserved;
}

Result<> settle_try(ports::Tx& tx, const Reserved& reserved, domain::TryOutcome outcome) {
  for (const auto& [receipt, key] : reserved.taken) GH_CHECK(tx.throttle().settle(key, receipt, outcome));
  return {};
}

Result<> forgive(ports::Tx& tx, const Dependencies& deps, const std::string& email_canonical,
                 const std::vector<domain::Device>& devices, const std::vector<std::string>& ips) {
  using enum domain::BudgetKind;
  const auto clear = [&](domain::BudgetKind kind, const ThrottleSubject& subject) {
    return tx.throttle().clear(kind, key_of(deps, kind, subject));
  };
  GH_CHECK(clear(account, {email_canonical, {}, std::nullopt}));
  for (const auto& ip : ips) GH_CHECK(clear(pair, {email_canonical, ip, std::nullopt}));
  for (const auto& known : devices) GH_CHECK(clear(device, {email_canonical, {}, known.id}));
  return {};
}

}  // namespace gatehouse::application
