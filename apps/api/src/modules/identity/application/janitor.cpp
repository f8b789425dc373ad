#include "modules/identity/application/janitor.hpp"

#include "domain/identity/deletion_policy.hpp"
#include "domain/identity/topics.hpp"
#include "modules/identity/application/assign_role.hpp"
#include "modules/identity/application/end_sessions.hpp"
#include "modules/identity/application/record.hpp"

namespace gatehouse::application {
namespace {

/// A device cookie lives 400 days; a device that was not seen for as long can't come back.
constexpr Duration kDeviceLife = std::chrono::hours(24 * 400);
/// By then every budget has forgiven all it counted.
constexpr Duration kThrottleForgets = std::chrono::hours(24 * 7);

Result<> erase(ports::Tx& tx, const Dependencies& deps, const domain::User& user, Timestamp now) {
  const RequestInfo nowhere;
  Record record(tx, deps, nowhere, now);
  GH_TRY([[maybe_unused]] const int ended,
         end_all_sessions(tx, record, deps, user.id, std::nullopt, {by_system(), std::nullopt}, now));
  GH_TRY([[maybe_unused]] const int values, tx.audit().erase_personal(user.id));
  GH_TRY([[maybe_unused]] const int events, tx.outbox().erase_user(user.id));
  GH_TRY([[maybe_unused]] const int mails, tx.mails().erase_user(user.id));
  GH_TRY([[maybe_unused]] const int sign_ups, tx.pending_sign_ups().remove_all(user.email_canonical));
  GH_CHECK(tx.users().erase(user.id));
  // Written last: these two tell that the rest is gone, and name nobody.
  GH_CHECK(record.audit(by_system(), domain::audit_actions::kUserErased, user.id));
  return record.event(domain::topics::kUserErased, user.id, {{"user_id", user.id.str()}});
}

/// One kind of rows, in a transaction of its own: what waits for the store waits for one batch, never for all kinds.
class Sweep {
 public:
  explicit Sweep(const Dependencies& deps) : deps_(deps) {}

  template <class Remove>
  Result<> operator()(Remove&& remove) {
    GH_TRY(const int rows, deps_.store.write([&](ports::Tx& tx) -> Result<int> { return remove(tx); }));
    removed_ += rows;
    return {};
  }
  int removed() const { return removed_; }

