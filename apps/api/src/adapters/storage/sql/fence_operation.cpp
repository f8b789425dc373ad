#include "adapters/storage/sql/fence_operation.hpp"

namespace gatehouse::adapters::sql {
namespace {

// RFC 6238: Gatehouse's time step.
constexpr std::int64_t kTotpStepSeconds = 30;

constexpr Statement kRecordEndings{"fence.record_endings",
                                   "INSERT INTO session_invalidations (session_id, before, expires_at, ending) "
                                   "SELECT id, ?1, ?2, ?3 FROM sessions ORDER BY id"};
constexpr Statement kEndSessions{"fence.end_sessions", "DELETE FROM sessions"};
constexpr Statement kDeleteTokens{"fence.delete_tokens", "DELETE FROM verification_tokens"};
constexpr Statement kDeleteChallenges{"fence.delete_challenges", "DELETE FROM mfa_challenges"};
constexpr Statement kDeleteAnswers{"fence.delete_answers", "DELETE FROM idempotency_keys"};
constexpr Statement kDeleteLeases{"fence.delete_leases", "DELETE FROM leases"};
constexpr Statement kMoveSteps{"fence.move_steps", "UPDATE user_mfa_secrets SET last_step = ?1 WHERE last_step < ?1"};
constexpr Statement kCountEpoch{
    "fence.count_epoch",
    "INSERT INTO facts (name, value) VALUES ('audit_epoch', '1') "
    "ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(facts.value AS bigint) + 1 AS text)"};

}  // namespace

FenceReport fence_database(Connection& connection, Timestamp now, Timestamp feed_until) {
  FenceReport report;
  connection.execute(kRecordEndings, {now, feed_until, true});
  report.sessions = connection.execute(kEndSessions, {});
  report.tokens = connection.execute(kDeleteTokens, {});
  report.challenges = connection.execute(kDeleteChallenges, {});
  connection.execute(kDeleteAnswers, {});
  connection.execute(kDeleteLeases, {});
  report.factors = connection.execute(kMoveSteps, {to_unix_seconds(now) / kTotpStepSeconds});
  connection.execute(kCountEpoch, {});
  // Replicas that are still up forget everything at once: see the feed.
  connection.announce_invalidation("all");
  return report;
}

}  // namespace gatehouse::adapters::sql