 private:
  const Dependencies& deps_;
  int removed_ = 0;
};

/// The audit log goes by whole segments: up to the newest of the oldest checkpoints that is old enough, which stays as
/// the signed start of what remains.
Result<int> remove_audit_segments(ports::Tx& tx, Timestamp before) {
  GH_TRY(const auto oldest, tx.audit().oldest_checkpoints(kJanitorBatch));
  std::int64_t horizon = 0;
  for (const auto& checkpoint : oldest)
    if (checkpoint.created_at < before) horizon = std::max(horizon, checkpoint.sequence);
  if (horizon == 0) return 0;
  GH_TRY(const int rows, tx.audit().remove_up_to(horizon, kJanitorBatch));
  if (rows == kJanitorBatch) return rows;
  GH_TRY(const int checkpoints, tx.audit().remove_checkpoints_before(horizon, kJanitorBatch));
  return rows + checkpoints;
}

}  // namespace

Result<int> remove_expired_rows(const Dependencies& deps) {
  const Timestamp now = deps.clock.now();
  const RetentionSettings& kept = deps.settings.retention;
  Sweep sweep(deps);
  GH_CHECK(sweep([&](ports::Tx& tx) { return tx.sessions().remove_expired(now - kept.sessions, kJanitorBatch); }));
  GH_CHECK(sweep([&](ports::Tx& tx) { return tx.invalidations().remove_expired(now, kJanitorBatch); }));
  GH_CHECK(sweep([&](ports::Tx& tx) {
    return tx.verification_tokens().remove_expired(now - kept.verification_tokens, kJanitorBatch);
  }));
  GH_CHECK(sweep([&](ports::Tx& tx) { return tx.pending_sign_ups().remove_expired(now, kJanitorBatch); }));
  GH_CHECK(sweep([&](ports::Tx& tx) { return tx.challenges().remove_expired(now, kJanitorBatch); }));
  GH_CHECK(sweep(
      [&](ports::Tx& tx) { return tx.oauth_tickets().remove_expired(now - domain::kTicketAftermath, kJanitorBatch); }));
  GH_CHECK(sweep([&](ports::Tx& tx) { return tx.machinery().remove_expired_idempotency(now, kJanitorBatch); }));
  GH_CHECK(sweep([&](ports::Tx& tx) { return tx.devices().remove_unused(now - kDeviceLife, kJanitorBatch); }));
  GH_CHECK(sweep([&](ports::Tx& tx) { return tx.throttle().remove_before(now - kThrottleForgets, kJanitorBatch); }));
  GH_CHECK(sweep(
      [&](ports::Tx& tx) { return tx.attempts().remove_spread_before(domain::spread_since(now), kJanitorBatch); }));
  return sweep.removed();
}

Result<int> end_expired_roles(const Dependencies& deps) {
  const Timestamp now = deps.clock.now();
  GH_TRY(const auto ended, deps.store.write([&](ports::Tx& tx) -> Result<std::vector<domain::RoleAssignment>> {
    GH_TRY(auto expired, tx.roles().remove_expired(now, kJanitorBatch));
    const RequestInfo nowhere;
    Record record(tx, deps, nowhere, now);
    for (const auto& each : expired) {
      GH_CHECK(record.audit(by_system(), domain::audit_actions::kRoleRevoked, each.user_id,
                            {.reason = "expired", .details = {{"role", each.role}}}));
      GH_CHECK(
          record.event(domain::topics::kRoleRevoked, each.user_id,
                       {{"user_id", each.user_id.str()}, {"role", each.role}, {"by", nullptr}, {"reason", "expired"}}));
      GH_CHECK(void_access_tokens(tx, deps, each.user_id, now));
    }
    return expired;
  }));
  for (const auto& each : ended) deps.session_map.drop_user(each.user_id);
  if (!ended.empty()) deps.wake();
  return static_cast<int>(ended.size());
}

Result<int> erase_due_users(const Dependencies& deps) {
  const Timestamp now = deps.clock.now();
  GH_TRY(const auto due,
         deps.store.read([&](ports::Tx& tx) { return tx.users().due_for_erasure(now, kJanitorBatch); }));
  int erased = 0;
  // One transaction a person: an erasure touches many rows.
  for (const auto& id : due) {
    // Asked again inside: the owner, or a compliance hold, may have come first.
    GH_TRY(const bool done, deps.store.write([&](ports::Tx& tx) -> Result<bool> {
      GH_TRY(const auto user, tx.users().find(id));
      if (!user || !domain::is_erasure_due(*user, now)) return false;
      GH_CHECK(erase(tx, deps, *user, now));
      return true;
    }));
    if (!done) continue;
    deps.session_map.drop_user(id);
    ++erased;
  }
  if (erased > 0) deps.wake();
  return erased;
}

Result<int> remove_past_retention(const Dependencies& deps) {
  const Timestamp now = deps.clock.now();
  const RetentionSettings& kept = deps.settings.retention;
  Sweep sweep(deps);
  const auto when_old = [&](Duration retention, auto remove) -> Result<> {
    if (retention == Duration::zero()) return {};  // kept for good
    return sweep([&](ports::Tx& tx) -> Result<int> { return remove(tx, now - retention); });
  };
  GH_CHECK(when_old(kept.login_attempts, [](ports::Tx& tx, Timestamp before) {
    return tx.attempts().remove_before(before, kJanitorBatch);
  }));
  GH_CHECK(when_old(kept.mails,
                    [](ports::Tx& tx, Timestamp before) { return tx.mails().remove_before(before, kJanitorBatch); }));
  // Without a bus nothing is ever marked as published.
  GH_CHECK(when_old(kept.outbox, [&](ports::Tx& tx, Timestamp before) {
    return deps.settings.has_bus ? tx.outbox().remove_published_before(before, kJanitorBatch)
                                 : tx.outbox().remove_sealed_before(before, kJanitorBatch);
  }));
  GH_CHECK(when_old(kept.inbox, [](ports::Tx& tx, Timestamp before) {
    return tx.outbox().remove_received_before(before, kJanitorBatch);
  }));
  GH_CHECK(when_old(kept.audit, remove_audit_segments));
  return sweep.removed();
}

}  // namespace gatehouse::application
